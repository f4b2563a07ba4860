"""Changes of the disk: the difference of a scan to the files that were known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from indexer.entities import Stamp


@dataclass(frozen=True)
class Changes:
    """Difference between the disk and the catalog; paths are sorted.

    Files in `restamped` hold what they held, although something about them is new.
    """

    added: tuple[Path, ...]
    changed: tuple[Path, ...]
    gone: tuple[Path, ...]
    restamped: tuple[Path, ...] = ()

    def excluding(self, files: Collection[Path]) -> Changes:
        """The same without the changes of `files`."""
        parts = (self.added, self.changed, self.gone, self.restamped)
        return Changes(*(tuple(p for p in part if p not in files) for part in parts))


def compare(
    found: Mapping[Path, Stamp], known: Mapping[Path, Stamp], mended: Collection[Path] = ()
) -> Changes:
    """The changes that make `found` of `known`; files in `mended` have changed in any case."""
    same = {path: stamp for path, stamp in found.items() if known.get(path) == stamp}
    other = {path: stamp for path, stamp in found.items() if path in known and path not in same}
    restamped = {
        path
        for path, stamp in other.items()
        if path not in mended and stamp.keeps_content_of(known[path])
    }
    return Changes(
        tuple(sorted(path for path in found if path not in known)),
        tuple(sorted({*(other.keys() - restamped), *mended})),
        tuple(sorted(path for path in known if path not in found)),
        tuple(sorted(restamped)),
    )
