"""Weights that were learned from corrections, in the home folder: runs, and the one that is used.

Each run is a folder with a number, which holds weights, their ONNX file and the figures. `CURRENT` holds the
numbers of the runs that were put to use, the last of which reads; without it the shipped weights do.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from typing import (
    TYPE_CHECKING,
    Any,
    NotRequired,  # that of typing has no schema before Python 3.12
    cast,
)

from typing_extensions import (
    TypedDict,
)

from indexer.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

CURRENT = "CURRENT"
"""File of the numbers of the runs that were put to use, one a line."""

WEIGHTS = "learned.safetensors"
"""File of the weights in the folder of a run."""

RUN = "run.json"
"""File of the figures in the folder of a run."""

PROGRESS = "progress.json"
"""File that says how far a process is that learns."""

BETTER = "better"
"""Verdict of weights that are used without asking."""


class FiguresReport(TypedDict):
    """Errors of words as they were read: shares of characters and of words, folded without case and accents."""

    words: int
    cer: float
    wrong_words: float
    folded_cer: float
    folded_wrong_words: float
    calibration_error: float


class ChangedWord(TypedDict):
    """A held-out word that became right or wrong: `photo` is the content hash, `text` what stands there."""

    photo: str
    box: NotRequired[list[int]]
    text: str
    before: str
    after: str


class GuardReport(TypedDict):
    """Figures of words of other hands, before and after."""

    before: FiguresReport
    after: FiguresReport


RunReport = TypedDict(
    "RunReport",
    {
        "n": int,
        "created": float,
        "seconds": float,
        "from": int,
        "learned": int,
        "left_out": int,
        "held_out": int,
        "held_out_needed": int,
        "photos": int,
        "photos_needed": int,
        "before": FiguresReport | None,
        "after": FiguresReport | None,
        "interval": tuple[float, float],
        "guard": GuardReport,
        "verdict": str,
        "why": str,
        "became_right": list[ChangedWord],
        "became_wrong": list[ChangedWord],
        "used": bool,
    },
)
"""A run as JSON: what it learned from, its figures before and after, and the verdict."""


class LearningProgress(TypedDict):
    """How far a process is that learns: what it does, the share that is done, seconds that are left if known."""

    doing: str
    done: float
    seconds_left: float | None


def used(folder: Path) -> int:
    """The number of the run whose weights read; 0 for none."""
    numbers = _used(folder)
    return numbers[-1] if numbers else 0


def current(folder: Path) -> Path | None:
    """The weights that were learned and are used, None for none."""
    number = used(folder)
    return folder / str(number) / WEIGHTS if number else None


def check_not_configured(weights: Path | None) -> None:
    """Weights of the configuration prevail, so that others would never be used. Raises ConfigError."""
    if weights is not None:
        msg = f"weights = {weights}: configured weights are used whatever was learned; remove this setting"
        raise ConfigError(msg)


def use(folder: Path, number: int, *, anyway: bool = True) -> None:
    """Read with the weights of a run from now on.

    Args:
        folder: of the runs.
        number: of the run.
        anyway: also if its verdict is not BETTER.

    Raises:
        UsageError: there is no such run, its weights are in use already, or they are not better.

    """
    if not (folder / str(number) / WEIGHTS).is_file():
        msg = f"run {number}: there are no such weights; see: ocrsearch learn list"
        raise UsageError(msg)
    if not anyway and (figures := _figures(folder, number))["verdict"] != BETTER:
        msg = (
            f"run {number}: {figures['verdict']} ({figures['why']}); "
            "use it all the same with --anyway"
        )
        raise UsageError(msg)
    if number == used(folder):
        msg = f"run {number}: its weights are in use already"
        raise UsageError(msg)
    _write(folder, [*_used(folder), number])


def back(folder: Path) -> int:
    """Read with the weights before those in use; returns their run, 0 for the shipped ones.

    Raises:
        UsageError: the weights in use were not learned from corrections.

    """
    numbers = _used(folder)
    if not numbers:
        msg = "no weights that were learned from corrections are in use"
        raise UsageError(msg)
    _write(folder, numbers[:-1])
    return used(folder)


def runs(folder: Path) -> list[RunReport]:
    """The figures of each run, the oldest first, with `used`: whether its weights read now."""
    numbers = sorted(int(path.parent.name) for path in folder.glob(f"*/{RUN}"))
    now = used(folder)
    return [
        cast("RunReport", {"n": number, **_figures(folder, number), "used": number == now})
        for number in numbers
    ]


def forget(folder: Path, number: int) -> None:
    """Delete a run with its weights.

    Raises:
        UsageError: there is no such run, or its weights are in use, or would be after going back.

    """
    if not (folder / str(number) / RUN).is_file():
        msg = f"run {number}: there is no such run; see: ocrsearch learn list"
        raise UsageError(msg)
    if number in _used(folder):
        msg = f"run {number}: its weights are in use, or would be after `ocrsearch learn back`"
        raise UsageError(msg)
    shutil.rmtree(folder / str(number))


def note_progress(folder: Path, progress: LearningProgress | None) -> None:
    """Say how far learning is; None at its end."""
    file = folder / PROGRESS
    with suppress(OSError):  # a full disk must not end what is only told here
        if progress is None:
            file.unlink(missing_ok=True)
            return
        part = file.with_suffix(".part")
        part.write_text(json.dumps(progress), encoding="ascii")
        part.replace(file)


def progress(folder: Path) -> LearningProgress | None:
    """How far learning is, as was noted last; None if nothing was, or that cannot be read."""
    try:
        noted: LearningProgress = json.loads((folder / PROGRESS).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return noted


def next_number(folder: Path) -> int:
    """The number of a new run: one that no folder has."""
    taken = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]
    return max(taken, default=0) + 1


def _figures(folder: Path, number: int) -> dict[str, Any]:
    file = folder / str(number) / RUN
    try:
        figures: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file}: cannot be read; remove the folder of this run, or go on without it"
        raise UsageError(msg) from error
    return figures


def _used(folder: Path) -> list[int]:
    try:
        text = (folder / CURRENT).read_text(encoding="ascii")
        return [int(line) for line in text.split()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except ValueError as error:
        msg = f"{folder / CURRENT}: damaged; remove it to read with the shipped weights"
        raise UsageError(msg) from error


def _write(folder: Path, numbers: list[int]) -> None:
    part = folder / f"{CURRENT}.part"
    with part.open("w", encoding="ascii") as file:
        file.write("".join(f"{number}\n" for number in numbers))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / CURRENT)
