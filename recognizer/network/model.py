"""The CRNN: spatial transformer, depthwise-separable convolutions, BiLSTM, CTC logits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from recognizer.inference.batches import FRAME_STRIDE

if TYPE_CHECKING:
    from recognizer.inference.card import ModelConfig


class SpatialTransformer(nn.Module):
    """Straightens a word by a bounded shear, rotation, vertical scale and vertical shift.

    Source: Jaderberg et al. 2015, "Spatial Transformer Networks", with each parameter held in a
    range where the word stays in the picture; the last layer starts near zero, so near identity.
    """

    BOUNDS = (0.5, 0.17, 0.22, 0.2)
    """Largest shear, rotation (radians), log vertical scale, vertical shift (half heights)."""

    def __init__(self) -> None:
        """Build the small localisation network."""
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 5, stride=2, padding=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
        )
        self.hidden = nn.Linear(32 * 3, 32)
        self.parameters_of = nn.Linear(32, 4)
        nn.init.normal_(self.parameters_of.weight, std=1e-3)
        nn.init.zeros_(self.parameters_of.bias)

    def transform(self, ink: torch.Tensor) -> torch.Tensor:
        """Bounded shear, rotation, log scale and shift of each word: [N, 4]."""
        features = self.features(functional.avg_pool2d(ink, 2))
        pooled = functional.adaptive_avg_pool2d(features.mean(3, keepdim=True), (3, 1))
        raw = self.parameters_of(torch.relu(self.hidden(pooled.flatten(1))))
        bounded: torch.Tensor = torch.tanh(raw) * raw.new_tensor(self.BOUNDS)
        return bounded

    def forward(self, ink: torch.Tensor) -> torch.Tensor:
        """[N, 1, H, W] ink to the same shape, straightened; in full precision under autocast, too.

        In bfloat16 the coordinates are a quarter of a pixel off on average and a whole one at most:
        enough to change one reading in sixteen.
        """
        with torch.autocast(ink.device.type, enabled=False):
            return self._straightened(ink.float())

    def _straightened(self, ink: torch.Tensor) -> torch.Tensor:
        shear, angle, scale, shift = self.transform(ink).unbind(1)
        height, width = ink.shape[2], ink.shape[3]
        aspect = width / height
        # rows of the matrix map output coordinates (-1..1) to input ones; the off-diagonal terms
        # carry the aspect ratio because each axis is measured in its own half length
        top = torch.stack([angle.cos(), (shear - angle.sin()) / aspect, torch.zeros_like(shear)], 1)
        low = torch.stack([angle.sin() * aspect, angle.cos() * scale.exp(), shift], 1)
        theta = torch.stack([top, low], 1)
        grid = functional.affine_grid(theta, list(ink.shape), align_corners=False)
        return functional.grid_sample(ink, grid, padding_mode="zeros", align_corners=False)


class SeparableBlock(nn.Module):
    """3×3 depthwise and 1×1 pointwise convolution with a residual path where shapes agree."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """Build for `inputs` and `outputs` channels."""
        super().__init__()
        self.residual = inputs == outputs
        self.body = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """[N, inputs, H, W] to [N, outputs, H, W]."""
        out = self.body(features)
        return torch.relu(out + features if self.residual else out)


class ResidualLSTM(nn.Module):
    """A BiLSTM layer whose scaled outputs are added to its inputs; a new one changes nothing.

    Source: Bachlechner et al. 2021, "ReZero is All You Need", with one scale for each unit.
    """

    def __init__(self, hidden: int, dropout: float) -> None:
        """Build for `hidden` units in each direction."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.rnn = nn.LSTM(2 * hidden, hidden, batch_first=True, bidirectional=True)
        self.scale = nn.Parameter(torch.zeros(2 * hidden))

    def forward(self, context: torch.Tensor) -> torch.Tensor:
        """[N, T, 2 * hidden] to the same shape."""
        more, _ = self.rnn(self.dropout(context))
        refined: torch.Tensor = context + self.scale * more
        return refined


