"""The sidecar detector: boxes from a JSON file beside the photo, made by any other detector.

`PHOTO.jpg.boxes.json` holds {"version": 1, "lines": [[[left, top, right, bottom], …], …]} in
pixels of the upright photo, lines in reading order; or {"version": 1, "boxes": [[…], …]}, which
are then sorted into lines.
"""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING, Any

from detector_stub.boxes import Box, DetectorError
from detector_stub.reading_order import lines_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from detector_stub.boxes import Detector

VERSION = 1
SUFFIX = ".boxes.json"

_EXPECTED = 'expected {"version": 1, "boxes": [[left, top, right, bottom], …]}, in whole pixels'


class _FormError(DetectorError):
    """What the file holds is not what is expected, and why."""


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
            held = json.loads(sidecar.read_bytes())  # in UTF-8, or as its mark says
            return _lines(held)
        except UnicodeDecodeError as error:
            msg = f"{sidecar}: not UTF-8; mend the file or remove it"
            raise DetectorError(msg) from error
        except OSError as error:
            msg = f"{sidecar}: cannot read this file ({error.strerror}); check its permissions"
            raise DetectorError(msg) from error
        except (json.JSONDecodeError, RecursionError) as error:
            line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            msg = f"{sidecar}: not JSON{line}; mend the file or remove it"
            raise DetectorError(msg) from error
        except _FormError as error:
            msg = f"{sidecar}: {error}; mend the file or remove it"
            raise DetectorError(msg) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            msg = f"{sidecar}: {_EXPECTED}; mend the file or remove it"
            raise DetectorError(msg) from error

    def has_known_boxes(self, path: Path) -> bool:
        """Whether the photo has a sidecar file, or the other detector has its boxes."""
        return _exists(_sidecar(path)) or self._otherwise.has_known_boxes(path)


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _exists(sidecar: Path) -> bool:
    """Whether it is there; beside a photo with a very long name, none can be."""
    try:
        return sidecar.is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise


def _lines(held: dict[str, Any]) -> list[list[Box]]:
    if held["version"] != VERSION:
        msg = f"version {held['version']!r} is not known, this program reads {VERSION}"
        raise _FormError(msg)
    if "lines" in held:
        return [[_box(numbers) for numbers in line] for line in held["lines"]]
    return lines_of([_box(numbers) for numbers in held["boxes"]])


def _box(numbers: list[int]) -> Box:
    if len(numbers) != 4:
        msg = f"box {numbers} has {len(numbers)} numbers: expected left, top, right, bottom"
        raise _FormError(msg)
    left, top, right, bottom = (int(n) for n in numbers)
    if not (left < right and top < bottom):
        msg = f"box {numbers} is empty: expected left < right and top < bottom"
        raise _FormError(msg)
    return Box(left, top, right, bottom)
