"""The card of a weights file: alphabet, network configuration, temperature and provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognizer.charset import Charset


@dataclass(frozen=True)
class Card:
    """The metadata of a weights file.

    Attributes:
        charset: the alphabet.
        config: configuration of the network.
        temperature: calibration temperature, see `beam_search.softmax`.
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
