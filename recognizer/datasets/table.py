"""A table of labels: `labels.tsv` beside its images, or both inside a zip file.

A line is: image path relative to the file, TAB, text, optionally TAB and hand. Further columns
are ignored.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image

from recognizer.datasets.annotations import read_text
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.inference import images

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LABELS = "labels.tsv"
"""File name of the table."""

_UNREADABLE = (
    OSError,
    KeyError,
    ValueError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    Image.DecompressionBombError,
)
"""Exceptions that a damaged archive member or image raises."""


def read_table(path: Path) -> list[Sample]:
    """Samples of a `labels.tsv`.

    Raises:
        DataError: the file cannot be read, or a line has no text; names the file and the line.

    """
    text = read_text(path)
    root = path.parent
    return [
        Sample(name, label, hand, partial(_load_file, root, name))
        for name, label, hand in _rows(text, str(path))
    ]


def read_zip(path: Path) -> list[Sample]:
    """Samples of a zip file that holds `labels.tsv` and the images it names.

    Raises:
        DataError: not a zip file, no `labels.tsv` in it, or a line has no text.

    """
    try:
        archive = zipfile.ZipFile(path)
        text = archive.read(LABELS).decode("utf-8")
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        msg = f"{path}: not a zip file with {LABELS} at its top ({error})"
        raise DataError(msg) from error
    # several threads may read images at once, but an archive has only one file position
    lock = Lock()
    return [
        Sample(name, label, hand, partial(_load_member, archive, lock, name))
        for name, label, hand in _rows(text, f"{path}:{LABELS}")
    ]


def _rows(text: str, source: str) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        columns = line.split("\t")
        if len(columns) < 2 or not columns[1]:
            msg = f"{source}, line {number}: expected image, TAB, text"
            raise DataError(msg)
        yield columns[0], columns[1], columns[2] if len(columns) > 2 else ""


def _load_file(root: Path, name: str) -> NDArray[np.uint8]:
    # the path is built here because one for each line of a large table would need more memory
    # than its text
    return images.load(root / name)


def _load_member(archive: zipfile.ZipFile, lock: Lock, name: str) -> NDArray[np.uint8]:
    try:
        with lock:
            packed = archive.read(name)
        return images.decoded(io.BytesIO(packed))
    except _UNREADABLE as error:
        msg = f"{archive.filename}:{name}: not a readable word image ({error})"
        raise DataError(msg) from error
