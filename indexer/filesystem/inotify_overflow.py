"""Inotify events and their loss. Private to `watch`; imported on Linux only."""

from __future__ import annotations

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


class OverflowAwareInotify(InotifyFD):
    """Watchdog's reader of inotify events; reports overflows and refusals, which watchdog hides."""

    def __init__(self, lost: Callable[[], None], refused: Callable[[OSError], None]) -> None:
        """`lost` is called when events were lost, `refused` when a folder cannot be watched."""
        super().__init__()
        self._lost, self._refused = lost, refused

    def handle_event(self, event: InotifyEvent) -> None:
        """Report an overflow of the queue, besides what watchdog does with an event."""
        super().handle_event(event)
        if event.is_queue_overflow:
            self._lost()

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        """Watch a folder; report a refusal, which watchdog ignores deep below a root."""
        try:
            return super().add_callback(path, mask, callback, id_)
        except OSError as error:
            self._refused(error)
            raise


def observer(inotify: OverflowAwareInotify) -> BaseObserver:
    """Watchdog's observer, fed by `inotify`."""
    return BaseObserver(InotifyEmitter, inotify_fd=inotify)
