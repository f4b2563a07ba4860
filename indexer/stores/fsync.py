"""fsync helpers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def fsync(paths: Iterable[Path]) -> None:
    """Make the content of files, and the names in folders, durable; absent ones are skipped."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # merged away meanwhile
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def fsync_replace(partial: Path, path: Path) -> None:
    """Put a written file in the place of `path`, so that a crash leaves one of both, entire."""
    fsync([partial])
    partial.replace(path)
    fsync([path.parent])
