"""What is on disk, and how that differs from what is known. Knows no database and no images."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.photo import Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TEMPORARY = (".part", ".tmp", ".crdownload", ".partial", "~")
"""Endings of files that some program is still writing."""


@dataclass
class Found:
    """Files that may be photos with their stamps, and what could not be looked at and why."""

    files: dict[Path, Stamp] = field(default_factory=dict)
    failed: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """How the disk differs from the catalog; paths are sorted."""

    added: tuple[Path, ...]
    changed: tuple[Path, ...]
    gone: tuple[Path, ...]


def walk(roots: Iterable[Path], suffixes: Sequence[str]) -> Found:
    """Every regular photo file below `roots`; links are not followed, so there are no loops."""
    found = Found()
    for root in roots:
        _walk(root, suffixes, found)
    return found


def look(paths: Iterable[Path], suffixes: Sequence[str]) -> Found:
    """The same for single files; those that do not exist are simply absent."""
    found = Found()
    for path in paths:
        if is_photo_name(path.name, suffixes):
            _stamp(path, found)
    return found


def is_photo_name(name: str, suffixes: Sequence[str]) -> bool:
    """Whether a file of this name is worth opening: hidden and half-written ones are not."""
    lower = name.lower()
    return (
        not lower.startswith(".")
        and not lower.endswith(_TEMPORARY)
        and (
            os.path.splitext(lower)[1] in suffixes  # noqa: PTH122 - a name, not a path
        )
    )


def compare(found: Mapping[Path, Stamp], known: Mapping[Path, Stamp]) -> Changes:
    """What to do so that `known` becomes `found`."""
    return Changes(
        tuple(sorted(path for path in found if path not in known)),
        tuple(sorted(p for p, stamp in found.items() if p in known and known[p] != stamp)),
        tuple(sorted(path for path in known if path not in found)),
    )


def _walk(folder: Path, suffixes: Sequence[str], found: Found) -> None:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.failed[folder] = f"cannot list this folder ({error.strerror})"
        return
    for entry in listed:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                _walk(path, suffixes, found)
        elif is_photo_name(entry.name, suffixes):
            _stamp(path, found)


def _stamp(path: Path, found: Found) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        found.failed[path] = f"cannot look at this file ({error.strerror})"
        return
    if stat.S_ISREG(status.st_mode):
        found.files[path] = Stamp(status.st_size, status.st_mtime_ns)
