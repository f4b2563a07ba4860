"""The sidecar detector: boxes from a JSON file beside the photo, made by any other detector.

`PHOTO.jpg.boxes.json` holds {"version": 1, "lines": [[[left, top, right, bottom], …], …]} in
pixels of the upright photo, lines in reading order; or {"version": 1, "boxes": [[…], …]}, which
are then sorted into lines.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from detector_stub.boxes import Box, DetectorError
from detector_stub.json_file import NotJsonError, parsed, shown
from detector_stub.reading_order import lines_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from detector_stub.boxes import Detector

VERSION = 1
SUFFIX = ".boxes.json"

MAX_BYTES = 50_000_000
"""Size of a sidecar file at most."""

MAX_PIXELS = 10**9
"""Distance of the edge of a box from that of the photo at most."""

_OPEN_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)
"""Flags of open(2): no link is followed, and no pipe waited for."""

_FORM = 'expected an object {"version": 1, "boxes": [[left, top, right, bottom], …]}'


class _FaultError(DetectorError):
    """What is wrong in a sidecar file."""


class SidecarDetector:
    """Reads the boxes from the sidecar file where there is one; else another detector finds them."""

    def __init__(self, otherwise: Detector) -> None:
        """`otherwise` detects on photos without a sidecar file."""
        self._otherwise = otherwise

    @property
    def fingerprint(self) -> str:
        """That of the other detector: a sidecar file belongs to its photo, not to the engine."""
        return f"sidecar-{VERSION}+{self._otherwise.fingerprint}"

    def detect(self, photo: NDArray[np.uint8], path: Path) -> list[list[Box]]:
        """Lines of word boxes; see `boxes.Detector`.

        Raises:
            DetectorError: the sidecar file is damaged; names the file and the fault.

        """
        sidecar = _sidecar(path)
        if not _exists(sidecar):
            return self._otherwise.detect(photo, path)
        try:
            return _lines(parsed(_content(sidecar)))
        except NotJsonError as error:
            msg = f"{sidecar}: {error}; {_FORM}; mend the file or remove it"
            raise DetectorError(msg) from error
        except _FaultError as error:
            msg = f"{sidecar}: {error}; mend the file or remove it"
            raise DetectorError(msg) from error

    def has_known_boxes(self, path: Path) -> bool:
        """Whether the photo has a sidecar file, or the other detector has its boxes."""
        return _exists(_sidecar(path)) or self._otherwise.has_known_boxes(path)


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _exists(sidecar: Path) -> bool:
    """Whether it is there; beside a photo with a very long name, none can be."""
    try:
        status = sidecar.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise
    return stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)


def _content(sidecar: Path) -> bytes:
    """The bytes of a file, which may not be a link: it could lead out of the photo folder."""
    try:
        with open(sidecar, "rb", opener=lambda name, _: os.open(name, _OPEN_FLAGS)) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        link = error.errno == errno.ELOOP
        msg = "a link; links are not followed" if link else f"cannot be read ({error.strerror})"
        raise _FaultError(msg) from error
    if len(content) > MAX_BYTES:
        msg = f"larger than {MAX_BYTES // 10**6} MB"
        raise _FaultError(msg)
    return content


def _lines(held: object) -> list[list[Box]]:
    if not isinstance(held, dict):
        raise _FaultError(_FORM)
    if held.get("version") != VERSION:
        msg = f"version: {shown(held.get('version'))} is not known, this program reads {VERSION}"
        raise _FaultError(msg)
    if "lines" in held:
        lines = enumerate(_list(held["lines"], "lines"))
        return [_boxes(line, f"lines[{number}]") for number, line in lines]
    return lines_of(_boxes(held.get("boxes"), "boxes"))


def _boxes(held: object, key: str) -> list[Box]:
    return [_box(box, f"{key}[{number}]") for number, box in enumerate(_list(held, key))]


def _list(held: object, key: str) -> list[object]:
    if not isinstance(held, list):
        msg = f"{key}: expected a list, found {shown(held)}"
        raise _FaultError(msg)
    return held


def _box(held: object, key: str) -> Box:
    numbers = [n for n in held if _is_place(n)] if isinstance(held, list) else []
    if not isinstance(held, list) or len(held) != 4 or len(numbers) != 4:
        msg = f"{key}: expected four numbers [left, top, right, bottom], found {shown(held)}"
        raise _FaultError(msg)
    left, top, right, bottom = (int(n) for n in numbers)
    if not (left < right and top < bottom):
        msg = f"{key}: {shown(held)} is empty; expected left < right and top < bottom"
        raise _FaultError(msg)
    return Box(left, top, right, bottom)


def _is_place(number: object) -> bool:
    """Whether it is a number of pixels; infinity, which JSON can hold, is none."""
    if not isinstance(number, int | float) or isinstance(number, bool):
        return False
    return -MAX_PIXELS <= number <= MAX_PIXELS
