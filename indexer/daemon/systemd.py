"""sd_notify client (READY, STOPPING, WATCHDOG); a no-op without NOTIFY_SOCKET."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Notifier:
    """Sends states to the socket that systemd names in the environment."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read NOTIFY_SOCKET and WATCHDOG_USEC of `environment`."""
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):  # a name that is not in the file system
            self._address = "\0" + self._address[1:]
        watchdog = environment.get("WATCHDOG_USEC", "")
        given = watchdog.isascii() and watchdog.isdecimal() and int(watchdog[:18]) > 0
        self._interval = int(watchdog[:18]) / 2e6 if given else float("inf")
        self._clock, self._next = clock, 0.0

    @property
    def interval(self) -> float:
        """Seconds between two watchdog messages; infinite if systemd expects none."""
        return self._interval

    def send(self, *states: str) -> None:
        """Send states such as READY=1; a missing listener is no error."""
        if not self._address:
            return
        with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto("\n".join(states).encode(), self._address)

    def alive(self) -> None:
        """Send a watchdog message, if it is time for one."""
        now = self._clock()
        if now >= self._next and self._interval < float("inf"):
            self._next = now + self._interval
            self.send("WATCHDOG=1")
