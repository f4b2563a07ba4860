"""FolderWatcher with the kernel's real events; its failures are injected."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from watchdog.events import DirDeletedEvent, FileCreatedEvent, FileMovedEvent
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from indexer.filesystem import network_mounts
from indexer.filesystem.change_batches import Batch
from indexer.filesystem.dirty_set import DirtySet
from indexer.filesystem.inotify_overflow import OverflowAwareInotify
from indexer.filesystem.rescan_schedule import Timing
from indexer.filesystem.watcher import (
    CHECK_SECONDS,
    RESTART_SECONDS,
    FolderWatcher,
    _Handler,
    watch,
)

from ..conftest import draw_photo


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def watching():
    """Starts watching; ends it after the test."""
    started = []

    def start(*roots):
        dirty, clock = DirtySet(), Clock()
        started.append(FolderWatcher(roots, dirty, clock))
        return started[-1], dirty, clock

    yield start
    for each in started:
        each.stop()


def later(watching, clock, seconds=CHECK_SECONDS):
    clock.now += seconds
    return watching.reliable()


def told(dirty, path):
    """Whether a hint about `path` comes."""
    paths = set()
    while path not in paths:
        more, _ = dirty.take(5.0)
        if not more:
            return False
        paths |= more
    return True


def handled(*events):
    dirty = DirtySet()
    handler = _Handler(dirty)
    for event in events:
        handler.dispatch(event)
    return dirty.take(0.0)


def test_a_move_concerns_both_names():
    assert handled(FileMovedEvent("/a.jpg", "/b.jpg")) == ({Path("/a.jpg"), Path("/b.jpg")}, False)


def test_a_folder_that_comes_or_goes_asks_for_everything():
    assert handled(DirDeletedEvent("/may")) == (set(), True)


def test_a_file_event_is_passed_on():
    assert handled(FileCreatedEvent("/a.jpg")) == ({Path("/a.jpg")}, False)


def test_a_name_that_is_not_utf8_is_passed_on():
    assert handled(FileCreatedEvent(b"/caf\xe9.jpg")) == ({Path("/caf\udce9.jpg")}, False)


def test_watching_asks_for_everything_first_and_reports_a_new_file(tmp_path):
    stop = threading.Event()
    batches = watch([tmp_path], stop, Timing(settle=0.0, tick=5.0))
    first = next(batches)

    (tmp_path / "board.jpg").write_bytes(b"x")
    second = next(batches)
    stop.set()
    rest = list(batches)

    assert first == Batch(everything=True)
    assert second.paths == {tmp_path / "board.jpg"}
    assert all(not batch.everything for batch in rest)


@pytest.mark.parametrize("way", ["in", "out"])
def test_a_folder_moved_in_or_out_asks_for_everything(tmp_path, watching, way):
    root, aside = tmp_path / "root", tmp_path / "aside"
    (root / "may").mkdir(parents=True)
    (aside / "june").mkdir(parents=True)
    _, dirty, _ = watching(root)

    if way == "in":
        (aside / "june").rename(root / "june")
    else:
        (root / "may").rename(aside / "may")

    assert dirty.take(5.0)[1]


def test_an_atomic_save_is_told_under_its_final_name(tmp_path, watching):
    _, dirty, _ = watching(tmp_path)

    (tmp_path / ".board.jpg.tmp").write_bytes(b"x")
    (tmp_path / ".board.jpg.tmp").rename(tmp_path / "board.jpg")

    assert told(dirty, tmp_path / "board.jpg")


def test_a_hard_link_is_told(tmp_path, watching):
    (tmp_path / "a.jpg").write_bytes(b"x")
    _, dirty, _ = watching(tmp_path)

    os.link(tmp_path / "a.jpg", tmp_path / "b.jpg")

    assert told(dirty, tmp_path / "b.jpg")


def test_reading_a_photo_is_no_event(tmp_path, watching):
    (tmp_path / "a.jpg").write_bytes(b"x")
    _, dirty, _ = watching(tmp_path)

    (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(b"x")

    assert told(dirty, tmp_path / "b.jpg")
    assert (tmp_path / "a.jpg") not in dirty.take(0.0)[0]


def test_an_overflow_of_the_event_queue_asks_for_everything():
    dirty = DirtySet()
    inotify = OverflowAwareInotify(lambda: dirty.add(None), print)
    inotify.start()

    inotify.handle_event(InotifyEvent(-1, InotifyConstants.IN_Q_OVERFLOW, 0, b""))
    inotify.stop()
    inotify.join()

    assert dirty.take(0.0) == (set(), True)


@pytest.mark.parametrize("part", ["_inotify", "_observer"])
def test_an_observer_that_dies_is_started_again(tmp_path, watching, part, caplog):
    watcher, dirty, clock = watching(tmp_path)
    dead = getattr(watcher, part)
    dead.stop()
    dead.join()

    assert not later(watcher, clock)
    assert dirty.take(0.0) == (set(), False)
    assert later(watcher, clock, RESTART_SECONDS)

    assert dirty.take(0.0)[1]
    (tmp_path / "board.jpg").write_bytes(b"x")
    assert told(dirty, tmp_path / "board.jpg")
    assert "has stopped" in caplog.text


def test_where_there_is_no_inotify_another_observer_watches(tmp_path, watching, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    watcher, dirty, clock = watching(tmp_path)

    (tmp_path / "board.jpg").write_bytes(b"x")

    assert told(dirty, tmp_path / "board.jpg")
    assert later(watcher, clock)
    assert watcher._inotify is None


def test_a_folder_that_appears_later_is_watched(tmp_path, watching):
    root = tmp_path / "later"
    watcher, dirty, clock = watching(root)
    root.mkdir()

    assert later(watcher, clock)

    assert dirty.take(0.0)[1]
    (root / "board.jpg").write_bytes(b"x")
    assert told(dirty, root / "board.jpg")


def test_a_folder_that_another_one_takes_the_place_of_is_watched_anew(tmp_path, watching):
    """As a mount does, and what a sync program does that starts from scratch."""
    root = tmp_path / "root"
    root.mkdir()
    watcher, dirty, clock = watching(root)
    root.rename(tmp_path / "aside")
    root.mkdir()

    assert later(watcher, clock)

    assert dirty.take(0.0)[1]
    (root / "board.jpg").write_bytes(b"x")
    assert told(dirty, root / "board.jpg")


def refusing(monkeypatch, number, where=b""):
    add = InotifyFD.add_callback

    def refuse(self, path, *rest):
        if path.endswith(where):
            raise OSError(number, "limit reached")
        return add(self, path, *rest)

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)


@pytest.mark.parametrize("where", [b"", b"deep"])
def test_too_many_folders_are_said_once_with_what_to_do_and_rescans_stand_in(
    tmp_path, watching, monkeypatch, caplog, where
):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    refusing(monkeypatch, errno.ENOSPC, where)
    watcher, _, clock = watching(tmp_path)

    sure = [later(watcher, clock) for _ in range(3 * int(RESTART_SECONDS))]

    assert not any(sure)
    assert caplog.text.count("fs.inotify.max_user_watches") == 1


def test_a_folder_that_cannot_be_watched_once_it_is_made_is_noticed(
    tmp_path, watching, monkeypatch
):
    watcher, dirty, clock = watching(tmp_path)
    assert later(watcher, clock)
    refusing(monkeypatch, errno.ENOSPC)

    (tmp_path / "new").mkdir()

    assert dirty.take(5.0)[1]
    assert not later(watcher, clock)


def test_too_many_watching_programs_are_said_and_rescans_stand_in(
    tmp_path, watching, monkeypatch, caplog
):
    def refuse(*_):
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(InotifyFD, "_create_inotify_fd", refuse)
    watcher, _, clock = watching(tmp_path)
    assert not later(watcher, clock)
    assert "fs.inotify.max_user_instances" in caplog.text
    monkeypatch.undo()

    assert later(watcher, clock, RESTART_SECONDS)


def test_a_network_mount_is_polled(tmp_path, watching, monkeypatch, caplog):
    monkeypatch.setattr(network_mounts, "remote_type", lambda path: "nfs4")
    watcher, _, clock = watching(tmp_path)

    assert not later(watcher, clock)
    assert "nfs4" in caplog.text


@pytest.mark.slow
def test_a_day_of_idle_watching_grows_nothing(tmp_path):
    """In a process of its own: in one of many tests, what these left behind grows as well."""
    days = Path(__file__).with_name("idle_days.py")
    alone = ["-p", "no:cacheprovider", f"--basetemp={tmp_path / 'alone'}", str(days)]

    command = [sys.executable, "-m", "pytest", *alone]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_new_permissions_of_a_photo_are_a_change_of_it_and_those_of_a_folder_of_all(
    watching, tmp_path
):
    photo = draw_photo(tmp_path / "sub" / "a.png", "helios")
    _, dirty, _ = watching(tmp_path)

    photo.chmod(0o600)
    assert dirty.take(10) == ({photo}, False)
    photo.parent.chmod(0o700)
    assert dirty.take(10) == (set(), True)
