"""Names of files as stdout gets them: escaped on a terminal, whole for a program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from recognizer.files.printable import printable

if TYPE_CHECKING:
    from pathlib import Path


def printed_name(path: Path | str) -> str:
    """A file name for stdout: escaped, but for a program the bytes that are not UTF-8."""
    return printable(path, keep_bytes=not _is_terminal())


def _is_terminal() -> bool:
    return sys.stdout.isatty()
