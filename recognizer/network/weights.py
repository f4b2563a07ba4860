"""Weights file of the recogniser: safetensors that describe themselves, no pickle.

Its metadata holds one JSON object: format version, alphabet, model configuration, calibration
temperature, metrics and provenance. The SHA-256 of the file is the fingerprint of an engine.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from recognizer.charset import Charset
from recognizer.errors import WeightsError
from recognizer.inference.card import Card, ModelConfig
from recognizer.inference.pretrained import FORMAT, description
from recognizer.network.model import CRNN
from recognizer.printable import in_brackets, plainly

if TYPE_CHECKING:
    from pathlib import Path

    import torch


def save(path: Path, model: CRNN, card: Card) -> None:
    """Write weights in half precision, under a temporary name first."""
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


def load(path: Path) -> tuple[CRNN, Card]:
    """Read a network (in evaluation mode) and its card.

    Raises:
        WeightsError: missing, damaged, another format, or tensors that do not fit the card.

    """
    head = description(path)
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        msg = f"{path}: not a readable weights file{in_brackets(plainly(error))}; fetch or train it again"
        raise WeightsError(msg) from error
    card = _card(path, head)
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


def _card(path: Path, head: dict[str, Any]) -> Card:
    try:
        config = head["config"]
        config |= {"channels": tuple(config["channels"]), "depth": tuple(config["depth"])}
        card = Card(
            Charset(head["charset"]),
            ModelConfig(**config),
            float(head["temperature"]),
            head["metrics"],
            head["provenance"],
        )
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{path}: incomplete metadata; fetch or train the weights again"
        raise WeightsError(msg) from error
    if len(card.charset) != card.config.labels:
        msg = f"{path}: {len(card.charset)} labels in the alphabet, {card.config.labels} in the network; train the weights again"
        raise WeightsError(msg)
    return card
