"""Shutdown by SIGTERM or SIGINT, within seconds."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE_SECONDS = 4.0
"""Time for an orderly end; after it the process is cut off, which loses nothing."""


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the process is cut off GRACE_SECONDS later."""
    stop, ended = threading.Event(), threading.Event()

    def cut_off() -> None:
        stop.wait()
        if not ended.wait(GRACE_SECONDS):
            os._exit(0)

    def set_stop(*_: object) -> None:
        stop.set()

    # a thread and not an alarm: it must not matter what the main thread is stuck in
    threading.Thread(target=cut_off, daemon=True).start()
    before = {n: signal.signal(n, set_stop) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        ended.set()
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
