"""Weights file of the recogniser: safetensors that describe themselves, no pickle.

Its metadata holds one JSON object: format version, alphabet, model configuration, calibration
temperature, metrics and provenance. The SHA-256 of the file is the fingerprint of an engine.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from recognizer.errors import WeightsError
from recognizer.files.printable import in_brackets, plainly
from recognizer.inference import card as cards
from recognizer.inference import pretrained
from recognizer.inference.images import HEIGHT, MIN_WIDTH, WIDTH_STEP
from recognizer.inference.pretrained import FORMAT
from recognizer.network import export
from recognizer.network.model import CRNN
from recognizer.network.tensors import normalize, stack

if TYPE_CHECKING:
    from pathlib import Path

    from recognizer.inference.card import Card


def save(path: Path, model: CRNN, card: Card) -> None:
    """Write weights in half precision, and their ONNX graph, each under a temporary name first.

    Raises:
        RuntimeError: the graph computes something else than the network.

    """
    tensors = {
        name: tensor.detach().half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in model.state_dict().items()
        if not name.startswith("shortcut.")  # the shortcut head only helps in training
    }
    head = {
        "format": FORMAT,
        "charset": card.charset.symbols,
        "config": asdict(card.config) | {"shortcut": False},
        "temperature": card.temperature,
        "metrics": card.metrics,
        "provenance": card.provenance,
    }
    partial = path.with_name(path.name + ".part")
    save_file(tensors, partial, metadata={"ocrsearch": json.dumps(head)})
    partial.replace(path)
    convert(path)


def convert(path: Path) -> None:
    """Make the ONNX graph of a weights file, which CPUs read with, beside it.

    Raises:
        WeightsError: see `load`.
        RuntimeError: the graph computes something else than the network.

    """
    reader = export.aside(lambda: _Reader(load(path)[0]).eval())
    noise = np.random.default_rng(0)
    examples = []
    for widths in ([4 * WIDTH_STEP], [9 * WIDTH_STEP, 100, MIN_WIDTH]):
        crops = [noise.integers(0, 256, (HEIGHT, width), dtype=np.uint8) for width in widths]
        grey, columns = stack(crops)
        examples.append({"grey": grey, "widths": columns})
    axes = {"grey": {0: "words", 3: "width"}, "widths": {0: "words"}}
    axes["output"] = {0: "words", 1: "frames"}
    export.write(path, pretrained.fingerprint(path), reader, examples, axes)


class _Reader(nn.Module):
    """A network with the normalisation of its input before it."""

    def __init__(self, model: CRNN) -> None:
        super().__init__()
        self.model = model

    def forward(self, grey: torch.Tensor, widths: torch.Tensor) -> torch.Tensor:
        """Logits of grey levels, see `batches.Backend`."""
        logits: torch.Tensor = self.model(normalize(grey, widths))
        return logits


def load(path: Path) -> tuple[CRNN, Card]:
    """Read a network (in evaluation mode) and its card.

    Raises:
        WeightsError: missing, damaged, another format, or tensors that do not fit the card.

    """
    card = cards.load(path)
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        msg = f"{path}: not a readable weights file{in_brackets(plainly(error))}; fetch or train it again"
        raise WeightsError(msg) from error
    model = CRNN(card.config)
    try:
        model.load_state_dict({name: _full(tensor) for name, tensor in tensors.items()})
    except RuntimeError as error:
        msg = (
            f"{path}: the tensors do not fit the configuration in the file; fetch or train it again"
        )
        raise WeightsError(msg) from error
    return model.eval(), card


def _full(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
