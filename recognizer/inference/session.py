"""ONNX Runtime session: a network as an ONNX graph, run on the CPU, numpy in and numpy out.

Its figures, and those of what was turned down, are in EXPERIMENTS.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUT = "ink"
"""Name of the graph's input: normalised ink [N, 1, HEIGHT, W]."""

OUTPUT = "logits"
"""Name of the graph's output: logits [N, W / 4, labels]."""


class Session:
    """Runs one graph in full precision."""

    def __init__(self, graph: bytes, threads: int) -> None:
        """Prepare `graph` for computation on so many threads.

        Raises:
            ImportError: onnxruntime is not installed.
            Exception: what ONNX Runtime raises if it cannot use the graph.

        """
        import onnxruntime  # can be missing

        onnxruntime.disable_telemetry_events()  # on by default on Windows
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # waiting threads would turn in circles: a core that detection and other programs can use
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, ink: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits [N, W / 4, labels] of normalised ink [N, 1, HEIGHT, W]."""
        logits: NDArray[np.float32] = self._session.run([OUTPUT], {INPUT: ink})[0]
        return logits
