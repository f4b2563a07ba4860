"""The network of the learned detector: a photo to maps of word kernels and their geometry."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

MIDDLE, LEVELS = 127.5, 63.75
"""Level of a picture that is 0 for the network, and levels above it that are 1."""


@dataclass(frozen=True)
class DetectorConfig:
    """Everything that is needed to build the network again.

    Attributes:
        channels: channels of the stem and of the stages at strides 4, 8, 16 and 32.
        depth: separable blocks of each stage.
        pyramid: channels of the maps that the stages are merged in.

    """

    channels: tuple[int, int, int, int, int] = (16, 32, 64, 96, 128)
    depth: tuple[int, int, int, int] = (2, 3, 3, 3)
    pyramid: int = 48


class SeparableBlock(nn.Module):
    """Depthwise and 1×1 pointwise convolution with a residual path where shapes agree."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> None:
        """Build for `inputs` and `outputs` channels."""
        super().__init__()
        self.residual = inputs == outputs and stride == 1
        self.body = nn.Sequential(
            nn.Conv2d(inputs, inputs, kernel, stride, kernel // 2, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """[N, inputs, H, W] to [N, outputs, H / stride, W / stride]."""
        out = self.body(features)
        return torch.relu(out + features if self.residual else out)


def _stage(inputs: int, outputs: int, depth: int, kernel: int) -> nn.Sequential:
    blocks = [SeparableBlock(inputs, outputs, stride=2, kernel=kernel)]
    blocks += [SeparableBlock(outputs, outputs, kernel=kernel) for _ in range(depth - 1)]
    return nn.Sequential(*blocks)


class WordNet(nn.Module):
    """A photo to one kernel for each word, and the way from the kernel to the word's edges.

    Source: kernels after Liao et al. 2020, "Real-time scene text detection with differentiable
    binarization", without its learned threshold; distances and slope after Zhou et al. 2017
    (EAST), here only across the line; features merged after Lin et al. 2017 (FPN).
    """

    def __init__(self, config: DetectorConfig) -> None:
        """Build the network that `config` describes."""
        super().__init__()
        self.config = config
        stem, *stages = config.channels
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        inputs = [stem, *stages[:-1]]
        self.stages = nn.ModuleList(
            # the coarse stages look far: a headline's letter is larger than three of their cells
            map(_stage, inputs, stages, config.depth, (3, 3, 5, 5))
        )
        self.lateral = nn.ModuleList(nn.Conv2d(c, config.pyramid, 1, bias=False) for c in stages)
        self.smooth = nn.ModuleList(SeparableBlock(config.pyramid, config.pyramid) for _ in stages)
        self.head = nn.Sequential(
            SeparableBlock(config.pyramid, config.pyramid, kernel=5),
            nn.Conv2d(config.pyramid, 4, 1),
        )

    def forward(self, photo: torch.Tensor) -> torch.Tensor:
        """[N, 3, H, W] photos, see `normalize`, to maps [N, 4, H / 4, W / 4].

        The channels: logit of lying in the kernel of a word; log(1 + cells) to the upper and to
        the lower edge of the word, across its line; sine of the slope of its line.
        """
        features, levels = self.stem(photo), []
        for stage in self.stages:
            features = stage(features)
            levels.append(features)
        merged = None
        for level, lateral, smooth in zip(
            levels[::-1], list(self.lateral)[::-1], list(self.smooth)[::-1], strict=True
        ):
            here = lateral(level)
            if merged is not None:
                here = here + _enlarged(merged, here.shape[2:])
            merged = smooth(here)
        maps: torch.Tensor = self.head(merged)
        return maps


def _enlarged(features: torch.Tensor, size: torch.Size) -> torch.Tensor:
    if list(size) == [2 * side for side in features.shape[2:]]:
        # ONNX Runtime is quick with a whole factor that the graph knows
        return functional.interpolate(features, scale_factor=2.0, mode="bilinear")
    return functional.interpolate(features, size, mode="bilinear")


def normalize(photo: torch.Tensor) -> torch.Tensor:
    """[N, H, W, 3] levels 0..255 to what the network takes, [N, 3, H, W] channels-last."""
    # [N, H, W, 3] is channels-last already; mostly in place, because photos are large
    return photo.permute(0, 3, 1, 2).float().sub_(MIDDLE).div_(LEVELS)
