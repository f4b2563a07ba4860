"""The derived stores follow the catalog, whatever happens to them."""

from __future__ import annotations

import shutil

import pytest

from indexer.corrections.correction import Correction
from indexer.errors import DamageError
from indexer.stores import segments
from recognizer.posteriors.codec import PosteriorCodec

from ..conftest import CODES, draw_photo, spelled

pytestmark = pytest.mark.thorough


@pytest.fixture
def indexes(world):
    """The derived stores of a home with a photo that they hold."""
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    return world.library.indexes


def test_what_is_in_step_is_left_alone_and_what_is_missing_is_rebuilt(world, indexes):
    assert indexes.ensure() is False

    shutil.rmtree(world.library.indexes.stores.index.folder)

    assert indexes.ensure() is True
    assert world.find("helios", exact=True) == ["a.png"]
    assert indexes.ensure() is False


def test_a_store_that_is_damaged_while_it_is_written_is_rebuilt_with_all_photos(
    world, indexes, monkeypatch
):
    write = world.library.indexes.stores.posteriors.apply

    def lose_the_index(*photos):
        shutil.rmtree(world.library.indexes.stores.index.folder, ignore_errors=True)
        write(*photos)

    monkeypatch.setattr(world.library.indexes.stores.posteriors, "apply", lose_the_index)
    draw_photo(world.photos / "b.png", "selene")

    world.sync()

    assert world.find("helios", exact=True) == ["a.png"]
    assert world.find("selene", exact=True) == ["b.png"]
    assert world.library.catalog.stale(9) == []


def test_a_rebuild_counts_the_photos_that_are_done(world, indexes):
    draw_photo(world.photos / "b.png", "selene")
    world.sync()
    told = []

    assert indexes.rebuild(told.append) == 2
    assert told[-1] == 2


def test_each_word_is_decoded_with_the_alphabet_of_the_engine_that_read_it(world):
    """As while half of the photos are read again, or after going back to older weights."""
    recognizer, store = world.engine.recognizer, world.library.indexes.stores.posteriors
    for version, alphabet in (("1", CODES), ("2", CODES[::-1])):
        world.engine.version, world.engine.alphabet = version, alphabet
        for word in ("helios", "selene"):
            recognizer.posteriorgrams[word] = spelled(word, alphabet=alphabet)
        draw_photo(world.photos / f"{version}.png", "helios", "selene", salt=int(version))
        world.sync(limit=1)
    assert set(recognizer.posteriorgrams) == {"helios", "selene"}
    assert recognizer.reads == 2

    for _ in range(2):
        for word in ("helios", "selene"):
            said = store.evidence([word], "")[word]
            assert len(said) == 2
            assert all(max(words.values()) > 0.2 for words in said.values())
        world.library.rebuild()


def test_segments_of_the_old_format_answer_until_a_writer_makes_them_anew(world, monkeypatch):
    world.engine.recognizer.posteriorgrams["helios"] = spelled("helios")
    draw_photo(world.photos / "a.png", "helios")
    store, codec = world.library.indexes.stores.posteriors, PosteriorCodec
    with monkeypatch.context() as old:
        old.setattr(segments, "_MAGIC", segments._OLD_MAGIC)
        old.setattr(codec, "alphabet", CODES)
        world.sync()

    assert not store.is_current()
    assert world.find("helios") == ["a.png"]
    before = store.evidence(["helios"], CODES)

    assert world.library.indexes.ensure() is True
    assert store.is_current()
    assert store.evidence(["helios"], "") == before


def test_a_correction_is_not_delivered_to_a_store_that_is_missing(world, indexes):
    indexes.catch_up()
    content = world.library.catalog.photo_at(world.photos / "a.png").hash
    word = world.library.catalog.photo_with(content).words[0]
    world.library.catalog.correct([Correction("1" * 32, content, (256, 32), word.box, "selene")])
    shutil.rmtree(indexes.stores.posteriors.folder)

    with pytest.raises(DamageError):
        indexes.apply_changes()

    assert not indexes.stores.posteriors.folder.exists()
