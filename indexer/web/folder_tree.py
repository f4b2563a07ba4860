"""Folders that hold photos, with the number of files in each."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.catalog.queries import CatalogReader

COUNT_SECONDS = 30.0
"""Time for which counts may be those of before the last changes: counting takes a while."""

MAX_SHOWN = 150
"""Folders that a page offers at a time."""


@dataclass(frozen=True)
class Folder:
    """A folder with photos in it or below it.

    Attributes:
        path: of the folder.
        photos: files of photos in it and below it.
        depth: folders between it and its photo folder, which has 0.
        online: whether its photo folder was there when it was last looked for.

    """

    path: Path
    photos: int
    depth: int
    online: bool


class FolderTree:
    """The folders of a catalog, counted now and then; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._folders: list[Folder] = []
        self._counted: tuple[float, int] = (float("-inf"), -1)

    def of(self, catalog: CatalogReader) -> list[Folder]:
        """All folders, each before those below it."""
        with self._lock:
            at, changes = self._counted
            now, current = self._clock(), catalog.changes()
            if current != changes and now - at >= COUNT_SECONDS:
                self._folders, self._counted = _counted(catalog), (now, current)
            return self._folders


def _counted(catalog: CatalogReader) -> list[Folder]:
    roots = catalog.roots()
    files = dict.fromkeys(roots, 0)
    within: dict[Path, Path] = {root: root for root in roots}
    for folder, number in catalog.count_files().items():
        lineage = [folder, *folder.parents]
        # the outermost, if photo folders lie within each other; what lies outside of all is left out
        root = next((path for path in reversed(lineage) if path in roots), None)
        if root is not None:
            for path in lineage[: lineage.index(root) + 1]:
                files[path] = files.get(path, 0) + number
                within[path] = root
    return [
        Folder(path, files[path], len(path.parts) - len(root.parts), not roots[root])
        for path, root in sorted(within.items(), key=lambda item: item[0].parts)
    ]


def offered(folders: Sequence[Folder], chosen: Path | None) -> list[Folder]:
    """The folders that a page offers: as deep as fits MAX_SHOWN, and the chosen one with its own."""
    deepest = max((folder.depth for folder in folders), default=0)
    while deepest and sum(folder.depth <= deepest for folder in folders) > MAX_SHOWN:
        deepest -= 1
    return [
        folder
        for folder in folders
        if folder.depth <= deepest
        or (
            chosen is not None
            and (chosen.is_relative_to(folder.path) or folder.path.parent == chosen)
        )
    ]
