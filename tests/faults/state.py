"""What a home folder holds, in a form that two of them can be compared by."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.filedb.filestore import FileStorage

from indexer.config import Settings
from indexer.stores.fulltext import Fulltext
from indexer.stores.segments import Segment
from indexer.stores.whoosh_fields import READINGS


@dataclass
class State:
    """Everything by path or content hash; numbers of rows, which depend on history, are left out."""

    places: dict[bytes, str] = field(default_factory=dict)
    failures: dict[bytes, str] = field(default_factory=dict)
    photos: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    index: dict[str, dict[str, float]] = field(default_factory=dict)
    posteriors: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    corrections: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def look(settings: Settings) -> State:
    """Read catalog, index and posterior store without the program's own code where possible."""
    state = State()
    names = _catalog(settings.home / "catalog.db", state)
    _index(settings.index, names, state)
    _posteriors(settings.posteriors, names, state)
    return state


def _catalog(path: Path, state: State) -> dict[int, str]:
    connection = sqlite3.connect(path, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")
        words: dict[int, list[tuple[Any, ...]]] = {}
        for row in connection.execute("SELECT * FROM effective_word ORDER BY photo_id, position"):
            words.setdefault(row["photo_id"], []).append(tuple(row)[1:])
        engines = {r["id"]: r["fingerprint"] for r in connection.execute("SELECT * FROM engine")}
        [[level]] = connection.execute("SELECT coalesce(max(generation), 0) FROM delivered")
        names = {}
        for row in connection.execute("SELECT * FROM photo"):
            if row["generation"] > level:
                state.faults.append(f"photo {row['id']} has not reached the index")
            if row["orphaned_at"] is None:
                names[row["id"]] = row["hash"]
                state.photos[row["hash"]] = (
                    row["state"], row["width"], row["height"], row["taken"],
                    engines.get(row["engine_id"]), tuple(words.get(row["id"], ())),
                )  # fmt: skip
        for row in connection.execute(
            "SELECT root.path AS root, place.path, hash FROM place"
            " JOIN photo ON photo.id = photo_id JOIN root ON root.id = root_id"
        ):
            state.places[_path(row)] = row["hash"]
        for row in connection.execute("SELECT * FROM correction"):
            # not what was read there, which depends on the engine of that time
            state.corrections[row["uid"]] = tuple(
                row[key] for key in ("photo_hash", "text", "by", "kind", "undone_at")
            )
        for row in connection.execute(
            "SELECT root.path AS root, failure.path, reason FROM failure"
            " JOIN root ON root.id = root_id"
        ):
            state.failures[_path(row)] = row["reason"]
    finally:
        connection.close()
    return names


def _path(row: sqlite3.Row) -> bytes:
    root = bytes(row["root"])
    return (root.rstrip(b"/") + b"/" if root else b"") + bytes(row["path"])


def _index(folder: Path, names: dict[int, str], state: State) -> None:
    current = Fulltext(folder)._current()
    ix = FileStorage(str(current), supports_mmap=False).open_index()
    with ix.reader() as reader:
        documents = {}
        for number in reader.all_doc_ids():
            photo = int(reader.stored_fields(number)["id"])
            name = names.get(photo)
            if name is None:
                state.faults.append(f"photo {photo} is in the index but has no file")
            elif name in state.index:
                state.faults.append(f"photo {photo} is in the index twice")
            documents[number] = state.index.setdefault(name or f"number {photo}", {})
        for field_name, term in reader.all_terms():
            if field_name == READINGS:
                matcher = reader.postings(READINGS, term)
                while matcher.is_active():
                    documents[matcher.id()][term.decode()] = round(matcher.weight(), 3)
                    matcher.next()
    ix.close()


def _posteriors(folder: Path, names: dict[int, str], state: State) -> None:
    latest: dict[int, Any] = {}
    for path in sorted(folder.glob("*.seg")):
        latest |= _by_photo(Segment(path))
    for photo, entries in latest.items():
        if not entries:
            continue
        if photo not in names:
            state.faults.append(f"photo {photo} has posteriors but no file")
        state.posteriors[names.get(photo, f"number {photo}")] = entries


def _by_photo(segment: Segment) -> dict[int, list[tuple[int, bytes]]]:
    """Positions and packed words of each photo; none of one that was removed."""
    raw, lengths = segment.packed(np.arange(len(segment.positions)))
    ends = np.cumsum(lengths).tolist()
    words = (raw[end - size : end].tobytes() for end, size in zip(ends, lengths, strict=True))
    entries = iter(zip(segment.positions.tolist(), words, strict=True))
    counts = zip(segment.photos.tolist(), segment.counts.tolist(), strict=True)
    return {photo: list(islice(entries, count)) for photo, count in counts}


def differences(have: State, want: State) -> list[str]:
    """How a state differs from the one that it should equal, a line each."""
    lines = list(have.faults)
    for name in ("places", "failures", "photos", "index", "posteriors", "corrections"):
        left, right = getattr(have, name), getattr(want, name)
        lines += [f"{name}: {key!r} is missing" for key in right.keys() - left.keys()]
        lines += [f"{name}: {key!r} is too much" for key in left.keys() - right.keys()]
        lines += [
            f"{name}: {key!r} is {str(left[key])[:300]}, not {str(right[key])[:300]}"
            for key in left.keys() & right.keys()
            if left[key] != right[key]
        ]
    return lines
