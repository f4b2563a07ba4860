from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from indexer.errors import CatalogError, DamageError
from indexer.stores import compaction, packed_scores, rarest_first, upper_bounds, whole_photos
from indexer.stores.posteriors import PosteriorStore
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import pack
from tests.indexer.stores.unindexed import unindexed

ALPHABET = "abcdefghijklmnopqrstuvwxyz."


def word(text, sure=0.9):
    frames = np.full((2 * len(text) + 1, len(ALPHABET) + 1), 1e-6, np.float32)
    frames[:, 0] = 1.0
    for place, letter in enumerate(text):
        frames[2 * place + 1, 0] = 1 - sure
        frames[2 * place + 1, 1 + ALPHABET.index(letter)] = sure
    return pack(frames / frames.sum(axis=1, keepdims=True))


def packed_as(packed):
    """Photos with these packed words, which the engine packed with ALPHABET."""
    return unindexed(packed, ALPHABET)


@pytest.fixture
def store(tmp_path):
    return PosteriorStore(tmp_path / "posteriors", PosteriorCodec())


def likely(store, text):
    """Photos that say `text` with some probability."""
    evidence = store.evidence([text], ALPHABET)[text]
    return {photo for photo, words in evidence.items() if max(words.values()) > 0.01}


def test_a_text_is_found_at_its_position_with_its_probability(store):
    store.apply(packed_as({7: [word("tree"), word("queue")], 8: [word("node")]}))

    assert store.evidence(["queue"], ALPHABET)["queue"][7][1] == pytest.approx(0.9**5, rel=0.1)
    assert likely(store, "queue") == {7}


def test_scores_equal_those_without_a_store(store):
    texts = ["queue", "queues", "quene", "dequeue", "tree"]
    packed = [word(text, 0.6) for text in texts]
    store.apply(packed_as({1: packed}))

    found = store.evidence(["queue"], ALPHABET)["queue"]

    direct = PosteriorCodec().unpack(packed, ALPHABET).score("queue")
    assert found[1] == {
        place: pytest.approx(score)
        for place, score in enumerate(direct)
        if score >= rarest_first.MIN_SCORE
    }


def test_a_photo_applied_again_replaces_itself(store):
    store.apply(packed_as({7: [word("tree")], 8: [word("tree")]}))

    store.apply(packed_as({7: [word("queue")]}))

    assert likely(store, "tree") == {8}
    assert likely(store, "queue") == {7}


def test_a_removed_photo_is_gone(store):
    store.apply(packed_as({7: [word("tree")], 8: [word("tree")]}))

    store.apply(packed_as({7: None}))

    assert likely(store, "tree") == {8}
    assert store.photos() == {8}


def test_parts_of_a_compound_word_are_found_at_its_position(store):
    store.apply(packed_as({7: [word("tree"), word("node.next")]}))

    assert store.evidence(["next"], ALPHABET)["next"][7][1] == pytest.approx(0.9**4, rel=0.1)


def test_many_segments_are_merged_without_losing_the_newest_word(store):
    for number in range(40):
        store.apply(packed_as({number % 10: [word("tree" if number < 30 else "queue")]}))

    assert len(list(store.folder.glob("*.seg"))) <= compaction.MAX_SMALL_SEGMENTS
    assert likely(store, "tree") == set()
    assert likely(store, "queue") == set(range(10))


def test_a_removal_survives_merging(store):
    store.apply(packed_as({n: [word("tree")] for n in range(5)}))
    store.apply(packed_as({3: None}))
    for number in range(20):
        store.apply(packed_as({100 + number: [word("node")]}))

    assert likely(store, "tree") == {0, 1, 2, 4}


def test_a_merge_cut_off_after_its_first_step_changes_no_answer(store, monkeypatch):
    for number in range(compaction.MAX_SMALL_SEGMENTS):
        store.apply(packed_as({number: [word("tree")]}))
    from pathlib import Path

    def dies(self, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "unlink", dies)
    with pytest.raises(KeyboardInterrupt):
        store.apply(packed_as({99: [word("tree")]}))
    monkeypatch.undo()

    again = PosteriorStore(store.folder, PosteriorCodec())
    assert likely(again, "tree") == {*range(compaction.MAX_SMALL_SEGMENTS), 99}


def test_a_rebuild_that_fails_leaves_the_old_store_in_use(store):
    store.apply(packed_as({7: [word("tree")]}))

    with (
        pytest.raises(CatalogError, match="free some disk space"),
        store.rebuilt() as fresh,
    ):
        fresh.apply(packed_as({8: [word("queue")]}))
        raise OSError(28, "No space left on device")

    assert likely(store, "tree") == {7}


def test_a_rebuild_that_ends_well_takes_over(store):
    store.apply(packed_as({7: [word("tree")]}))

    with store.rebuilt() as fresh:
        fresh.apply(packed_as({8: [word("tree")]}))

    assert likely(store, "tree") == {8}


