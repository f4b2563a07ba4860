"""Weights that were learned from corrections, in the home folder: runs, and the one that is used.

Each run is a folder with a number, which holds weights, their ONNX file and the figures. `CURRENT` holds the
numbers of the runs that were put to use, the last of which reads; without it the shipped weights do.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from indexer.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

CURRENT = "CURRENT"
"""File of the numbers of the runs that were put to use, one a line."""

WEIGHTS = "learned.safetensors"
"""File of the weights in the folder of a run."""

RUN = "run.json"
"""File of the figures in the folder of a run."""


def used(folder: Path) -> int:
    """The number of the run whose weights read; 0 for none."""
    numbers = _used(folder)
    return numbers[-1] if numbers else 0


def current(folder: Path) -> Path | None:
    """The weights that were learned and are used, None for none."""
    number = used(folder)
    return folder / str(number) / WEIGHTS if number else None


def use(folder: Path, number: int) -> None:
    """Read with the weights of a run from now on.

    Raises:
        UsageError: there is no such run, or its weights are in use already.

    """
    if not (folder / str(number) / WEIGHTS).is_file():
        msg = f"run {number}: there are no such weights; see: ocrsearch learn list"
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


def runs(folder: Path) -> list[dict[str, Any]]:
    """The figures of each run, the oldest first, with `used`: whether its weights read now."""
    numbers = sorted(int(path.parent.name) for path in folder.glob(f"*/{RUN}"))
    found = []
    for number in numbers:
        figures = json.loads((folder / str(number) / RUN).read_text(encoding="utf-8"))
        found.append({"n": number, **figures, "used": number == used(folder)})
    return found


def next_number(folder: Path) -> int:
    """The number of a new run: one that no folder has."""
    taken = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]
    return max(taken, default=0) + 1


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
