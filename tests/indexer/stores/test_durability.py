"""What is written is on the disk before anything names it: the order of the calls that see to it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.stores.fsync import fsync, fsync_replace
from indexer.stores.fulltext import Fulltext
from indexer.stores.posteriors import PosteriorStore
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import pack
from tests.indexer.stores.unindexed import unindexed


@pytest.fixture
def calls(monkeypatch):
    """Names of what is synced, renamed and removed, in order."""
    made = []
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename", "unlink")}

    def record_fsync(descriptor):
        made.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        real["fsync"](descriptor)

    def recorder(name):
        def record(path, *arguments, **options):
            made.append((name, *(Path(p).name for p in (path, *arguments))))
            real[name](path, *arguments, **options)

        return record

    monkeypatch.setattr(os, "fsync", record_fsync)
    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(os, name, recorder(name))
    return made


@pytest.fixture
def index(tmp_path):
    made = Fulltext(tmp_path / "index")
    made.rebuild(iter([{1: {"queue": 1.0}}]))
    return made


@pytest.fixture
def store(tmp_path):
    made = PosteriorStore(tmp_path / "posteriors", PosteriorCodec())
    made.apply(unindexed({1: [WORD]}, "a"))
    return made


WORD = pack(np.array([[0.1, 0.9]], np.float32))


def test_a_file_is_on_the_disk_before_its_name_and_the_name_after(tmp_path, calls):
    (tmp_path / "new.part").write_bytes(b"new")

    fsync_replace(tmp_path / "new.part", tmp_path / "new")

    assert calls == [
        ("fsync", "new.part"),
        ("replace", "new.part", "new"),
        ("fsync", tmp_path.name),
    ]


def test_a_file_that_is_gone_needs_no_sync(tmp_path, calls):
    fsync([tmp_path / "gone", tmp_path])

    assert calls == [("fsync", tmp_path.name)]


def test_a_change_of_the_full_text_is_on_the_disk_when_it_is_reported(index, calls):
    index.apply({2: {"tree": 1.0}})

    folder = index.folder / "0001"
    last = max(i for i, call in enumerate(calls) if call[0] in {"rename", "replace"})
    synced = [name for _, name in calls[last + 1 :]]
    assert set(synced[:-1]) == {path.name for path in folder.iterdir()}
    assert synced[-1] == "0001"


def test_a_new_full_text_is_on_the_disk_before_it_is_the_current_one(index, calls):
    index.rebuild(iter([{1: {"queue": 1.0}}]))

    swap = calls.index(("replace", "CURRENT.part", "CURRENT"))
    before = {name for kind, name, *_ in calls[:swap] if kind == "fsync"}
    assert before == {*(p.name for p in (index.folder / "0002").iterdir()), "0002", "CURRENT.part"}
    assert calls[swap + 1] == ("fsync", "index")


def test_a_segment_is_on_the_disk_before_it_has_its_name(store, calls):
    store.apply(unindexed({2: [WORD]}, "a"))

    assert calls == [
        ("fsync", "00000002.part"),
        ("replace", "00000002.part", "00000002.seg"),
        ("fsync", "posteriors"),
    ]


def test_merged_segments_go_only_when_what_replaces_them_is_on_the_disk(store, calls, monkeypatch):
    monkeypatch.setattr("indexer.stores.compaction.MAX_SMALL_SEGMENTS", 1)

    store.apply(unindexed({2: [WORD]}, "a"))

    assert calls[3:6] == [
        ("fsync", "00000003.part"),
        ("replace", "00000003.part", "00000003.seg"),
        ("fsync", "posteriors"),
    ]
    assert calls[6:] == [("unlink", "00000001.seg"), ("unlink", "00000002.seg")]


def test_a_rebuilt_store_has_its_name_on_the_disk_before_the_old_one_goes(store, calls):
    with store.rebuilt() as fresh:
        fresh.apply(unindexed({1: [WORD]}, "a"))

    swap = calls.index(("rename", "posteriors.new", "posteriors"))
    assert calls[swap - 1] == ("rename", "posteriors", "posteriors.old")
    assert calls[swap + 1] == ("fsync", store.folder.parent.name)
    assert all(kind == "unlink" for kind, *_ in calls[swap + 2 :])