@pytest.mark.parametrize("damage", [b"", b"garbage" * 20, None])
def test_a_damaged_segment_says_what_to_do(store, damage):
    store.apply(packed_as({7: [word("tree")]}))
    [segment] = store.folder.glob("*.seg")
    segment.write_bytes(segment.read_bytes()[:-5] if damage is None else damage)

    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        PosteriorStore(store.folder, PosteriorCodec()).evidence(["tree"], ALPHABET)


def test_a_missing_store_says_what_to_do(store):
    with pytest.raises(CatalogError, match="ocrsearch rebuild"):
        store.evidence(["tree"], ALPHABET)


def test_a_word_without_posteriorgram_is_no_evidence(store):
    store.apply(packed_as({7: [b"", word("tree")]}))

    assert set(store.evidence(["tree"], ALPHABET)["tree"][7]) == {1}
    assert store.photos() == {7}


def test_a_text_that_cannot_be_said_finds_nothing(store):
    store.apply(packed_as({7: [word("tree")]}))

    assert store.evidence(["наука", "*"], ALPHABET) == {}


@pytest.mark.parametrize(
    ("pattern", "photos"),
    [("que*", {1, 3}), ("*queue", {1, 2}), ("*que*", {1, 2, 3}), ("q*e", {1})],
)
def test_free_ends_find_longer_words(store, pattern, photos):
    words = ["queue", "dequeue", "queues", "tree"]
    store.apply(packed_as({n: [word(text, 0.999)] for n, text in enumerate(words, start=1)}))

    assert likely(store, pattern) == photos


def test_only_the_photos_asked_for_are_looked_at(store):
    store.apply(packed_as({n: [word("tree")] for n in range(6)}))

    found = store.evidence(["tree"], ALPHABET, only=[2, 4, 99])

    assert set(found["tree"]) == {2, 4}


def test_a_word_that_cannot_hold_a_letter_still_has_a_small_chance(store):
    store.apply(packed_as({7: [word("tree", sure=0.9999)]}))

    assert 0 < store.evidence(["trey"], ALPHABET)["trey"][7][0] < 0.01


def test_of_many_words_the_likeliest_are_scored(store, monkeypatch):
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 1)
    monkeypatch.setattr(upper_bounds, "MAX_SCORED", 2)
    store.apply(packed_as({n: [word("tree", sure=n / 10)] for n in range(1, 10)}))

    assert set(store.evidence(["tree"], ALPHABET)["tree"]) == {8, 9}


def test_a_common_word_is_looked_for_on_the_photos_of_a_rare_one(store, monkeypatch):
    monkeypatch.setattr(rarest_first, "MAX_EVIDENCE", 2)
    store.apply(packed_as({n: [word("tree", sure=0.9)] for n in range(9)}))
    store.apply(packed_as({4: [word("tree", sure=0.5), word("zebra")]}))

    found = store.evidence(["tree", "zebra"], ALPHABET)

    assert len(found["tree"]) == 3
    assert 4 in found["tree"]
    assert set(found["zebra"]) == {4}


def test_a_large_segment_is_left_alone_until_half_of_it_is_superseded(store, monkeypatch):
    monkeypatch.setattr(compaction, "LARGE_SEGMENT", 8)
    store.apply(packed_as({n: [word("tree")] for n in range(10)}))
    [large] = store.folder.glob("*.seg")

    store.apply(packed_as({n: [word("node")] for n in range(4)}))
    left_alone = large.exists()
    store.apply(packed_as({n: [word("node")] for n in range(4, 7)}))

    assert (left_alone, large.exists()) == (True, False)
    assert likely(store, "tree") == {7, 8, 9}
    assert likely(store, "node") == set(range(7))


def test_a_merge_in_another_process_does_not_disturb_a_search(store, monkeypatch):
    store.apply(packed_as({7: [word("tree")]}))
    reader, segments = PosteriorStore(store.folder, PosteriorCodec()), PosteriorStore._segments
    calls = []

    def vanishing(self):
        calls.append(self)
        if len(calls) == 1:
            raise FileNotFoundError
        return segments(self)

    monkeypatch.setattr(PosteriorStore, "_segments", vanishing)

    assert likely(reader, "tree") == {7}


def test_an_open_store_sees_that_it_was_rebuilt(store):
    store.apply(packed_as({7: [word("tree")]}))
    reader = PosteriorStore(store.folder, PosteriorCodec())
    before = likely(reader, "tree")

    with store.rebuilt() as fresh:
        fresh.apply(packed_as({8: [word("tree")]}))

    assert (before, likely(reader, "tree")) == ({7}, {8})


def test_a_word_takes_two_hundred_bytes_at_most(store):
    store.apply(packed_as({n: [word("algorithm", 0.6)] * 50 for n in range(50)}))

    size = sum(segment.stat().st_size for segment in store.folder.glob("*.seg"))
    assert size / 2500 <= 200


