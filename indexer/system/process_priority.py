"""Process priority."""

from __future__ import annotations

import logging

import psutil

log = logging.getLogger("ocrsearch")


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
