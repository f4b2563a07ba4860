"""ONNX Runtime session: a network as an ONNX graph, run on the CPU, arrays in and arrays out.

Its figures, and those of what was turned down, are in EXPERIMENTS.md.
"""

from __future__ import annotations

import os
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
        options.log_severity_level = 4  # it would tell stderr what it raises as well
        # waiting threads would turn in circles: a core that detection and other programs can use
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, **inputs: NDArray[Any]) -> NDArray[np.float32]:
        """The graph's only output, of its inputs by their names."""
        output: NDArray[np.float32] = self._session.run(None, inputs)[0]
        return output


def cpu_threads() -> int:
    """Threads to compute on: OMP_NUM_THREADS where it is set, else one for each core that we may use."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
