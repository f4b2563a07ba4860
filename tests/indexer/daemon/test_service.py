from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from indexer import host
from indexer.daemon import service
from indexer.daemon.systemd import Notifier
from indexer.filesystem.change_batches import Batch
from indexer.sync.progress_file import Reporter, WriterState
from indexer.sync.run import Hooks

from ..conftest import draw_photo


def test_the_photo_after_a_crashing_one_is_found(world, caplog):
    caplog.set_level(logging.INFO)
    world.engine.recognizer.crash_on = {"boom"}

    def batches():
        for name, word in (("a", "helios"), ("b", "boom"), ("c", "selene")):
            path = draw_photo(world.photos / f"{name}.png", word)
            yield Batch(paths=frozenset([path]))

    service.process_batches(world.library, [world.photos], batches(), Hooks())

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

    service.process_batches(world.library, [world.photos], [Batch(everything=True)] * 2, Hooks())

    assert world.find("helios") == [path.name]
    assert "cosmic ray" in caplog.text


def test_each_photo_gets_one_line_in_the_log(world, caplog):
    caplog.set_level(logging.INFO)
    draw_photo(world.photos / "a.png", "helios")

    service.process_batches(world.library, [world.photos], [Batch(everything=True)], Hooks())

    assert len([r for r in caplog.records if "a.png: 1 words" in r.getMessage()]) == 1


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

    service.process_batches(world.library, [world.photos], batches(), Hooks())

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

    service.process_batches(world.library, [world.photos, other], batches(), Hooks())

    assert len([r for r in caplog.records if "offline" in r.getMessage()]) == 1


def test_sigterm_asks_to_stop_and_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)

    with service.stopping() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()

    assert signal.getsignal(signal.SIGTERM) == before


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

    service.process_batches(world.library, [world.photos], batches(), Hooks())

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


# between photos and runs ----------------------------------------------------------------------


@pytest.fixture
def running(world, tmp_path):
    """The daemon around a library, with a clock that only sleeping moves."""
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    reporter = Reporter(tmp_path / "progress.json")
    made = service.Service(
        world.library, threading.Event(), Notifier({}), reporter, lambda: now[0], sleep
    )
    made.now = now
    return made


def pausing(running):
    settings = running.library.settings
    running.library.settings = settings.model_copy(update={"pause_on_battery": True})


def test_on_battery_the_daemon_waits_for_the_plug_and_says_so(running, monkeypatch):
    pausing(running)
    on_battery = iter([True, True, False])
    monkeypatch.setattr(host, "on_battery", lambda: next(on_battery))

    running.wait_for_power()

    assert running.now[0] == 2 * host.BATTERY_SECONDS
    assert running.reporter._progress.state == WriterState.ON_BATTERY


def test_a_pause_on_battery_ends_when_the_daemon_is_told_to_stop(running, monkeypatch):
    pausing(running)
    monkeypatch.setattr(host, "on_battery", lambda: True)
    running.stop.set()

    running.wait_for_power()

    assert running.now[0] == 0


def test_unless_asked_for_the_battery_does_not_matter(running, monkeypatch):
    monkeypatch.setattr(host, "on_battery", lambda: True)

    running.wait_for_power()

    assert running.now[0] == 0


def test_the_networks_are_given_back_after_a_while_without_photos(running):
    closed = []
    running.library.engine.close = lambda: closed.append(running.now[0])

    for running.now[0] in (0, 100, 200, 299):
        running.idle()
    assert closed == []
    running.now[0] = 301
    running.idle()

    assert closed == [301]


DAEMON = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import odd_engine
from indexer import config, home
from indexer.daemon import service
from indexer.bootstrap import stores
from indexer.catalog.catalog import Catalog
from indexer.sync.library import Library
from indexer.ocr.worker import ProcessLimits, Worker

if __name__ == "__main__":
    settings = config.load(home=Path(sys.argv[2]), settle_seconds=0)
    home.make(settings)
    engine, worker = odd_engine.OddEngine(), Worker(odd_engine.OddEngine, ProcessLimits(60, 2000))
    engine.read, engine.close = worker.read, worker.close
    detect = worker._check
    def check(*_):
        print(worker.pid, flush=True)
        detect(*_)
    worker._check = check
    with Catalog(settings.database) as catalog, service.stopping() as stop:
        library = Library(settings, catalog, stores(settings), engine)
        service.follow(library, [Path(sys.argv[3])], stop)
        engine.close()
"""


def test_sigterm_ends_the_daemon_within_seconds_in_the_middle_of_a_photo_that_stays_pending(
    odd_engine, make_world, tmp_path
):
    world = make_world()
    draw_photo(world.photos / "hang.png", "helios")
    (tmp_path / "daemon.py").write_text(DAEMON)
    modules = str(Path(odd_engine.__file__).parent)
    program = subprocess.Popen(
        [sys.executable, tmp_path / "daemon.py", modules, tmp_path / "home", world.photos],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
    )
    late = threading.Timer(120, program.kill)
    late.start()
    for _ in range(40):  # two seconds after its start at least it has loaded, and hangs
        line = program.stdout.readline()
    late.cancel()
    reader = psutil.Process(int(line))

    asked = time.monotonic()
    program.send_signal(signal.SIGTERM)
    _, problems = program.communicate(timeout=20)

    assert (program.returncode, time.monotonic() - asked < 5) == (0, True), problems
    assert not reader.is_running()
    assert world.counts() == {"pending": 1}
    assert not (tmp_path / "home" / "progress.json").exists()


STUCK = """
import signal, os, threading
from indexer.daemon import service
service.GRACE_SECONDS = 0.2
with service.stopping() as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()
"""


def test_what_does_not_end_in_time_is_cut_off():
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=20, check=False)

    assert done.returncode == 0
