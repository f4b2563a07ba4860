"""Photo files: opened without following links, within a limit of size."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.entities import Stamp
from indexer.errors import PhotoError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from indexer.config import Settings

_OPEN_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)
"""Flags of open(2) for a photo: no link is followed, and no pipe waited for."""


@dataclass(frozen=True)
class Limits:
    """Largest photo that is decoded: pixels, and bytes of the file."""

    pixels: float = 150e6
    bytes: float = 200e6

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that a user set."""
        return cls(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)


class GoneError(PhotoError):
    """The file is no longer there; that is no failure of the photo."""


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[tuple[BufferedReader, Stamp]]:
    """Open a photo file; yields it with its stamp. Links are not followed.

    Raises:
        GoneError: there is no such file.
        PhotoError: it cannot be read, is no regular file, is empty, or is larger than allowed.

    """
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _OPEN_FLAGS)) as file:
            status = os.fstat(file.fileno())
            _check_file(status, limits)
            yield file, Stamp.of(status)
    except FileNotFoundError as error:
        msg = "the file is gone"
        raise GoneError(msg) from error
    except IsADirectoryError as error:
        msg = "a folder, not a photo"
        raise PhotoError(msg) from error
    except OSError as error:
        link = error.errno == errno.ELOOP
        reason = "a link; links are not followed" if link else error.strerror
        msg = f"cannot read the file ({reason}); check its permissions"
        raise PhotoError(msg) from error


def _check_file(status: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(status.st_mode):
        msg = "not a file"
        raise PhotoError(msg)
    if status.st_size > limits.bytes:
        msg = f"larger than max_megabytes = {limits.bytes / 1e6:g}; raise it if this is right"
        raise PhotoError(msg)
    if not status.st_size:
        msg = "the file is empty; copy it again"
        raise PhotoError(msg)
