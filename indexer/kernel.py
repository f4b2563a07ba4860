"""Kernel events on Linux, and what is lost of them. Private to `watch`; imported on Linux only."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyFD

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import (
        CallbackId,
        InotifyEvent,
        Mask,
        WatchCallback,
        WatchDescriptor,
    )

_ADVICE = {
    errno.ENOSPC: "too many folders to watch; allow more, for example with: "
    "sysctl fs.inotify.max_user_watches=1000000",
    errno.EMFILE: "too many programs watch folders; allow more, for example with: "
    "sysctl fs.inotify.max_user_instances=1024",
}


def advice(error: OSError) -> str:
    """Why folders cannot be watched, and what to do about it."""
    return _ADVICE.get(error.errno or 0, f"cannot watch folders ({error})")


class Kernel(InotifyFD):
    """watchdog's reader of kernel events, which also tells what watchdog keeps to itself."""

    def __init__(self, lost: Callable[[], None]) -> None:
        """`lost` is called when events were; raises OSError, whose text says what is lacking."""
        try:
            super().__init__()
        except OSError as error:
            raise OSError(advice(error)) from error
        self._lost = lost
        self.refused = ""
        """What was lacking, if a folder could not be watched for that."""

    def handle_event(self, event: InotifyEvent) -> None:
        """Events were lost if the queue ran over: everything must be looked at."""
        super().handle_event(event)
        if event.is_queue_overflow:
            self._lost()

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        """Watchdog ignores that a folder deep below cannot be watched."""
        try:
            return super().add_callback(path, mask, callback, id_)
        except OSError as error:
            if error.errno in _ADVICE:
                self.refused = advice(error)
            raise


def observer(kernel: Kernel) -> BaseObserver:
    """Watchdog's observer, fed by `kernel`."""
    return BaseObserver(InotifyEmitter, inotify_fd=kernel)