def _stage(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    widths = [inputs] + [outputs] * depth
    return nn.Sequential(*map(SeparableBlock, widths[:-1], widths[1:]))


class CRNN(nn.Module):
    """Word images to CTC logits.

    Source: Shi et al. 2015 (CRNN) with separable convolutions; column max-pooling and the
    convolutional shortcut head after Retsinas et al. 2022, "Best practices for HTR".
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build the network that `config` describes."""
        super().__init__()
        self.config = config
        stem, one, two, three, four = config.channels
        self.transformer = SpatialTransformer() if config.transformer else None
        self.transforming = config.transformer
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        self.stages = nn.Sequential(
            _stage(stem, one, config.depth[0]),
            nn.MaxPool2d(2),
            _stage(one, two, config.depth[1]),
            nn.MaxPool2d((2, 1)),
            _stage(two, three, config.depth[2]),
            nn.MaxPool2d((2, 1)),
            _stage(three, four, config.depth[3]),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.rnn = nn.LSTM(four, config.hidden, batch_first=True, bidirectional=True)
        self.context = nn.ModuleList(
            ResidualLSTM(config.hidden, config.dropout) for _ in range(config.layers - 1)
        )
        self.head = nn.Linear(2 * config.hidden, config.labels)
        self.shortcut = nn.Conv1d(four, config.labels, 3, padding=1) if config.shortcut else None

    def columns(self, ink: torch.Tensor) -> torch.Tensor:
        """[N, 1, 48, W] normalised ink to one feature vector a frame: [N, W / 4, C]."""
        if self.transformer is not None and self.transforming:
            ink = self.transformer(ink)
        features: torch.Tensor = self.stages(self.stem(ink))
        return features.amax(2).transpose(1, 2)

    def forward(self, ink: torch.Tensor) -> torch.Tensor:
        """[N, 1, 48, W] normalised ink to logits [N, W / 4, labels]."""
        return self.logits(self.columns(ink))

    def logits(self, columns: torch.Tensor) -> torch.Tensor:
        """Logits [N, T, labels] of `columns`."""
        context, _ = self.rnn(self.dropout(columns))
        for layer in self.context:
            context = layer(context)
        logits: torch.Tensor = self.head(self.dropout(context))
        return logits

    def shortcut_logits(self, columns: torch.Tensor) -> torch.Tensor | None:
        """Logits of the training-only shortcut head [N, T, labels], None without one."""
        if self.shortcut is None:
            return None
        logits: torch.Tensor = self.shortcut(columns.transpose(1, 2)).transpose(1, 2)
        return logits


def frames(widths: torch.Tensor) -> torch.Tensor:
    """Output frames of words that are `widths` pixels wide; at least one."""
    return torch.div(widths + FRAME_STRIDE - 1, FRAME_STRIDE, rounding_mode="floor").clamp(min=1)


def extended(model: CRNN, labels: int, layers: int | None = None) -> CRNN:
    """The same network with an alphabet of `labels` labels and `layers` BiLSTM layers.

    The first labels keep their meaning. A new symbol starts as the mean of the old ones (the blank
    aside), and a new layer adds nothing: so words are read as before until they are learned.

    Raises:
        ValueError: fewer labels or layers than the network has.

    """
    config = model.config
    layers = layers or config.layers
    if labels < config.labels:
        msg = f"cannot shrink an alphabet of {config.labels} labels to {labels}"
        raise ValueError(msg)
    if layers < config.layers:
        msg = f"cannot shrink a network of {config.layers} BiLSTM layers to {layers}"
        raise ValueError(msg)
    wider = CRNN(replace(config, labels=labels, layers=layers))
    state = wider.state_dict() | model.state_dict()
    for name in [name for name in state if name.startswith(("head.", "shortcut."))]:
        old = state[name]
        if len(old) < labels:
            new = old[1:].mean(0, keepdim=True).expand(labels - len(old), *old.shape[1:])
            state[name] = torch.cat([old, new])
    wider.load_state_dict(state)
    wider.transforming = model.transforming
    return wider.train(model.training)
