from __future__ import annotations

from indexer.entities import Stamp
from indexer.filesystem.changes import compare


def test_compare_tells_added_changed_and_gone(tmp_path):
    old, new = Stamp(1, 1), Stamp(2, 2)
    same, changed, gone, added = (tmp_path / n for n in ("same", "changed", "gone", "added"))

    changes = compare({same: old, changed: new, added: new}, {same: old, changed: old, gone: old})

    assert (changes.added, changes.changed, changes.gone) == ((added,), (changed,), (gone,))
