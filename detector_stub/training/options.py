"""Options of `ocrsearch train-detector`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from detector_stub.inference.postprocessing import MULTIPLE
from recognizer.runs import options as run_options
from recognizer.runs.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHANGEABLE = {"budget", "steps", "evaluate_every"}
"""Options that may differ on --resume: when the run ends and how often it is evaluated."""


@dataclass(frozen=True)
class TrainOptions:
    """The command-line options, see `ocrsearch train-detector --help`.

    `budget` (seconds) and `steps` may be combined: the first that is used up ends the run.
    """

    pages: tuple[str, ...]
    dev: str | None = None
    budget: float | None = None
    steps: int | None = None
    init: str | None = None
    batch_size: int = 6
    lr: float = 2e-3
    crop: int = 512
    seed: int = 0
    evaluate_every: int = 1000

    def __post_init__(self) -> None:
        """Refuse options that make no run.

        Raises:
            TrainingError: neither budget nor steps, or crops that do not fit the network.

        """
        if not self.budget and not self.steps:
            msg = "a run needs an end: give --budget 30m or --steps 20000"
            raise TrainingError(msg)
        if self.crop < MULTIPLE or self.crop % MULTIPLE:
            msg = f"--crop {self.crop}: expected a multiple of {MULTIPLE} pixels"
            raise TrainingError(msg)


def save(folder: Path, options: TrainOptions) -> None:
    """Write the options into the run folder, which exists."""
    run_options.save(folder, asdict(options))


def load(folder: Path, again: Mapping[str, Any]) -> TrainOptions:
    """The options of the run in `folder`, with those that are given `again`.

    Raises:
        TrainingError: no run is there, or an option differs that would make it another run.

    """

    def build(saved: dict[str, Any]) -> TrainOptions:
        return TrainOptions(**saved | {"pages": tuple(saved["pages"])})

    return run_options.load(folder, build, again, CHANGEABLE)
