"""Process priority and battery state."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("ocrsearch")

BATTERY_SECONDS = 2.0
"""Time between two checks of the battery."""


def lower_priority(nice: int, *, idle_io: bool) -> None:
    """Lower the priority of this process, and of those that it starts from now on.

    If the system refuses, a warning is logged and the priority stays.

    Args:
        nice: niceness to have at least; 0 leaves it as it is.
        idle_io: whether the disk is used only when no other program needs it.

    """
    process = psutil.Process()
    try:
        if nice > 0 and psutil.POSIX:
            process.nice(max(nice, process.nice()))
        elif nice > 0:
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        if idle_io and psutil.LINUX:
            process.ionice(psutil.IOPRIO_CLASS_IDLE)
        elif idle_io and psutil.WINDOWS:
            process.ionice(psutil.IOPRIO_VERYLOW)
    except (psutil.Error, OSError) as error:
        log.warning("cannot lower the priority: %s", error)


def on_battery() -> bool:
    """Whether this computer has a battery and is not plugged in."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError):  # not available on this system
        return False
    return battery is not None and battery.power_plugged is False


def wait_for_power(
    waiting: Callable[[], None], stopped: Callable[[], bool], sleep: Callable[[float], None]
) -> None:
    """Wait while this computer runs on its battery, or until `stopped` says so.

    `waiting` is called every BATTERY_SECONDS, then `sleep` with as many seconds.
    """
    while on_battery() and not stopped():
        waiting()
        sleep(BATTERY_SECONDS)
