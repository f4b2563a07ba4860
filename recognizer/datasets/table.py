"""A table of labels: `labels.tsv` beside its images.

A line is: image path relative to the file, TAB, text, optionally TAB and hand. Further columns,
a first line of headings, and blanks at the ends are ignored.
"""

from __future__ import annotations

import posixpath
import unicodedata
from functools import partial
from typing import TYPE_CHECKING

from recognizer.datasets.annotations import read_text
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.files.textfile import lines, stripped
from recognizer.inference import images
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LABELS = "labels.tsv"
"""File name of the table."""

_IMAGE = {"image", "images", "img", "file", "filename", "file_name", "name", "path", "image_path"}
_TEXT = {"text", "label", "labels", "word", "words", "transcription", "transcript"}
"""Headings of the two columns; a line of both is no sample."""


def read_table(path: Path, limits: Limits = Limits()) -> list[Sample]:
    """Samples of a `labels.tsv`.

    Raises:
        DataError: the file cannot be read, or a line has no text; names the file and the line.

    """
    text = read_text(path)
    root = path.parent
    return [
        Sample(name, label, hand, partial(_load_file, root, name, limits))
        for name, label, hand in rows(text, str(path))
    ]


def rows(text: str, source: str) -> Iterator[tuple[str, str, str]]:
    """(name of the image, text, hand) of each line of a table.

    Raises:
        DataError: a line has no text; names `source` and the line.

    """
    for number, line in enumerate(lines(text), start=1):
        columns = [stripped(column) for column in line.split("\t")]
        if not any(columns) or (number == 1 and _is_header(columns)):
            continue
        if len(columns) < 2 or not columns[1]:
            msg = f"{source}, line {number}: expected image, TAB, text"
            raise DataError(msg)
        yield columns[0], columns[1], columns[2] if len(columns) > 2 else ""


def _is_header(columns: list[str]) -> bool:
    return len(columns) > 1 and columns[0].lower() in _IMAGE and columns[1].lower() in _TEXT


def spelling(name: str) -> str:
    """The name of an image, however a system spells it."""
    return posixpath.normpath(unicodedata.normalize("NFC", name.replace("\\", "/")))


def _located(root: Path, name: str) -> Path:
    """The file `name` below `root`, also if the disk has it in the other normal form."""
    path = root / name
    try:
        if path.exists():
            return path
    except OSError:  # a name that is too long, which opening it says
        return path
    found = root
    for part in spelling(name).split("/"):
        if not (found / part).exists() and found.is_dir():
            alike = (entry for entry in found.iterdir() if spelling(entry.name) == part)
            found = next(alike, found / part)
        else:
            found /= part
    return found if found.exists() else path


def _load_file(root: Path, name: str, limits: Limits) -> NDArray[np.uint8]:
    # the path is built here because one for each line of a large table would need more memory
    # than its text
    return images.load(_located(root, name), limits)
