"""Parsing of annotation files, and the parts (train, val, test) of published data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.errors import DataError
from recognizer.files.textfile import NotTextError, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PARTS = ("train", "val", "test")
"""Names of the parts of a data set."""


def check_part(part: str) -> None:
    """Check that `part` is one of PARTS.

    Raises:
        DataError: it is not; names PARTS.

    """
    if part not in PARTS:
        msg = f"part {part!r}: expected one of {', '.join(PARTS)}"
        raise DataError(msg)


def find(root: Path, places: Sequence[str], name: str) -> Path | None:
    """The first file called `name` in the folders `places` below `root`; None if there is none."""
    candidates = (root / place / name for place in places)
    return next((path for path in candidates if path.is_file()), None)


def read_text(path: Path) -> str:
    """Read a text file; see `textfile.decode`.

    Raises:
        DataError: the file cannot be read, or is not UTF-8.

    """
    try:
        return decode(read_bytes(path))
    except NotTextError as error:
        msg = f"{path}, {error}"
        raise DataError(msg) from error


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        DataError: the file cannot be read.

    """
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot read labels ({error.strerror})"
        raise DataError(msg) from error


def rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and columns of every line that is neither blank nor a comment (#).

    Columns are separated by white space; the last one is the rest of the line, spaces included.

    Raises:
        DataError: the file cannot be read, or a line has fewer columns; names file and line.

    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = line.rstrip().split(None, columns - 1)
        if len(found) < columns:
            msg = f"{path}, line {number}: expected {columns} columns, got {line.rstrip()!r}"
            raise DataError(msg)
        yield number, found
