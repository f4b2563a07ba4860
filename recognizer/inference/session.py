"""ONNX Runtime session: a network as an ONNX graph, run on the CPU, arrays in and arrays out.

Its figures, and those of what was turned down, are in EXPERIMENTS.md.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


class Session:
    """Runs one graph in full precision, which gives the same on every machine.

    Attributes:
        metadata: what the file says of itself.

    """

    def __init__(self, graph: bytes, threads: int | None = None) -> None:
        """Prepare `graph` for computation on so many threads (None: `cpu_threads`).

        Raises:
            Exception: what ONNX Runtime raises if it cannot use the graph.

        """
        import onnxruntime  # takes a while

        onnxruntime.disable_telemetry_events()  # on by default on Windows
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cpu_threads()
        # one block for each shape of input, kept beside the arena: twice the memory, and no faster
        options.enable_mem_pattern = False
        _share_memory()
        options.add_session_config_entry("session.use_env_allocators", "1")
        options.log_severity_level = 4  # it would tell stderr what it raises as well
        # waiting threads would turn in circles: a core that detection and other programs can use
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, **inputs: NDArray[Any]) -> NDArray[np.float32]:
        """The graph's only output, of its inputs by their names."""
        options = None if _last_run == [self] else _giving_back()
        _last_run[:] = [self]
        output: NDArray[np.float32] = self._session.run(None, inputs, options)[0]
        return output


_last_run: list[Session] = []
"""The session of this process that ran last."""


@cache
def _share_memory() -> None:
    """Let all sessions of this process take their memory from one arena, which keeps what it had to give."""
    import onnxruntime

    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    as_usual = onnxruntime.OrtArenaCfg(0, -1, -1, -1)
    onnxruntime.create_and_register_allocator(memory, as_usual)


@cache
def _giving_back() -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """Options of a run after which the arena gives back to the system what is not in use.

    The first run after those of another session has them: a photo needs 200 MB to be detected
    on, which would stay while its words are read. After every run it would cost a fifteenth of the time.
    """
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def cpu_threads() -> int:
    """Threads to compute on: OMP_NUM_THREADS where it is set, else one for each core that we may use."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
