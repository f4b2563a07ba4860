"""A process that opens photos: loads what it needs once, then answers the requests that it is sent."""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from indexer.errors import UserError
from indexer.ocr.messages import LoadFailed, Ready, Reply, Request
from recognizer.files.printable import in_brackets, plainly

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

log = logging.getLogger("ocrsearch")

SPARE_SECONDS = 30.0
"""A process without its parent that is stuck ends itself so long after its time."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""

_LARGE_BLOCK = 32 << 20
"""Bytes from which on a block goes back to the system when it is freed: more than the arrays of a usual
photo, whose pages the system would otherwise clear anew each time, a quarter of all time."""

_KEPT = 128 << 20
"""Bytes of freed smaller blocks that the process keeps."""


def serve(
    connection: Connection[Reply, Request], load: Callable[[], object], seconds: float
) -> None:
    """Answer requests until the other end of the connection is closed.

    Args:
        connection: where requests come from.
        load: loads what requests are answered with, for example detector and recogniser.
        seconds: time that a request may take.

    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _silence_libraries()
    _return_freed_memory()
    end_with_parent(lambda: os._exit(1))
    gc.disable()  # what is loaded stays to the end: nothing to collect
    try:
        parts = load()
    except Exception as error:
        reason = str(error)
        if not isinstance(error, UserError):
            log.debug("unexpected error while the networks were loaded", exc_info=error)
            said = in_brackets(plainly(error))
            reason = f"the networks that read cannot be loaded{said}; install the program again"
        connection.send(LoadFailed(reason))
        return
    finally:
        gc.freeze()
        gc.enable()
    connection.send(Ready())
    answer_requests(connection, parts, seconds)


def answer_requests(connection: Connection[Reply, Request], parts: object, seconds: float) -> None:
    """Answer what is requested; an alarm ends the process when that takes far too long."""
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        _set_alarm(seconds + SPARE_SECONDS)
        connection.send(request.answer(parts))
        _set_alarm(0)  # an idle process is stuck in nothing


def _silence_libraries() -> None:
    """Keep decoders, which print what they dislike straight to stderr, out of the log."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)  # ours alone goes there
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _return_freed_memory() -> None:
    """Make the C library return large blocks to the system when they are freed, if it can, and no others.

    Otherwise a huge photo leaves the process huge, and the next one does not fit.
    """
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def end_with_parent(end: Callable[[], object]) -> None:
    """Call `end` in a thread once the parent is gone: one that was killed closes no connection."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            end()

    threading.Thread(target=wait, daemon=True).start()


def _set_alarm(seconds: float) -> None:
    """Have the system end this process after so long, even where no thread gets its turn.

    0 cancels the alarm.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
