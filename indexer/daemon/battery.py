"""Pause while the machine runs on its battery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from indexer.sync.progress_file import WriterState

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings
    from indexer.sync.progress_file import Reporter

BATTERY_SECONDS = 2.0
"""Time between two checks of the battery."""


def on_battery() -> bool:
    """Whether this computer has a battery and is not plugged in."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError):  # not available on this system
        return False
    return battery is not None and battery.power_plugged is False


def pause_on_battery(
    settings: Settings,
    reporter: Reporter,
    stopped: Callable[[], bool],
    sleep: Callable[[float], None],
) -> None:
    """Wait while this computer runs on its battery, if `settings` say so, or until `stopped`.

    Each BATTERY_SECONDS the state is reported, then `sleep` is called with as many seconds.
    """
    while settings.pause_on_battery and on_battery() and not stopped():
        reporter.state(WriterState.ON_BATTERY)
        sleep(BATTERY_SECONDS)
