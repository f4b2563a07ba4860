"""Being a good guest: lower priorities, and whether the machine runs on its battery."""

from __future__ import annotations

import logging

import psutil

log = logging.getLogger("ocrsearch")


def lower_priority(nice: int, *, idle_io: bool) -> None:
    """Let other programs go first; processes started from now on do the same.

    A system that refuses is asked no more: a guest is no worse than before.
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
    """Whether this is a computer with a battery that is not being charged."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError):  # a system that knows no batteries, or tells nothing
        return False
    return battery is not None and battery.power_plugged is False
