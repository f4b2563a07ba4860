from __future__ import annotations

import os
import shutil

import pytest

from indexer.filesystem import scan
from indexer.sync import index_schedule
from indexer.sync.hooks import Hooks

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_a_new_photo_is_found_by_its_words(world):
    draw_photo(world.photos / "board.png", "helios", "queue")

    world.sync()

    assert world.find("helios") == ["board.png"]
    assert world.counts() == {"read": 1, "words": 2}


def test_a_second_pass_reads_nothing(world):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()

    summary = world.sync()

    assert (summary.found, summary.read) == (1, 0)
    assert world.engine.recognizer.reads == 1


def test_a_deleted_photo_is_found_no_more(world):
    gone = draw_photo(world.photos / "gone.png", "helios")
    draw_photo(world.photos / "stays.png", "selene")
    world.sync()
    gone.unlink()

    summary = world.sync()

    assert summary.removed == 1
    assert world.find("helios") == []
    assert world.find("selene") == ["stays.png"]


def test_a_renamed_photo_is_found_under_its_new_name_without_being_read_again(world):
    old = draw_photo(world.photos / "old.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    reads = world.engine.recognizer.reads
    old.rename(world.photos / "new.png")

    world.sync()

    assert world.find("helios") == ["new.png"]
    assert world.engine.recognizer.reads == reads


def test_a_moved_folder_keeps_its_readings(world):
    draw_photo(world.photos / "may" / "board.png", "helios")
    draw_photo(world.photos / "june.png", "selene")
    world.sync()
    reads = world.engine.recognizer.reads
    (world.photos / "may").rename(world.photos / "archive")

    world.sync()

    assert world.find("helios") == ["board.png"]
    assert world.library.catalog.photo_at(world.photos / "archive" / "board.png")
    assert world.engine.recognizer.reads == reads


def test_a_copy_is_not_read_and_its_deletion_leaves_the_original(world):
    original = draw_photo(world.photos / "a.png", "helios")
    world.sync()
    copy = world.photos / "b.png"
    shutil.copy(original, copy)
    world.sync()

    copy.unlink()
    world.sync()

    assert world.engine.recognizer.reads == 1
    assert world.find("helios") == ["a.png"]


def test_changed_content_replaces_the_old_words(world):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()
    draw_photo(world.photos / "board.png", "selene", "luna")

    world.sync()

    assert world.find("helios") == []
    assert world.find("selene") == ["board.png"]


def test_a_photo_that_comes_back_later_is_not_read_again(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    reads = world.engine.recognizer.reads
    aside = world.photos.parent / "aside.png"
    photo.rename(aside)
    world.sync()
    assert world.find("helios") == []

    aside.rename(photo)
    world.sync()

    assert world.find("helios") == ["board.png"]
    assert world.engine.recognizer.reads == reads


def test_photos_gone_for_longer_than_keep_days_leave_the_catalog(world):
    photo = draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / "other.png", "selene")
    world.sync()
    photo.unlink()
    world.sync()

    world.now += 8 * 86400
    world.sync()

    assert world.counts() == {"read": 1, "words": 1}
    assert sum(map(len, world.library.catalog.words(range(10)).values())) == 1


def test_a_photo_without_words_is_empty_not_pending(world):
    draw_photo(world.photos / "sky.png")

    world.sync()

    assert world.counts() == {"empty": 1}
    assert world.sync().read == 0


def test_a_new_engine_reads_every_photo_again(world):
    draw_photo(world.photos / "board.png", "helios")
    world.sync()
    world.engine.version = "2"

    summary = world.sync()

    assert summary.read == 1
    assert world.find("helios") == ["board.png"]


def test_a_bad_photo_is_listed_with_its_reason_and_stops_no_other(world):
    draw_photo(world.photos / "a.png", "helios")
    (world.photos / "b.png").write_bytes(b"this is no picture")
    draw_photo(world.photos / "c.png", "selene")

    summary = world.sync()

    assert summary.read == 2
    [failure] = world.library.catalog.failures()
    assert failure.path.name == "b.png"
    assert "not an image" in failure.reason
    assert world.find("selene") == ["c.png"]


def test_a_photo_that_crashes_the_recogniser_is_isolated_from_its_batch(world):
    world.engine.recognizer.crash_on = {"boom"}
    for name, word in (("a", "helios"), ("b", "boom"), ("c", "selene")):
        draw_photo(world.photos / f"{name}.png", word)

    world.sync()

    assert sorted(world.find("helios OR selene")) == ["a.png", "c.png"]
    [failure] = world.library.catalog.failures()
    assert (failure.path.name, "cannot bear boom" in failure.reason) == ("b.png", True)


def test_a_failed_photo_is_tried_again_when_its_time_has_come(world):
    world.engine.recognizer.crash_on = {"boom"}
    draw_photo(world.photos / "a.png", "boom")
    world.sync()
    world.engine.recognizer.crash_on = set()
    assert world.sync().read == 0

    world.now += 3601
    world.sync()

    assert world.find("boom") == ["a.png"]
    assert world.library.catalog.failures() == []


def test_each_failure_doubles_the_wait(world):
    (world.photos / "bad.png").write_bytes(b"no")
    world.sync()
    [first] = world.library.catalog.failures()
    world.now = first.next_try
    world.sync()

    [second] = world.library.catalog.failures()

    assert second.attempts == 2
    assert second.next_try - world.now == pytest.approx(2 * 3600)


def test_a_mended_file_is_tried_at_once(world):
    (world.photos / "bad.png").write_bytes(b"no")
    world.sync()
    draw_photo(world.photos / "bad.png", "helios")

    world.sync()

    assert world.find("helios") == ["bad.png"]
    assert world.counts() == {"read": 1, "words": 1}


def test_a_deleted_index_is_rebuilt_with_the_same_answers(world):
    draw_photo(world.photos / "a.png", "helios", "queue")
    draw_photo(world.photos / "b.png", "selene", "queue")
    world.sync()
    before = [world.find(q) for q in ("queue", "helios", "selene NOT queue")]
    shutil.rmtree(world.library.settings.index)

    world.library.rebuild()

    assert [world.find(q) for q in ("queue", "helios", "selene NOT queue")] == before


def test_a_pass_notices_a_deleted_index_by_itself(world):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    shutil.rmtree(world.library.settings.index)

    world.sync()

    assert world.find("helios") == ["a.png"]


def test_a_failed_index_commit_is_caught_up_by_the_next_pass(world, monkeypatch):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    draw_photo(world.photos / "b.png", "selene")
    monkeypatch.setattr(world.library.indexes.stores.index, "apply", _disk_full)
    with pytest.raises(OSError, match="No space"):
        world.sync()
    monkeypatch.undo()

    world.sync()

    assert world.engine.recognizer.reads == 2
    assert world.find("helios OR selene") == ["a.png", "b.png"]


def _disk_full(photos):
    raise OSError(28, "No space left on device")


def test_stopping_keeps_what_was_read_and_the_next_pass_goes_on(make_world):
    world = make_world()
    for number in range(20):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    steps = []

    hooks = Hooks(stop=lambda: bool(steps), report=steps.append, clock=lambda: world.now)
    first = world.library.sync([world.photos], hooks)
    second = world.sync()

    assert 0 < first.read < 20
    assert first.read + second.read == 20
    assert len(world.find("helios")) == 20


def test_the_newest_photo_is_read_first(world):
    for number in range(3):
        path = draw_photo(world.photos / f"{number}.png", "helios", salt=number)
        os.utime(path, (1000 + number, 1000 + number))
    steps = []

    world.library.sync([world.photos], Hooks(report=steps.append))

    assert [step.path.name for step in steps] == ["2.png", "1.png", "0.png"]


def test_single_paths_are_brought_up_to_date_without_a_walk(world, monkeypatch):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    (world.photos / "a.png").rename(world.photos / "b.png")
    monkeypatch.setattr(scan, "walk", None)

    world.library.sync_paths(
        [world.photos], [world.photos / "a.png", world.photos / "b.png"], Hooks()
    )

    assert world.find("helios") == ["b.png"]
    assert world.engine.recognizer.reads == 1


def test_an_ordinary_change_never_rebuilds_the_whole_index(world, monkeypatch):
    for number in range(3):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    world.sync()
    monkeypatch.setattr(world.library.indexes, "rebuild", None)

    draw_photo(world.photos / "0.png", "selene")
    (world.photos / "1.png").unlink()
    draw_photo(world.photos / "3.png", "luna")
    world.sync()

    assert sorted(world.find("helios OR selene OR luna")) == ["0.png", "2.png", "3.png"]


def test_the_limit_counts_photos_not_batches(world):
    for number in range(20):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)

    assert [world.sync(limit=9).read for _ in range(3)] == [9, 9, 2]


def test_the_first_photo_is_searchable_before_the_last_is_looked_at(world, monkeypatch):
    monkeypatch.setattr(index_schedule, "INDEX_BATCH", 4)
    draw_photo(world.photos / "first.png", "helios", salt=99)
    world.sync()
    for number in range(12):
        draw_photo(world.photos / f"{number}.png", "helios", salt=number)
    found = []
    hash_file = world.library.backlog._hash_file

    def watched(path, *rest, **options):
        found.append(len(world.find("helios")))
        return hash_file(path, *rest, **options)

    monkeypatch.setattr(world.library.backlog, "_hash_file", watched)
    world.sync()

    assert found == [1] * 4 + [5] * 4 + [9] * 4


def test_a_rebuild_that_takes_minutes_gives_signs_of_life(world):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    signs = []
    shutil.rmtree(world.library.settings.index)

    world.library.sync([world.photos], Hooks(alive=lambda: signs.append(1)))

    assert signs
