"""A table of labels: `labels.tsv` beside its images, or both inside a zip file.

A line is: image path relative to the file, TAB, text, optionally TAB and hand. Further columns,
a first line of headings, and blanks at the ends are ignored.
"""

from __future__ import annotations

import io
import posixpath
import unicodedata
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
from recognizer.inference.limits import LimitError, Limits
from recognizer.printable import in_brackets, plainly
from recognizer.textfile import NotTextError, decode, lines, stripped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LABELS = "labels.tsv"
"""File name of the table."""

_IMAGE = {"image", "images", "img", "file", "filename", "file_name", "name", "path", "image_path"}
_TEXT = {"text", "label", "labels", "word", "words", "transcription", "transcript"}
"""Headings of the two columns; a line of both is no sample."""

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


def read_table(path: Path, limits: Limits = Limits()) -> list[Sample]:
    """Samples of a `labels.tsv`.

    Raises:
        DataError: the file cannot be read, or a line has no text; names the file and the line.

    """
    text = read_text(path)
    root = path.parent
    return [
        Sample(name, label, hand, partial(_load_file, root, name, limits))
        for name, label, hand in _rows(text, str(path))
    ]


def read_zip(path: Path, limits: Limits = Limits()) -> list[Sample]:
    """Samples of a zip file that holds `labels.tsv` and the images it names.

    Raises:
        DataError: not a zip file, no `labels.tsv` in it, or a line has no text.

    """
    try:
        archive = zipfile.ZipFile(path)
        text = decode(archive.read(LABELS))
    except NotTextError as error:
        msg = f"{path}:{LABELS}, {error}"
        raise DataError(msg) from error
    except (*_UNREADABLE, RuntimeError) as error:  # RuntimeError: it asks for a password
        msg = f"{path}: not a zip file with {LABELS} at its top"
        raise DataError(msg) from error
    members = {_spelling(member): member for member in archive.namelist()}
    # several threads may read images at once, but an archive has only one file position
    lock = Lock()
    return [
        Sample(name, label, hand, partial(_load_member, archive, lock, members, name, limits))
        for name, label, hand in _rows(text, f"{path}:{LABELS}")
    ]


def _rows(text: str, source: str) -> Iterator[tuple[str, str, str]]:
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


def _spelling(name: str) -> str:
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
    for part in _spelling(name).split("/"):
        if not (found / part).exists() and found.is_dir():
            alike = (entry for entry in found.iterdir() if _spelling(entry.name) == part)
            found = next(alike, found / part)
        else:
            found /= part
    return found if found.exists() else path


def _load_file(root: Path, name: str, limits: Limits) -> NDArray[np.uint8]:
    # the path is built here because one for each line of a large table would need more memory
    # than its text
    return images.load(_located(root, name), limits)


def _load_member(
    archive: zipfile.ZipFile,
    lock: Lock,
    members: Mapping[str, str],
    name: str,
    limits: Limits,
) -> NDArray[np.uint8]:
    shown = f"{archive.filename}:{name}"
    try:
        with lock:
            member = archive.getinfo(members.get(_spelling(name), name))
            limits.check_bytes(member.file_size)
            packed = archive.read(member)
    except LimitError as error:
        msg = f"{shown}: {error}"
        raise DataError(msg) from error
    except Exception as error:  # a damaged archive raises any
        msg = f"{shown}: not a readable word image{in_brackets(plainly(error))}"
        raise DataError(msg) from error
    return images.decoded(io.BytesIO(packed), shown, limits)
