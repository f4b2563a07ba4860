"""What is asked of a training run, how the run remembers it, and how far it has come."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from detector_stub.boxes import DetectorError
from detector_stub.inference.kernels import MULTIPLE

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = "options.json"
"""File of a run folder."""

CHANGEABLE = {"budget", "steps", "evaluate_every"}
"""What may be given anew on resume: when the run ends and how often it is measured."""

WARM_UP = 0.03
"""Share of the run in which the learning rate rises."""


class TrainingError(DetectorError):
    """Options that contradict each other, or a run that cannot go on; says what to do next."""

    exit_code = 2


@dataclass(frozen=True)
class Options:
    """What the user asked for, see `ocrsearch train-detector --help`.

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
        """Refuse what is no run; raises TrainingError."""
        if not self.budget and not self.steps:
            msg = "a run needs an end: give --budget 30m or --steps 20000"
            raise TrainingError(msg)
        if self.crop < MULTIPLE or self.crop % MULTIPLE:
            msg = f"--crop {self.crop}: expected a multiple of {MULTIPLE} pixels"
            raise TrainingError(msg)

    def write(self, run: Path) -> None:
        """Remember the options in the run folder."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (run / OPTIONS).write_text(text + "\n", encoding="utf-8")


def recall(run: Path, given: dict[str, Any]) -> Options:
    """The options of the run in the folder `run`, with those that are `given` anew.

    Raises:
        TrainingError: no run is there, or an option is given that would make it another run.

    """
    try:
        stored = json.loads((run / OPTIONS).read_text(encoding="utf-8"))
        kept = Options(**stored | {"pages": tuple(stored["pages"])})
    except FileNotFoundError as error:
        msg = f"{run}: holds no run to resume (no {OPTIONS}); see --out of the run"
        raise TrainingError(msg) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{run / OPTIONS}: cannot resume with these options ({error!r})"
        raise TrainingError(msg) from error
    for name, value in given.items():
        was = getattr(kept, name)
        if name not in CHANGEABLE and value != was:
            flag = "--" + name.replace("_", "-")
            msg = (
                f"{flag} {_said(value)}: the run in {run} has {_said(was)}; leave {flag} out to "
                "continue it, or begin another run in another --out"
            )
            raise TrainingError(msg)
    return replace(kept, **given)


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass
class State:
    """What changes while training, and is restored on resume; `elapsed` is in seconds."""

    step: int = 0
    elapsed: float = 0.0
    best: float = -1.0

    def progress(self, options: Options) -> float:
        """Share 0..1 of the run that is done, by steps or by time, whichever is further."""
        by_step = self.step / options.steps if options.steps else 0.0
        by_time = self.elapsed / options.budget if options.budget else 0.0
        return min(1.0, max(by_step, by_time))


def rate(progress: float) -> float:
    """Factor of the learning rate: a short linear warm-up, then a half cosine down to 1 %."""
    if progress < WARM_UP:
        return (progress + 1e-3) / (WARM_UP + 1e-3)
    along = (progress - WARM_UP) / (1 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * along))
