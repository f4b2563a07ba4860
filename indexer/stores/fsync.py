"""What is written reaches the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def flush(paths: Iterable[Path]) -> None:
    """Make files, and the names in folders, durable."""
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # merged away meanwhile
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
