from __future__ import annotations

import pytest

from indexer.filesystem.dirty_set import MAX_DIRTY, DirtySet

pytestmark = pytest.mark.thorough


def test_more_changed_files_than_max_dirty_ask_for_a_look_at_everything(tmp_path):
    dirty = DirtySet()
    for number in range(MAX_DIRTY + 5):
        dirty.add(tmp_path / str(number))
        dirty.add(tmp_path / str(number))

    paths, everything = dirty.take(0.0)

    assert (len(paths), everything) == (MAX_DIRTY, True)
    assert dirty.take(0.0) == (set(), False)
