"""Output files: one that cannot be written is named, and nothing half-written is left of it."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from recognizer.errors import DataError
from recognizer.files.printable import plainly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def writing(path: Path, *begun: Path) -> Iterator[None]:
    """Write `path` in the block; what was begun of it, or of the files `begun`, is removed on failure.

    A file that was there before is not removed.

    Raises:
        DataError: the system refuses; names `path`.

    """
    new = [file for file in (path, *begun) if not os.path.lexists(file)]
    try:
        yield
    except BaseException as error:
        for file in new:
            with suppress(OSError):
                file.unlink()
        if not isinstance(error, OSError):
            raise
        missing = isinstance(error, FileNotFoundError)
        reason = f"there is no folder {path.parent}" if missing else plainly(error)
        msg = f"{path}: cannot write ({reason}); choose another place"
        raise DataError(msg) from error
