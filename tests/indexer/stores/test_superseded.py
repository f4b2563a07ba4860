"""A large segment is rewritten once more than half of its entries are superseded."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.stores import compaction
from indexer.stores.posteriors import PosteriorStore
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import pack
from tests.indexer.stores.unindexed import unindexed

ALPHABET = "eqrtu"


def word(text):
    frames = np.full((2 * len(text) + 1, len(ALPHABET) + 1), 1e-6, np.float32)
    frames[:, 0] = 1.0
    for place, letter in enumerate(text):
        frames[2 * place + 1] = 1e-6
        frames[2 * place + 1, 1 + ALPHABET.index(letter)] = 1.0
    return pack(frames / frames.sum(axis=1, keepdims=True))


def saying(store, text):
    evidence = store.evidence([text], ALPHABET)[text]
    return {photo for photo, words in evidence.items() if max(words.values()) > 0.5}


def replaced(tmp_path, superseded):
    """A store with a segment of nine photos, some of which a later segment supersedes."""
    store = PosteriorStore(tmp_path, PosteriorCodec())
    store.apply(unindexed({photo: [word("tree")] for photo in range(9)}, ALPHABET))
    store.apply(unindexed({photo: [word("queue")] for photo in range(superseded)}, ALPHABET))
    return store


@pytest.mark.parametrize(("superseded", "kept"), [(2, True), (4, True), (5, False)])
def test_it_is_left_alone_until_half_of_it_is_superseded(tmp_path, monkeypatch, superseded, kept):
    monkeypatch.setattr(compaction, "LARGE_SEGMENT", 9)

    store = replaced(tmp_path, superseded)

    assert (tmp_path / "00000001.seg").exists() is kept
    assert saying(store, "tree") == set(range(superseded, 9))
    assert saying(store, "queue") == set(range(superseded))


def test_small_segments_behind_a_larger_one_are_not_written_again_and_again():
    newest = [10] * (compaction.MAX_SMALL_SEGMENTS + 1)
    sizes = [5, 10 * len(newest) + 1, *newest]

    merged = compaction.to_merge(sizes, alive=sizes)

    assert merged == list(range(2, len(sizes)))


def test_a_merge_takes_the_newest_even_where_one_of_them_is_larger():
    sizes = [5, *[10] * compaction.MAX_SMALL_SEGMENTS, 1000, 10]

    assert compaction.to_merge(sizes, alive=sizes) == list(range(len(sizes)))


def test_a_merge_ends_when_it_has_made_a_large_segment(monkeypatch):
    monkeypatch.setattr(compaction, "LARGE_SEGMENT", 30)
    sizes = [10] * (compaction.MAX_SMALL_SEGMENTS + 1)

    assert compaction.to_merge(sizes, alive=sizes) == [10, 11, 12]
