from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from indexer.daemon import shutdown

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_sigterm_asks_to_stop_and_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)

    with shutdown.stopping() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()

    assert signal.getsignal(signal.SIGTERM) == before


DAEMON = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import odd_engine
from indexer import config, home
from indexer.daemon import shutdown, watch_loop
from indexer.bootstrap import stores
from indexer.catalog.catalog import Catalog
from indexer.sync.library import Library
from indexer.ocr.worker_supervisor import ProcessLimits, Worker

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
    with Catalog(settings.database) as catalog, shutdown.stopping() as stop:
        library = Library(settings, catalog, stores(settings), engine)
        watch_loop.follow(library, [Path(sys.argv[3])], stop)
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
    assert line, program.stderr.read()
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
from indexer.daemon import shutdown
shutdown.GRACE_SECONDS = 0.2
with shutdown.stopping() as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()
"""


def test_what_does_not_end_in_time_is_cut_off():
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=20, check=False)

    assert done.returncode == 0
