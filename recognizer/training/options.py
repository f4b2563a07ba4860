"""What the user asks of a training run, and how the run remembers it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from recognizer.errors import TrainingError

OPTIONS = "options.json"
"""File of a run folder."""

CHANGEABLE = {"budget", "epochs", "early_stopping", "evaluate_every"}
"""What may be given anew with --resume: when the run ends and how often it is measured."""

_ELSEWHERE = {"out", "resume"}
"""What is not remembered: it follows from where the file lies."""


@dataclass(frozen=True)
class Options:
    """What the user asked for; see `ocrsearch train --help`. `budget` is in seconds."""

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


def remember(options: Options) -> None:
    """Write the options into the run folder, which exists."""
    kept = {name: value for name, value in asdict(options).items() if name not in _ELSEWHERE}
    text = json.dumps(kept, indent=2, default=str, ensure_ascii=False)
    (options.out / OPTIONS).write_text(text + "\n", encoding="utf-8")


def recall(run: Path, given: dict[str, Any]) -> Options:
    """The options of the run in the folder `run`, with those that are `given` anew.

    Raises:
        TrainingError: no run is there, or an option is given that would make it another run.

    """
    kept = _read(run)
    for name, value in given.items():
        was = getattr(kept, name)
        if name not in CHANGEABLE and value != was:
            flag = "--" + name.replace("_", "-")
            msg = (
                f"{flag} {_said(value)}: the run in {run} has {_said(was)}; leave {flag} out "
                "to continue it, or begin another run in another --out"
            )
            raise TrainingError(msg)
    return replace(kept, **given)


def _read(run: Path) -> Options:
    try:
        stored = json.loads((run / OPTIONS).read_text(encoding="utf-8"))
        stored["data"] = tuple(stored["data"])
        stored["init"] = None if stored["init"] is None else Path(stored["init"])
        return Options(**stored, out=run, resume=True)
    except FileNotFoundError as error:
        msg = f"{run}: holds no run to resume (no {OPTIONS}); see --out of the run"
        raise TrainingError(msg) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{run / OPTIONS}: cannot resume with these options ({error!r})"
        raise TrainingError(msg) from error


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    return "none" if value is None else str(value)
