from __future__ import annotations

import logging
import threading

import pytest

from indexer.corrections.new_correction import correction_at
from indexer.daemon import watch_loop
from indexer.daemon.systemd import Notifier
from indexer.filesystem.change_batches import Batch
from indexer.sync import progress_file
from indexer.sync.hooks import Hooks
from indexer.sync.progress_file import Reporter, WriterState

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_the_photo_after_a_crashing_one_is_found(world, caplog):
    caplog.set_level(logging.INFO)
    world.engine.recognizer.crash_on = {"boom"}

    def batches():
        for name, word in (("a", "helios"), ("b", "boom"), ("c", "selene")):
            path = draw_photo(world.photos / f"{name}.png", word)
            yield Batch(paths=frozenset([path]))

    watch_loop.process_batches(world.library, [world.photos], batches(), Hooks())

    assert world.find("helios OR selene") == ["a.png", "c.png"]
    assert [failure.path.name for failure in world.library.catalog.failures()] == ["b.png"]
    assert "cannot bear boom" in caplog.text


def test_an_unexpected_error_in_one_batch_does_not_end_the_daemon(world, monkeypatch, caplog):
    path = draw_photo(world.photos / "a.png", "helios")
    sync = world.library.sync
    calls = []

    def broken_once(*args, **options):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("cosmic ray")
        return sync(*args, **options)

    monkeypatch.setattr(world.library, "sync", broken_once)

    watch_loop.process_batches(world.library, [world.photos], [Batch(everything=True)] * 2, Hooks())

    assert world.find("helios") == [path.name]
    assert "cosmic ray" in caplog.text


def test_each_photo_gets_one_line_in_the_log(world, caplog):
    caplog.set_level(logging.INFO)
    draw_photo(world.photos / "a.png", "helios")

    watch_loop.process_batches(world.library, [world.photos], [Batch(everything=True)], Hooks())

    assert len([r for r in caplog.records if "a.png: 1 word" in r.getMessage()]) == 1


def test_what_a_batch_cannot_decide_asks_for_a_rescan(world):
    """The rescan that a folder's own event asked for may have left its files out as unsettled."""
    moved, kept = draw_photo(world.photos / "in" / "a.png", "helios"), world.photos / "b.png"
    draw_photo(kept, "selene")
    asked = []

    def batches():
        yield Batch(everything=True)
        moved.parent.rename(world.photos / "out")
        yield Batch(everything=True, growing=frozenset([moved]))
        asked.append(len(requests))
        yield Batch(paths=frozenset([moved]))
        asked.append(len(requests))
        yield Batch(everything=True)
        kept.unlink()
        yield Batch(paths=frozenset([kept]))

    requests = []
    hooks = Hooks(incomplete=lambda: requests.append(1))
    watch_loop.process_batches(world.library, [world.photos], batches(), hooks)

    assert (asked, len(requests)) == ([0, 1], 1)
    assert set(world.library.catalog.places()) == {world.photos / "out" / "a.png"}


def test_an_absent_folder_is_reported_once_and_so_is_its_return(world, caplog):
    caplog.set_level(logging.INFO)
    path = draw_photo(world.photos / "a.png", "helios")
    aside = world.photos.parent / "aside"

    def batches():
        yield Batch(everything=True)
        world.photos.rename(aside)
        yield Batch(everything=True)
        yield Batch(paths=frozenset([path]))
        yield Batch(everything=True)
        aside.rename(world.photos)
        yield Batch(everything=True)
        yield Batch(everything=True)

    watch_loop.process_batches(world.library, [world.photos], batches(), Hooks())

    told = [r.getMessage() for r in caplog.records if str(world.photos) in r.getMessage()]
    told = [text for text in told if "offline" in text or "back again" in text]
    assert ["offline" in text for text in told] == [True, False]


