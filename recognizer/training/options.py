"""Options of `ocrsearch train`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recognizer.runs import options as run_options

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGEABLE = {"budget", "epochs", "early_stopping", "evaluate_every"}
"""Options that may differ on --resume: when the run ends and how often it is evaluated."""

_NOT_SAVED = {"out", "resume"}
"""Options that follow from the folder of the options file."""


@dataclass(frozen=True)
class TrainOptions:
    """The command-line options, see `ocrsearch train --help`. `budget` is in seconds."""

    data: tuple[str, ...]
    dev: str | None
    mix: str | None
    out: Path
    init: Path | None
    resume: bool
    budget: float | None
    epochs: float | None
    batch_size: int
    lr: float
    early_stopping: int | None
    train_portion: float
    freeze_backbone: bool
    evaluate_every: int
    seed: int
    charset: str | None = None
    memory: float = 4.0
    balance_hands: bool = False
    layers: int | None = None
    freeze_norms: bool = False


def save(options: TrainOptions) -> None:
    """Write the options into the run folder, which exists."""
    kept = {name: value for name, value in asdict(options).items() if name not in _NOT_SAVED}
    run_options.save(options.out, kept)


def load(folder: Path, again: Mapping[str, Any]) -> TrainOptions:
    """The options of the run in `folder`, with those that are given `again`.

    Raises:
        TrainingError: no run is there, or an option differs that would make it another run.

    """

    def build(saved: dict[str, Any]) -> TrainOptions:
        saved["data"] = tuple(saved["data"])
        saved["init"] = None if saved["init"] is None else Path(saved["init"])
        return TrainOptions(**saved, out=folder, resume=True)

    return run_options.load(folder, build, again, CHANGEABLE)
