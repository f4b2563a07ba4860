"""The daemon as a guest: priorities, battery, what it gives back when idle, how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from indexer import host
from indexer.daemon import service as daemon
from indexer.daemon.systemd import Notifier
from indexer.sync.progress_file import Reporter, WriterState
from indexer.sync.run import Hooks

from .conftest import draw_photo


class Battery(NamedTuple):
    power_plugged: bool | None


@pytest.fixture
def service(world, tmp_path):
    """The daemon around a library, with a clock that only sleeping moves."""
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    reporter = Reporter(tmp_path / "progress.json")
    made = daemon.Service(
        world.library, threading.Event(), Notifier({}), reporter, lambda: now[0], sleep
    )
    made.now = now
    return made


def pausing(service):
    settings = service.library.settings
    service.library.settings = settings.model_copy(update={"pause_on_battery": True})


def test_on_battery_the_daemon_waits_for_the_plug_and_says_so(service, monkeypatch):
    pausing(service)
    plugs = iter([False, False, True])
    monkeypatch.setattr(psutil, "sensors_battery", lambda: Battery(next(plugs)), raising=False)

    service.wait_for_power()

    assert service.now[0] == 2 * daemon.BATTERY_SECONDS
    assert service.reporter._progress.state == WriterState.ON_BATTERY


def test_a_pause_on_battery_ends_when_the_daemon_is_told_to_stop(service, monkeypatch):
    pausing(service)
    monkeypatch.setattr(host, "on_battery", lambda: True)
    service.stop.set()

    service.wait_for_power()

    assert service.now[0] == 0


def test_unless_asked_for_the_battery_does_not_matter(service, monkeypatch):
    monkeypatch.setattr(host, "on_battery", lambda: True)

    service.wait_for_power()

    assert service.now[0] == 0


@pytest.mark.parametrize(
    ("battery", "expected"),
    [(None, False), (Battery(None), False), (Battery(True), False), (Battery(False), True)],
)
def test_only_a_battery_without_its_plug_counts(monkeypatch, battery, expected):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)

    assert host.on_battery() is expected


def test_the_networks_are_given_back_after_a_while_without_photos(service):
    closed = []
    service.library.engine.close = lambda: closed.append(service.now[0])

    for service.now[0] in (0, 100, 200, 299):
        service.idle()
    assert closed == []
    service.now[0] = 301
    service.idle()

    assert closed == [301]


def test_a_rebuild_that_takes_minutes_gives_signs_of_life(world):
    draw_photo(world.photos / "a.png", "helios")
    world.sync()
    signs = []
    shutil.rmtree(world.library.settings.index)

    world.library.sync([world.photos], Hooks(alive=lambda: signs.append(1)))

    assert signs


def test_priorities_are_lowered_as_configured_and_never_raised():
    before = psutil.Process().nice()  # which a child inherits, and cannot undo
    wanted = min(before + 2, 19)
    code = (
        "import psutil; from indexer.host import lower_priority; "
        f"lower_priority({wanted}, idle_io=True); lower_priority({wanted - 1}, idle_io=False); "
        "p = psutil.Process(); print(p.nice(), int(p.ionice()[0]) if psutil.LINUX else 3)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == [str(wanted), "3"]


def test_a_system_that_refuses_is_only_told_about(monkeypatch, caplog):
    def refuse(*_):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "nice", refuse)

    host.lower_priority(5, idle_io=False)

    assert "cannot lower the priority" in caplog.text


DAEMON = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import odd_engine
from indexer import config, home
from indexer.daemon import service as daemon
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
    with Catalog(settings.database) as catalog, daemon.stopping() as stop:
        library = Library(settings, catalog, stores(settings), engine)
        daemon.follow(library, [Path(sys.argv[3])], stop)
        engine.close()
"""


def test_sigterm_ends_the_daemon_within_seconds_in_the_middle_of_a_photo_that_stays_pending(
    odd_engine, make_world, tmp_path
):
    world = make_world()
    draw_photo(world.photos / "hang.png", "helios")
    (tmp_path / "daemon.py").write_text(DAEMON)
    modules = str(Path(odd_engine.__file__).parent)
    running = subprocess.Popen(
        [sys.executable, tmp_path / "daemon.py", modules, tmp_path / "home", world.photos],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
    )
    late = threading.Timer(120, running.kill)
    late.start()
    for _ in range(40):  # two seconds after its start at least it has loaded, and hangs
        line = running.stdout.readline()
    late.cancel()
    reader = psutil.Process(int(line))

    asked = time.monotonic()
    running.send_signal(signal.SIGTERM)
    _, problems = running.communicate(timeout=20)

    assert (running.returncode, time.monotonic() - asked < 5) == (0, True), problems
    assert not reader.is_running()
    assert world.counts() == {"pending": 1}
    assert not (tmp_path / "home" / "progress.json").exists()


STUCK = """
import signal, os, threading
from indexer.daemon import service as daemon
daemon.GRACE_SECONDS = 0.2
with daemon.stopping() as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()
"""


def test_what_does_not_end_in_time_is_cut_off():
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=20, check=False)

    assert done.returncode == 0
