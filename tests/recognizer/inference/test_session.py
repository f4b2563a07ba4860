from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import torch

from recognizer.inference import images
from recognizer.inference.session import Session
from recognizer.network import backends

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recognizer.network.model import CRNN


def test_a_session_takes_ink_and_gives_logits_as_arrays(
    random_model: Callable[..., CRNN],
) -> None:
    model = random_model(9)
    ink = np.random.default_rng(0).normal(size=(3, 1, images.HEIGHT, 64)).astype(np.float32)

    logits = Session(backends.export(model), 1)(ink)

    with torch.inference_mode():
        expected = model(torch.from_numpy(ink)).numpy()
    assert (logits.shape, logits.dtype) == ((3, 16, 9), np.float32)
    np.testing.assert_allclose(logits, expected, atol=1e-3)


def test_a_graph_on_disk_can_be_run_without_torch(
    random_model: Callable[..., CRNN], tmp_path: Path
) -> None:
    (tmp_path / "graph.onnx").write_bytes(backends.export(random_model(9)))
    code = (
        "import sys, pathlib, numpy\n"
        "sys.modules['torch'] = None\n"
        "from recognizer.inference.session import Session\n"
        f"graph = pathlib.Path({str(tmp_path / 'graph.onnx')!r}).read_bytes()\n"
        f"print(Session(graph, 1)(numpy.zeros((1, 1, {images.HEIGHT}, 32), 'f4')).shape)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout == "(1, 8, 9)\n", done.stderr
