"""What comes between looking at a photo and reading it, and what a look could overlook."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading

import pytest
from PIL import Image
from whoosh.writing import SegmentWriter

from indexer.daemon import watch_loop
from indexer.entities import Volume
from indexer.errors import CatalogError, PhotoError
from indexer.filesystem import volumes as file_systems
from indexer.filesystem.change_batches import Batch
from indexer.ocr import image
from indexer.sync import identity
from indexer.sync.hooks import Hooks

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_a_photo_that_is_complete_only_after_it_was_opened_is_read_by_the_next_pass(
    world, monkeypatch
):
    """It used to be stamped after its failure, as it was then complete: it was left alone."""
    whole = draw_photo(world.photos.parent / "whole.png", "helios").read_bytes()
    photo = world.photos / "board.png"
    photo.write_bytes(whole[:100])
    open_upright = image.open_upright

    def completed_meanwhile(path, limits):
        try:
            return open_upright(path, limits)
        finally:
            photo.write_bytes(whole)

    monkeypatch.setattr(image, "open_upright", completed_meanwhile)
    assert world.sync().failed == 1
    monkeypatch.undo()

    world.sync()

    assert world.find("helios") == ["board.png"]


def test_a_photo_that_vanishes_while_it_is_read_is_no_failure(world, monkeypatch):
    photo = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")

    def vanished(path, limits):
        if path == photo:
            photo.unlink(missing_ok=True)
            raise PhotoError("cannot read the file (No such file or directory)")
        return open_upright(path, limits)

    open_upright = image.open_upright
    monkeypatch.setattr(image, "open_upright", vanished)

    world.sync()

    assert world.library.catalog.failures() == []
    assert world.find("selene") == ["other.png"]


def test_a_folder_unmounted_in_the_middle_of_a_pass_keeps_all_its_photos(world, monkeypatch):
    for number in range(12):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    world.sync(limit=4)
    world.engine.version = "2"
    aside = world.photos.parent / "aside"

    def unmounted(path, limits):
        if world.photos.exists():
            world.photos.rename(aside)
        return open_upright(path, limits)

    open_upright = image.open_upright
    monkeypatch.setattr(image, "open_upright", unmounted)
    world.sync()
    monkeypatch.undo()

    assert len(world.library.catalog.places()) == 12
    assert world.library.catalog.failures() == []
    aside.rename(world.photos)
    assert world.sync().read == 12


def test_a_photo_rewritten_in_the_same_moment_is_noticed(world):
    """Memory cards tell times two seconds apart: size and time may be the same."""
    world.now = 1_000_000_000.0
    photo = draw_photo(world.photos / "board.tif", "helios")
    other = draw_photo(world.photos.parent / "other.tif", "selene")
    for path in (photo, other):
        with Image.open(path) as image:
            image.save(path, "TIFF")  # not compressed: every photo has the same size
        os.utime(path, (world.now - 1, world.now - 1))
    world.sync()
    other.replace(photo)

    world.now += 60
    world.sync()

    assert world.find("selene") == ["board.tif"]
    assert world.find("helios") == []


def test_a_photo_is_not_hashed_again_once_it_is_old_enough(world, monkeypatch):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()
    monkeypatch.setattr(identity, "content_hash", None)

    assert world.sync().found == 1


def test_a_moved_photo_is_read_by_a_new_engine_in_the_same_pass(world):
    draw_photo(world.photos / "old.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    world.engine.version = "2"
    (world.photos / "old.png").rename(world.photos / "new.png")

    assert world.sync().read == 2


def test_every_copy_of_a_photo_that_fails_is_listed_by_the_same_pass(world):
    world.engine.recognizer.crash_on = {"boom"}
    photo = draw_photo(world.photos / "0.png", "boom")
    for number in range(1, 5):
        shutil.copy(photo, world.photos / f"{number}.png")

    assert world.sync().failed == 5


def test_a_hard_link_follows_a_change_that_was_told_of_the_other_name(world):
    photo = draw_photo(world.photos / "a.png", "helios")
    os.link(photo, world.photos / "b.png")
    world.sync()
    draw_photo(photo, "selene", "luna")

    world.library.sync_paths([world.photos], [photo], Hooks())

    assert world.find("helios") == []
    assert len(world.library.catalog.photo_at(photo).places) == 2


def test_a_bad_file_that_becomes_a_copy_of_a_known_photo_is_no_failure_any_more(world):
    good = draw_photo(world.photos / "good.png", "helios")
    bad = world.photos / "bad.png"
    bad.write_bytes(b"no picture")
    world.sync()
    shutil.copy(good, bad)

    world.sync()

    assert world.library.catalog.failures() == []
    assert world.counts() == {"read": 1, "words": 1}


def test_a_photo_that_is_replaced_and_put_back_is_not_read_again(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    original = photo.read_bytes()
    draw_photo(world.photos / "other.png", "luna")
    world.sync()
    draw_photo(photo, "selene")
    world.sync()
    reads = world.engine.recognizer.reads
    photo.write_bytes(original)

    world.sync()

    assert world.find("helios") == ["board.png"]
    assert world.engine.recognizer.reads == reads


def test_files_that_are_still_being_written_are_left_alone_and_kept(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "luna")
    world.sync()
    photo.write_bytes(photo.read_bytes()[:50])

    summary = world.sync(leave={photo})

    assert (summary.failed, world.find("helios")) == (0, ["board.png"])


def test_a_file_in_a_folder_that_is_not_looked_into_is_not_taken_in_by_its_event(world):
    (world.photos / "real").mkdir()
    (world.photos / "link").symlink_to(world.photos / "real")
    photo = draw_photo(world.photos / ".hidden" / "a.png", "helios")
    linked = draw_photo(world.photos / "link" / "b.png", "selene")
    outside = draw_photo(world.photos.parent / "c.png", "luna")

    world.library.sync_paths([world.photos], [photo, linked, outside], Hooks())

    assert world.library.catalog.places() == {}


def test_a_photo_that_is_told_of_many_times_is_read_once(world):
    photo = draw_photo(world.photos / "board.png", "helios")

    for _ in range(3):
        world.library.sync_paths([world.photos], [photo, photo], Hooks())
        world.sync()

    assert world.engine.recognizer.reads == 1
    assert world.library.indexes.stores.index.count() == 1


# folders that are away -----------------------------------------------------------------------


def test_the_photos_of_an_offline_folder_are_not_hashed_in_every_pass(world, monkeypatch):
    for number in range(12):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    world.sync()
    for number in range(10):
        (world.photos / f"{number}.png").unlink()
    monkeypatch.setattr(identity, "content_hash", None)

    assert world.sync().offline == [world.photos]
    assert len(world.library.catalog.places()) == 12


def test_an_event_from_a_folder_that_was_emptied_deletes_nothing(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "in" / "other.png", "selene")
    world.sync()
    world.photos.rename(world.photos.parent / "aside")
    world.photos.mkdir()

    world.library.sync_paths([world.photos], [photo, world.photos / "in" / "other.png"], Hooks())

    assert len(world.library.catalog.places()) == 2


@pytest.fixture
def volumes(monkeypatch):
    """File systems by path, as if they were mounted there."""
    mounted = {}

    def volume(path):
        for place in (path, *path.parents):
            if place in mounted:
                return Volume(place, mounted[place])
        return Volume(path.parents[-1], "0")

    monkeypatch.setattr(file_systems, "volume", volume)
    monkeypatch.setattr(file_systems, "is_mount", lambda path: path in mounted)
    return mounted


def test_photos_missing_on_another_device_are_kept(world, volumes):
    volumes[world.photos] = "stick"
    gone = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    volumes[world.photos] = "another stick"
    gone.unlink()

    assert world.sync().offline == [world.photos]
    assert world.find("helios") == ["board.png"]

    world.sync(forget=True)
    assert world.find("helios") == []
    assert world.sync().offline == []


def test_another_device_with_all_photos_takes_the_place_of_the_old_one(world, volumes):
    volumes[world.photos] = "old disk"
    gone = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    volumes[world.photos] = "new disk"
    world.sync()
    gone.unlink()

    assert world.sync().removed == 1


def test_what_is_mounted_inside_a_folder_may_be_unmounted(world, volumes):
    share = world.photos / "share"
    volumes[share] = "share"
    for number in range(3):
        draw_photo(share / f"{number}.png", "helios", salt=number)
    for number in range(20):
        draw_photo(world.photos / f"{number}.png", "selene", salt=number)
    world.sync()
    del volumes[share]
    shutil.rmtree(share)
    share.mkdir()
    (world.photos / "0.png").unlink()

    summary = world.sync()

    assert (summary.offline, summary.removed) == ([share], 1)
    assert len(world.find("helios")) == 3


def test_missing_folders_are_forgotten_when_told_so(world):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()
    shutil.rmtree(world.photos)

    world.sync(forget=True)

    assert world.counts() == {}


# faults of the stores ------------------------------------------------------------------------


def _full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_full_disk_never_leads_to_a_rebuild(world, monkeypatch):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    draw_photo(world.photos / "b.png", "selene")
    monkeypatch.setattr(world.library.indexes, "rebuild", None)
    monkeypatch.setattr(SegmentWriter, "_commit_toc", _full)
    with pytest.raises(CatalogError, match="free some disk space"):
        world.sync()
    monkeypatch.undo()
    world.sync()

    assert world.find("helios OR selene") == ["a.png", "b.png"]


def test_a_writer_that_failed_half_way_does_not_lock_the_index(world, monkeypatch):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    draw_photo(world.photos / "b.png", "selene")

    monkeypatch.setattr(SegmentWriter, "_setup_doc_offsets", _full)
    with pytest.raises(CatalogError):
        world.sync()
    monkeypatch.undo()

    world.sync()

    assert world.find("selene") == ["b.png"]


def test_an_index_with_as_many_photos_but_others_is_rebuilt_at_the_start(make_world):
    world = make_world()
    for number in range(3):
        draw_photo(world.photos / f"{number}.png", f"word{number}")
    world.sync()
    [last] = [p.id for p in [world.library.catalog.photo_at(world.photos / "2.png")]]
    world.library.indexes.stores.index.apply({last: None, 99: {"strange": 1.0}})

    again = make_world()
    again.sync()

    assert again.find("word2", exact=True) == ["2.png"]


def test_a_catalog_that_is_held_by_another_program_is_tried_again(world, settings, caplog):
    world.library.catalog.close()
    draw_photo(world.photos / "a.png", "helios")
    other = sqlite3.connect(settings.home / "catalog.db")
    failed = threading.Event()

    def batches():
        other.execute("BEGIN IMMEDIATE")
        yield Batch(everything=True)
        other.rollback()
        assert failed.is_set()
        yield Batch(everything=True)

    with world.library.catalog._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    watch_loop.process_batches(world.library, [world.photos], batches(), Hooks(failed=failed.set))
    other.close()

    assert "another program holds it" in caplog.text
    assert world.find("helios") == ["a.png"]
