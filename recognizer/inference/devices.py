"""Devices: whether a GPU reads, decided without loading torch."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import cache
from importlib import metadata
from typing import Literal

from recognizer.errors import WeightsError

Device = Literal["auto", "cpu", "cuda"]


def chosen(device: Device = "auto") -> Literal["cpu", "cuda"]:
    """The device that reads: for "auto" a GPU where there is one and torch can use it, else the CPU.

    Raises:
        WeightsError: "cuda", but there is no GPU, or no torch that can use it.

    """
    if device == "cpu":
        return "cpu"
    if _torch_uses_gpus() and _has_gpu():
        return "cuda"
    if device == "cuda":
        lacking = (
            "no GPU of NVIDIA with its driver is there"
            if _torch_uses_gpus()
            else "torch for GPUs is not installed; install the extra gpu: pip install 'ocrsearch[gpu]'"
        )
        msg = f'device = "cuda": {lacking}, or set device = "auto"'
        raise WeightsError(msg)
    return "cpu"


def precision(device: Literal["cpu", "cuda"]) -> str:
    """Name of the precision in which a device reads: two machines of one name read alike."""
    return "full" if device == "cpu" else "mixed"


def _torch_uses_gpus() -> bool:
    try:
        return not metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False


@cache
def _has_gpu() -> bool:
    """Whether the driver of NVIDIA lists a GPU."""
    count = ctypes.c_int(0)
    with suppress(OSError, AttributeError):
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
            return count.value > 0
    return False
