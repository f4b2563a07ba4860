"""Threads of a training: as many as cores are free, because torch's threads wait for each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil
import torch

from recognizer.inference.session import cpu_threads

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 0.5
"""Time over which the work of others is measured."""

_FREE = 0.7
"""Share of a core that must be idle for a thread: one that waits for its core stops all others."""


def use_free_cores(say: Callable[[str], None]) -> None:
    """Have torch compute on as many threads as cores are free, at least one; OMP_NUM_THREADS goes first.

    On two cores one of which was busy, two threads read a tenth of the words that one did.
    """
    threads = cores = cpu_threads()
    if not os.environ.get("OMP_NUM_THREADS"):
        idle = [100 - busy for busy in psutil.cpu_percent(_SECONDS, percpu=True)]
        # which cores are ours does not matter: the system moves what others do
        threads = min(cores, max(1, sum(share >= 100 * _FREE for share in idle)))
    torch.set_num_threads(threads)
    if threads < cores:
        say(
            f"{cores - threads} of {cores} cores are busy with other work: training on {threads}; "
            "OMP_NUM_THREADS chooses otherwise"
        )
