"""The file that a hit names: one of its photo that is there now and was asked for."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.query.name_patterns import folder_matcher, name_matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


def ranking(node: q.QueryNode) -> Callable[[Path], int]:
    """Key that sorts files: how many `folder:` and `name:` of a query speak against one.

    Those below a Not count the other way round.
    """
    wanted: list[tuple[Callable[[Path], bool], bool]] = []

    def collect(part: q.QueryNode, *, wish: bool) -> None:
        if isinstance(part, q.And | q.Or):
            for inner in part.parts:
                collect(inner, wish=wish)
        elif isinstance(part, q.Not):
            collect(part.part, wish=not wish)
        elif isinstance(part, q.Field) and part.name in _MATCHERS:
            wanted.append((_MATCHERS[part.name](part.value), wish))

    collect(node, wish=True)
    return lambda path: sum(matches(path) is not wish for matches, wish in wanted)


def choose(
    places: Sequence[Path], against: Callable[[Path], int], roots: Mapping[Path, bool]
) -> tuple[Path, bool]:
    """The file to show of a photo, and whether it is missing.

    Args:
        places: files of the photo; there is one at least.
        against: see `ranking`.
        roots: photo folders, and whether each is offline. No look is taken at those: it might wait
            for a server or a disk. The innermost one around a file counts.

    """
    ranked = sorted(places, key=against)
    away = [path for path in ranked if _is_offline(path, roots)]
    for path in ranked:
        if path not in away and _is_there(path):
            return path, False
    # one on a disk that is away will be back, one that is gone will not
    return (away or ranked)[0], True


def _is_offline(path: Path, roots: Mapping[Path, bool]) -> bool:
    around = [root for root in roots if path.is_relative_to(root)]
    return bool(around) and roots[max(around, key=lambda root: len(root.parts))]


def _is_there(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _in_folder(value: str) -> Callable[[Path], bool]:
    matches = folder_matcher(value)
    return lambda path: matches(str(path.parent))


def _named(value: str) -> Callable[[Path], bool]:
    matches = name_matcher(value)
    return lambda path: matches(path.name)


_MATCHERS = {"folder": _in_folder, "name": _named}
