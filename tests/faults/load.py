"""Load beside the daemon under test: processes that compute, and one that writes and syncs."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import life

WRITTEN = 4 << 20
"""Bytes that the writing process writes before each sync."""


@contextmanager
def beside(computing: int, folder: Path) -> Iterator[None]:
    """Run `computing` processes that compute and one that writes into `folder`; none for 0."""
    busy = [life.fork(_compute) for _ in range(computing)]
    if computing:
        busy.append(life.fork(lambda: _write(folder / "load")))
    try:
        yield
    finally:
        for pid in busy:
            os.kill(pid, signal.SIGKILL)
            life.ended(pid)


def _compute() -> None:
    digest = b""
    while os.getppid() != 1:  # ends with the suite, however that ends
        for _ in range(1000):
            digest = hashlib.sha256(digest * 100).digest()


def _write(path: Path) -> None:
    block = os.urandom(1 << 16)
    while os.getppid() != 1:
        with path.open("wb") as file:
            for _ in range(WRITTEN // len(block)):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
