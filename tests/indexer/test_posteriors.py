from __future__ import annotations

import numpy as np
import pytest

from indexer import posteriors
from indexer.errors import CatalogError
from indexer.posteriors import PosteriorStore
from recognizer.posteriorgram import FoldedPosteriors, pack

ALPHABET = "abcdefghijklmnopqrstuvwxyz."


def word(text, sure=0.9):
    frames = np.full((2 * len(text) + 1, len(ALPHABET) + 1), 1e-6, np.float32)
    frames[:, 0] = 1.0
    for place, letter in enumerate(text):
        frames[2 * place + 1, 0] = 1 - sure
        frames[2 * place + 1, 1 + ALPHABET.index(letter)] = sure
    return pack(frames / frames.sum(axis=1, keepdims=True))


@pytest.fixture
def store(tmp_path):
    return PosteriorStore(tmp_path / "posteriors", FoldedPosteriors)


def likely(store, text):
    """Photos that say `text` with some probability."""
    evidence = store.evidence([text], ALPHABET)[text]
    return {photo for photo, words in evidence.items() if max(words.values()) > 0.01}


def test_a_text_is_found_at_its_position_with_its_probability(store):
    store.apply({7: [word("tree"), word("queue")], 8: [word("node")]}, ALPHABET)

    assert store.evidence(["queue"], ALPHABET)["queue"][7][1] == pytest.approx(0.9**5, rel=0.1)
    assert likely(store, "queue") == {7}


def test_scores_equal_those_without_a_store(store):
    texts = ["queue", "queues", "quene", "dequeue", "tree"]
    packed = [word(text, 0.6) for text in texts]
    store.apply({1: packed}, ALPHABET)

    found = store.evidence(["queue"], ALPHABET)["queue"]

    direct = FoldedPosteriors(packed, ALPHABET).score("queue")
    assert found[1] == {
        place: pytest.approx(score)
        for place, score in enumerate(direct)
        if score >= posteriors.LEAST_SCORE
    }


def test_a_photo_applied_again_replaces_itself(store):
    store.apply({7: [word("tree")], 8: [word("tree")]}, ALPHABET)

    store.apply({7: [word("queue")]}, ALPHABET)

    assert likely(store, "tree") == {8}
    assert likely(store, "queue") == {7}


def test_a_removed_photo_is_gone(store):
    store.apply({7: [word("tree")], 8: [word("tree")]}, ALPHABET)

    store.apply({7: None}, ALPHABET)

    assert likely(store, "tree") == {8}
    assert store.photos() == {8}


def test_parts_of_a_compound_word_are_found_at_its_position(store):
    store.apply({7: [word("tree"), word("node.next")]}, ALPHABET)

    assert store.evidence(["next"], ALPHABET)["next"][7][1] == pytest.approx(0.9**4, rel=0.1)


def test_many_segments_are_merged_without_losing_the_newest_word(store):
    for number in range(40):
        store.apply({number % 10: [word("tree" if number < 30 else "queue")]}, ALPHABET)

    assert len(list(store.folder.glob("*.seg"))) <= posteriors.MOST_SEGMENTS
    assert likely(store, "tree") == set()
    assert likely(store, "queue") == set(range(10))


def test_a_removal_survives_merging(store):
    store.apply({n: [word("tree")] for n in range(5)}, ALPHABET)
    store.apply({3: None}, ALPHABET)
    for number in range(20):
        store.apply({100 + number: [word("node")]}, ALPHABET)

    assert likely(store, "tree") == {0, 1, 2, 4}


def test_a_merge_cut_off_after_its_first_step_changes_no_answer(store, monkeypatch):
    for number in range(posteriors.MOST_SEGMENTS):
        store.apply({number: [word("tree")]}, ALPHABET)
    from pathlib import Path

    def dies(self, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "unlink", dies)
    with pytest.raises(KeyboardInterrupt):
        store.apply({99: [word("tree")]}, ALPHABET)
    monkeypatch.undo()

    again = PosteriorStore(store.folder, FoldedPosteriors)
    assert likely(again, "tree") == {*range(posteriors.MOST_SEGMENTS), 99}


def test_a_rebuild_that_fails_leaves_the_old_store_in_use(store):
    store.apply({7: [word("tree")]}, ALPHABET)

    with pytest.raises(CatalogError, match="free some space"), store.rebuilt() as fresh:
        fresh.apply({8: [word("queue")]}, ALPHABET)
        raise OSError(28, "No space left on device")

    assert likely(store, "tree") == {7}


def test_a_rebuild_that_ends_well_takes_over(store):
    store.apply({7: [word("tree")]}, ALPHABET)

    with store.rebuilt() as fresh:
        fresh.apply({8: [word("tree")]}, ALPHABET)

    assert likely(store, "tree") == {8}


@pytest.mark.parametrize("damage", [b"", b"garbage" * 20, None])
def test_a_damaged_segment_says_what_to_do(store, damage):
    store.apply({7: [word("tree")]}, ALPHABET)
    [segment] = store.folder.glob("*.seg")
    segment.write_bytes(segment.read_bytes()[:-5] if damage is None else damage)

    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        PosteriorStore(store.folder, FoldedPosteriors).evidence(["tree"], ALPHABET)


def test_a_missing_store_says_what_to_do(store):
    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        store.evidence(["tree"], ALPHABET)


def test_a_word_without_posteriorgram_is_no_evidence(store):
    store.apply({7: [b"", word("tree")]}, ALPHABET)

    assert set(store.evidence(["tree"], ALPHABET)["tree"][7]) == {1}
    assert store.photos() == {7}


def test_a_text_that_cannot_be_said_finds_nothing(store):
    store.apply({7: [word("tree")]}, ALPHABET)

    assert store.evidence(["наука", "*"], ALPHABET) == {}
