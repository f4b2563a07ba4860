"""The card of a weights file: alphabet, network configuration, temperature and provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recognizer.errors import WeightsError
from recognizer.inference.pretrained import description
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Card:
    """The metadata of a weights file.

    Attributes:
        charset: the alphabet.
        config: configuration of the network.
        temperature: calibration temperature, see `decoder.softmax`.
        metrics: error rates on the dev words.
        provenance: data, random seed and initial weights of the training.

    """

    charset: Charset
    config: ModelConfig
    temperature: float = 1.0
    metrics: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelConfig:
    """The configuration of a network.

    Attributes:
        labels: size of the alphabet, the blank included.
        channels: channels of the stem and the four stages.
        depth: separable blocks of each of the four stages.
        hidden: units of the BiLSTM in each direction.
        layers: BiLSTM layers; each after the first is residual, see `ResidualLSTM`.
        transformer: whether a spatial transformer straightens the word first.
        shortcut: whether training adds a second, convolutional CTC head; see `CRNN`.
        dropout: share of features dropped before and after the BiLSTM.

    """

    labels: int
    channels: tuple[int, int, int, int, int] = (32, 48, 96, 160, 256)
    depth: tuple[int, int, int, int] = (1, 2, 2, 1)
    hidden: int = 160
    layers: int = 1
    transformer: bool = True
    shortcut: bool = True
    dropout: float = 0.2


def load(path: Path) -> Card:
    """The card of a weights file.

    Raises:
        WeightsError: not weights of ours, another format, or incomplete metadata.

    """
    head = description(path)
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