def test_a_segment_that_is_cut_off_under_an_open_store_is_an_error_not_a_crash(store):
    store.apply(packed_as({7: [word("tree")]}))
    assert store.photos() == {7}
    [segment] = store.folder.glob("*.seg")
    os.truncate(segment, 0)

    with pytest.raises(DamageError, match="ocrsearch rebuild"):
        store.photos()


def test_an_open_store_sees_what_another_process_has_merged(store):
    store.apply(packed_as({7: [word("tree")]}))
    reader = PosteriorStore(store.folder, PosteriorCodec())
    assert likely(reader, "tree") == {7}

    store.apply(packed_as({7: [word("queue")]}))
    store._merge()

    assert likely(reader, "tree") == set()
    assert likely(reader, "queue") == {7}


@pytest.mark.parametrize("pattern", ["tree", "tr*", "*ree*", "trey", "zebra"])
def test_what_is_found_on_a_few_photos_depends_on_each_of_them_alone(store, monkeypatch, pattern):
    texts = ["tree", "trees", "three", "tr.ee", "trey", "node", "queue", "zebra", "free", "tee"]
    for photo in range(6):
        store.apply(packed_as({photo: [word(texts[(photo * k) % 10], 0.7) for k in range(9)]}))
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 3)
    monkeypatch.setattr(upper_bounds, "MAX_SCORED", 3)
    monkeypatch.setattr(rarest_first, "MAX_EVIDENCE", 2)

    together = store.evidence_on(range(6), [pattern, "node"], ALPHABET)[pattern]
    alone = [store.evidence_on([n], [pattern], ALPHABET)[pattern] for n in range(6)]

    assert together == {n: found[n] for n, found in enumerate(alone) if found}
    assert together


def test_of_a_photo_with_many_words_the_likeliest_are_scored(store, monkeypatch):
    packed = [word(text) for text in ("zzz", "trey", "qqq", "tree", "trees", "xxx")]
    store.apply(packed_as({1: packed, 2: packed}))
    monkeypatch.setattr(whole_photos, "MIN_EACH", 2)
    monkeypatch.setattr(whole_photos, "MIN_BOUND", 0.9)

    found = store.evidence_on([1, 2], ["tree"], ALPHABET)["tree"]

    assert {photo: max(said, key=said.get) for photo, said in found.items()} == {1: 3, 2: 3}
    assert set(found[1]) == set(found[2]) == {3, 4}


def test_nothing_is_found_on_no_photos_and_what_no_word_can_say_is_left_out(store):
    store.apply(packed_as({1: [word("tree")]}))

    assert store.evidence_on([], ["tree"], ALPHABET) == {"tree": {}}
    assert store.evidence_on([1, 99], ["наука", "*"], ALPHABET) == {}


def test_more_words_than_are_unpacked_at_a_time_score_the_same(store, monkeypatch):
    store.apply(packed_as({n: [word("tree"), word("trey", 0.6)] for n in range(5)}))
    before = store.evidence_on(range(5), ["tree"], ALPHABET)

    monkeypatch.setattr(packed_scores, "_CHUNK", 3)

    assert store.evidence_on(range(5), ["tree"], ALPHABET) == before


# overlays ------------------------------------------------------------------------------------


def test_an_overlay_answers_as_the_store_will_once_the_photos_are_applied(store):
    store.apply(packed_as({7: [word("tree")], 8: [word("tree")], 9: [word("tree")]}))
    changed = packed_as({7: [word("queue")], 8: None, 10: [word("tree")]})

    over = store.overlaid(changed)

    assert (likely(over, "tree"), likely(over, "queue")) == ({9, 10}, {7})
    assert set(over.evidence_on([7, 8, 9, 10], ["tree"], ALPHABET)["tree"]) >= {9, 10}
    store.apply(changed)
    assert over.evidence(["tree"], ALPHABET) == store.evidence(["tree"], ALPHABET)


def test_an_overlay_writes_nothing_and_leaves_the_store_as_it_is(store):
    store.apply(packed_as({7: [word("tree")]}))
    files = {path: path.read_bytes() for path in store.folder.iterdir()}

    store.overlaid(packed_as({7: [word("queue")]}))

    assert {path: path.read_bytes() for path in store.folder.iterdir()} == files
    assert likely(store, "tree") == {7}


def test_a_store_that_is_not_made_yet_answers_from_its_overlay(tmp_path):
    store = PosteriorStore(tmp_path / "none", PosteriorCodec(), empty_if_missing=True)

    assert likely(store.overlaid(packed_as({7: [word("tree")]})), "tree") == {7}


def test_a_corrected_word_says_its_text_and_nothing_that_was_read(store):
    [photo] = packed_as({7: [word("quene")]})
    corrected = replace(photo.words[0], text="Queue", by="person")

    store.apply([replace(photo, words=(corrected,))])

    assert store.evidence(["queue"], ALPHABET)["queue"][7][0] > 0.99
    assert likely(store, "quene") == set()
