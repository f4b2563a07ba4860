"""A library whose engine needs no network, and a life of it in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from indexer.bootstrap import stores
from indexer.catalog.catalog import Catalog
from indexer.config import Settings
from indexer.corrections import carried
from indexer.entities import Recognition
from indexer.sync.library import Library
from tests.indexer.conftest import TileEngine, TileRecognizer, spelled


class FaultRecognizer(TileRecognizer):
    """Also says what the network saw; a new version is surer, so that its readings differ."""

    surer = 0.0

    def read(self, crops, pages=()):
        seen = super().read(crops, pages)
        sure = 0.9 + self.surer
        return [[Recognition(s.text, sure, ((s.text, sure),), spelled(s.text))] for [s] in seen]


def engine(version: int = 1) -> TileEngine:
    reader = FaultRecognizer()
    reader.surer = version / 1000
    return TileEngine(recognizer=reader, version=str(version))


def library(settings: Settings, catalog: Catalog, version: int = 1) -> Library:
    return Library(settings, catalog, stores(settings), engine(version))


def fork(life: Callable[[], None], before: Callable[[int], None] = lambda pid: None) -> int:
    """Run `life` in a child, after `before` has run there; returns its process number."""
    pid = os.fork()
    if pid:
        return pid
    # what stood in a place before depends on when the daemon looked, and the model does not know that
    carried.MAX_ASPECT_CHANGE = -1.0
    try:
        before(os.getpid())
        life()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def ended(pid: int) -> int:
    """Wait for a child; its exit status, or minus the signal that ended it."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    ended(pid)


def settings(home: Path, **values: object) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    return Settings(home=home, batch_photos=2, **values)