def test_changes_elsewhere_do_not_make_an_absent_folder_news_again(world, caplog):
    caplog.set_level(logging.INFO)
    other = world.photos.parent / "other"
    draw_photo(world.photos / "a.png", "helios")
    path = draw_photo(other / "b.png", "selene")

    def batches():
        yield Batch(everything=True)
        world.photos.rename(world.photos.parent / "aside")
        yield Batch(everything=True)
        yield Batch(paths=frozenset([path]))
        yield Batch(everything=True)

    watch_loop.process_batches(world.library, [world.photos, other], batches(), Hooks())

    assert len([r for r in caplog.records if "offline" in r.getMessage()]) == 1


def test_dropping_renaming_deleting_and_replacing_ends_equal_to_the_disk(world):
    """200 photos dropped, 50 renamed, 20 deleted, 5 replaced, as the daemon would see it."""
    photos = [draw_photo(world.photos / f"p{n}.png", f"word{n}", salt=n % 250) for n in range(200)]
    renamed = {p: p.with_name(f"r{n}.png") for n, p in enumerate(photos[:50])}
    deleted, replaced = photos[50:70], photos[70:75]

    def batches():
        yield Batch(everything=True)
        yield Batch(paths=frozenset(photos))
        for old, new in renamed.items():
            old.rename(new)
        for path in deleted:
            path.unlink()
        for n, path in enumerate(replaced):
            draw_photo(path, f"other{n}")
        yield Batch(paths=frozenset([*renamed, *renamed.values(), *deleted, *replaced]))

    watch_loop.process_batches(world.library, [world.photos], batches(), Hooks())

    on_disk = set(world.photos.iterdir())
    assert set(world.library.catalog.places()) == on_disk
    assert world.counts() == {"read": 180, "words": 180}
    assert world.library.indexes.stores.index.count() == 180
    assert world.find("word7", exact=True) == ["r7.png"]
    assert world.find("word55", exact=True) == []
    assert world.find("word71", exact=True) == []
    assert world.find("other1", exact=True) == ["p71.png"]
    # 200 photos and 5 replacements in batches of 4, nothing read twice
    assert world.engine.recognizer.reads == 50 + 2


def test_that_a_batch_has_come_is_reported_before_it_is_worked_on(world, tmp_path):
    reporter = Reporter(tmp_path / "progress.json")
    service = watch_loop.Service(world.library, threading.Event(), Notifier({}), reporter)
    service.idle()

    states = [
        progress_file.read(tmp_path / "progress.json").state
        for _ in service.announced([Batch(everything=True)])
    ]

    assert states == ["looking"]


def test_asking_whether_to_stop_gives_a_sign_of_life(world, tmp_path):
    now = [0.0]
    reporter = Reporter(tmp_path / "progress.json", lambda: now[0])
    service = watch_loop.Service(world.library, threading.Event(), Notifier({}), reporter)
    reporter.state(WriterState.LOOKING)
    now[0] = 50.0

    assert not service.stopped()

    assert progress_file.read(tmp_path / "progress.json").silence(50.0) == 0


def test_a_failed_photo_that_somebody_wants_tried_again_counts_as_changed_once(world, tmp_path):
    path = world.photos / "a.png"
    path.write_bytes(b"no photo")
    world.sync()
    reporter = Reporter(tmp_path / "progress.json")
    service = watch_loop.Service(world.library, threading.Event(), Notifier({}), reporter)
    service.idle()
    assert service.dirty.take(0.0) == (set(), False)

    world.library.catalog.retry_now([path])
    service.idle()
    service.idle()

    assert service.dirty.take(0.0) == ({path}, False)
    draw_photo(path, "helios")
    watch_loop.process_batches(
        world.library, [world.photos], [Batch(paths=frozenset([path]))], Hooks()
    )
    assert world.find("helios") == ["a.png"]
    assert world.library.catalog.failures() == []


def test_an_idle_watch_keeps_the_copy_of_corrections(world, tmp_path):
    photo = draw_photo(world.photos / "a.png", "quene")
    world.sync()
    known = world.library.catalog.photo_at(photo)
    reporter = Reporter(tmp_path / "progress.json")
    made = correction_at(known.words[0].box, known, "queue", now=1.0)
    world.library.catalog.correct([made])
    service = watch_loop.Service(world.library, threading.Event(), Notifier({}), reporter)

    service.idle()

    assert "queue" in world.library.settings.corrections_copy.read_text()
