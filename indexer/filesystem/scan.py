"""Scanning of photo folders. No database, no images."""

from __future__ import annotations

import itertools
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.entities import Stamp
from indexer.filesystem import volumes
from indexer.filesystem.photo_names import is_photo_folder, is_photo_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass
class Found:
    """Result of a scan.

    Attributes:
        files: stamps of the files that may be photos.
        failed: folders and files that could not be examined, and why.
        mounts: folders on which another file system is mounted.

    """

    files: dict[Path, Stamp] = field(default_factory=dict)
    failed: dict[Path, str] = field(default_factory=dict)
    mounts: list[Path] = field(default_factory=list)

    def with_others(self, others: Found) -> Found:
        """The same with the results of another scan."""
        return Found(
            self.files | others.files, self.failed | others.failed, self.mounts + others.mounts
        )


def walk(roots: Iterable[Path], suffixes: Sequence[str]) -> Found:
    """Scan everything below `roots` for photo files; follows no link, so there is no loop."""
    found = Found()
    for root in roots:
        _walk(root, suffixes, found)
    return found


def look(paths: Iterable[Path], roots: Iterable[Path], suffixes: Sequence[str]) -> Found:
    """Scan single files below `roots`; those that `walk` would not come to are left out."""
    found = Found()
    real = {root: os.path.realpath(root) for root in roots}
    for folder, named in itertools.groupby(sorted(paths), key=lambda path: path.parent):
        if not any(_walked(folder, root, real[root]) for root in real):
            continue
        names = [path.name for path in named if is_photo_name(path.name, suffixes)]
        for name in _spelled(folder, names):
            _stamp(folder / name, found)
    return found


def _walked(folder: Path, root: Path, real: str) -> bool:
    """Whether `walk` enters this folder: below the root, not hidden, behind no link."""
    if not folder.is_relative_to(root):
        return False
    parts = folder.relative_to(root).parts
    hidden = not all(map(is_photo_folder, parts))
    return not hidden and Path(os.path.realpath(folder)) == Path(real, *parts)


def _spelled(folder: Path, names: Sequence[str]) -> Sequence[str]:
    """The `names` that the folder lists: some file systems open a file by any case of its name."""
    if len({name.casefold() for name in names}) == len(names):
        return names
    try:
        listed = {path.name for path in folder.iterdir()}
    except OSError:
        return names
    return [name for name in names if name in listed]


def _walk(root: Path, suffixes: Sequence[str], found: Found) -> None:
    waiting = [root]  # a list, because folders may be nested deeper than calls can be
    while waiting:
        folder = waiting.pop()
        inner = []
        for entry in _listed(folder, found):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if is_photo_folder(entry.name):
                    if volumes.is_mount(path):
                        found.mounts.append(path)
                    inner.append(path)
            elif is_photo_name(entry.name, suffixes):
                _stamp(path, found)
        waiting += reversed(inner)


def _listed(folder: Path, found: Found) -> list[os.DirEntry[str]]:
    """The entries of a folder by name; none of one that cannot be listed, which is noted."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.failed[folder] = f"cannot list this folder ({error.strerror})"
        return []


def _stamp(path: Path, found: Found) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        found.failed[path] = f"cannot look at this file ({error.strerror})"
        return
    if stat.S_ISREG(status.st_mode):
        found.files[path] = Stamp.of(status)
