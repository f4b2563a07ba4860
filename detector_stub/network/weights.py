"""Weights of the learned detector: one safetensors file that describes itself, no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from detector_stub.inference.pretrained import HEAD, WeightsError, fingerprint
from detector_stub.network.model import LEVELS, MIDDLE, DetectorConfig, WordNet
from recognizer.network import export

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1


def save(path: Path, net: WordNet, provenance: dict[str, object]) -> None:
    """Write weights in half precision, and their ONNX graph, each under a temporary name first.

    Raises:
        RuntimeError: the graph computes something else than the network.

    """
    tensors = {
        name: tensor.detach().half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in net.state_dict().items()
    }
    head = {"format": FORMAT, "config": asdict(net.config), "provenance": provenance}
    partial = path.with_name(path.name + ".part")
    save_file(tensors, partial, metadata={HEAD: json.dumps(head)})
    partial.replace(path)
    convert(path)


def convert(path: Path) -> None:
    """Make the ONNX graph of a weights file, which CPUs detect with, beside it.

    Raises:
        WeightsError: see `load`.
        RuntimeError: the graph computes something else than the network.

    """
    noise = torch.Generator().manual_seed(0)
    examples = [
        {"picture": torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=noise)}
        for size in ((64, 96), (160, 32))
    ]
    axes = {"picture": {0: "height", 1: "width"}, "output": {1: "rows", 2: "columns"}}
    predictor = export.aside(lambda: _Predictor(load(path)).eval())
    export.write(path, fingerprint(path), predictor, examples, axes)


class _Predictor(nn.Module):
    """A network with the normalisation of its input in its first layer, for one picture at a time.

    The network that is given becomes part of it, and is changed.
    """

    def __init__(self, net: WordNet) -> None:
        super().__init__()
        self.net = net
        stem = cast("nn.Conv2d", net.stem[0])
        with torch.no_grad():
            stem.weight /= LEVELS

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Maps [4, H / 4, W / 4] of RGB levels [H, W, 3]."""
        # beyond the edge the stem sees zeros, so the middle is subtracted here and not in its bias
        levels = picture[None].permute(0, 3, 1, 2).float() - MIDDLE
        maps: torch.Tensor = self.net(levels)[0]
        return maps


def load(path: Path) -> WordNet:
    """Read a network, in evaluation mode.

    Raises:
        WeightsError: missing, damaged, another format, or tensors that do not fit.

    """
    try:
        with safe_open(path, framework="pt") as file:
            head = json.loads((file.metadata() or {})[HEAD])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if head["format"] != FORMAT:
            msg = f"{path}: weights of format {head['format']!r}, this version reads {FORMAT}; train them again"
            raise WeightsError(msg)
        config = head["config"]
        config |= {"channels": tuple(config["channels"]), "depth": tuple(config["depth"])}
        net = WordNet(DetectorConfig(**config))
        net.load_state_dict({name: _full(tensor) for name, tensor in tensors.items()})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        msg = f"{path}: not usable as weights of the detector; fetch or train them again"
        raise WeightsError(msg) from error
    return net.eval().to(memory_format=torch.channels_last)


def _full(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
