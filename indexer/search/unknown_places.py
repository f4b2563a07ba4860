"""Folders and files that a query names and that no indexed photo has, with those that look like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.query import ast as q
from indexer.query.name_patterns import folder_matcher, name_matcher
from indexer.query.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

MAX_SHOWN = 3
"""Names that are suggested for one that is unknown."""


def unknown_places(node: q.QueryNode, places: Collection[Path]) -> list[str]:
    """What is said of each `folder:` and `name:` of a query that none of these places fulfils."""
    folders = {place.parent for place in places}
    said = []
    for field in dict.fromkeys(q.fields(node)):
        if field.name == "folder":
            matches = folder_matcher(field.value)
            if not any(matches(str(folder)) for folder in folders):
                depth = field.value.strip("/").count("/") + 1
                names = {name for folder in folders for name in _runs(folder, depth)}
                said.append(
                    f"no indexed folder is named {field.value!r}{_like(field.value, names)}"
                )
        elif field.name == "name":
            matches = name_matcher(field.value)
            if not any(matches(place.name) for place in places):
                names = {name for place in places for name in (place.name, place.stem)}
                said.append(f"no indexed file is named {field.value!r}{_like(field.value, names)}")
    return said


def folders_like(folder: Path, places: Collection[Path]) -> str:
    """The folders of these places that look like `folder`, or are called so, as a question; or ""."""
    known = {str(above): above for place in places for above in place.parents}
    alike = nearest(str(folder), known, MAX_SHOWN)
    called = sorted(path for path, above in known.items() if above.name == folder.name)
    return _question(alike or called[:MAX_SHOWN])


def _runs(folder: Path, depth: int) -> Iterator[str]:
    """The nested folders on the way to `folder`, `depth` names each."""
    names = folder.parts[1:]
    for start in range(len(names) - depth + 1):
        yield "/".join(names[start : start + depth])


def _like(value: str, names: Collection[str]) -> str:
    folded = {name.casefold(): name for name in sorted(names)}
    alike = nearest(value.strip("/").casefold(), folded, MAX_SHOWN)
    return _question([folded[name] for name in alike])


def _question(names: Collection[str]) -> str:
    return f" (did you mean {', '.join(map(repr, names))}?)" if names else ""
