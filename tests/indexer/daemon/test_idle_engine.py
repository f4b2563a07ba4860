from __future__ import annotations

import threading

from indexer.daemon.arrivals import Arrivals
from indexer.daemon.systemd import Notifier
from indexer.daemon.watch_loop import Service
from indexer.sync.progress_file import Reporter


def test_the_networks_are_given_back_after_a_while_without_photos(world, tmp_path):
    now, closed = [0.0], []
    reporter = Reporter(tmp_path / "progress.json")
    service = Service(world.library, threading.Event(), Notifier({}), reporter, lambda: now[0])
    world.library.engine.close = lambda: closed.append(now[0])

    for now[0] in (0, 100, 200, 299):
        service.idle()
    assert closed == []
    now[0] = 301
    service.idle()

    assert closed == [301]


def test_after_a_photo_the_networks_are_kept_for_a_while_again(world, tmp_path):
    now, closed = [0.0], []
    reporter = Reporter(tmp_path / "progress.json")
    service = Service(world.library, threading.Event(), Notifier({}), reporter, lambda: now[0])
    world.library.engine.close = lambda: closed.append(now[0])
    hooks = service.hooks(Arrivals((), idle=service.idle, seconds=1.0))

    now[0] = 200
    hooks.arrived()
    for now[0] in (499, 501):
        service.idle()

    assert closed == [501]
