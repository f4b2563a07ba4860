"""Photo names: the files that may be photos, and the folders that hold none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOT_PHOTOS = (
    "@eadir", "#recycle", "@recycle", "@recently-snapshot", "$recycle.bin",
    "system volume information", "lost+found", "__macosx",
)  # fmt: skip
"""Folders where storage servers and systems keep thumbnails and what was deleted."""


def is_photo_folder(name: str) -> bool:
    """Whether photos are looked for in a folder of this name."""
    return not name.startswith(".") and name.lower() not in _NOT_PHOTOS


def is_photo_name(name: str, suffixes: Sequence[str]) -> bool:
    """Whether a file of this name may be a photo: it ends with one of `suffixes`, is not hidden.

    What is still being written has another ending mostly, such as `.part` or `.crdownload`.
    """
    lower = name.lower()
    return (
        not lower.startswith(".") and os.path.splitext(lower)[1] in suffixes  # noqa: PTH122 - a name, not a path
    )
