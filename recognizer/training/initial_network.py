"""The network and the alphabet with which a training run begins: new, given by --init, or resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from recognizer.inference import pretrained
from recognizer.inference.card import Card, ModelConfig
from recognizer.network import weights
from recognizer.network.model import CRNN, extended
from recognizer.posteriors.charset import Charset
from recognizer.runs import checkpoint
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from recognizer.training.options import TrainOptions

PRETRAINED = "shipped"
"""Word for the weights that come with the program in --init."""


def initial_network(options: TrainOptions, texts: Iterable[str]) -> tuple[CRNN, Card]:
    """The network to begin with, and its card with where it comes from."""
    if options.resume:
        card = _saved_card(options.out / CHECKPOINT)
        return CRNN(card.config), card
    provenance: dict[str, object] = {"data": list(options.data), "seed": options.seed}
    if options.init is None:
        charset = Charset() if options.charset == "keep" else Charset().union(texts)
        config = ModelConfig(labels=len(charset), layers=options.layers or 1)
        return CRNN(config), Card(charset, config, provenance=provenance)
    path = pretrained.WEIGHTS if str(options.init) == PRETRAINED else options.init
    model, card = weights.load(path)
    provenance["init"] = card.provenance
    charset = card.charset.union(texts) if options.charset == "union" else card.charset
    if options.layers and options.layers < model.config.layers:
        msg = f"--layers {options.layers}: {path} has {model.config.layers}; give as many or more"
        raise TrainingError(msg)
    model = extended(model, len(charset), options.layers)
    return model, Card(charset, model.config, card.temperature, {}, provenance)


def _saved_card(path: Path) -> Card:
    """The card of an interrupted run: its alphabet and network stay what they were."""
    saved = checkpoint.read(path, torch.device("cpu"))
    try:
        described = saved["card"]
        charset = Charset(**described.pop("charset"))
        return Card(charset, ModelConfig(**described.pop("config")), **described)
    except (KeyError, TypeError) as error:
        raise checkpoint.unusable(path, error) from error
