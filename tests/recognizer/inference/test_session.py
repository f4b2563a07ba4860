from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest

from detector_stub.inference import pretrained as detector
from recognizer.inference import batches, graph, images
from recognizer.inference.session import Session, cpu_threads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def content(weights: Path) -> bytes:
    return graph.path_of(weights).read_bytes()


def test_a_session_takes_grey_levels_and_gives_logits_as_arrays(small_weights: Path) -> None:
    crops = [np.full((images.HEIGHT, width), 200, np.uint8) for width in (64, 40, 24)]
    grey, widths = batches.stack(crops)

    logits = Session(content(small_weights), 1)(grey=grey, widths=widths)

    assert (logits.shape[:2], logits.dtype) == ((3, 16), np.float32)


def test_onnx_runtime_reports_to_nobody(
    small_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(onnxruntime, "disable_telemetry_events", lambda: asked.append(True))

    Session(content(small_weights))

    assert asked


def test_a_session_computes_on_as_many_threads_as_it_is_told(small_weights: Path) -> None:
    run = Session(content(small_weights), 2)

    assert run._session.get_session_options().intra_op_num_threads == 2


@pytest.mark.parametrize(
    ("told", "expected"), [("3", 3), ("", 2), ("0", 2), ("many", 2), ("-1", 2)]
)
def test_threads_are_as_many_as_the_environment_says_or_as_cores_may_be_used(
    told: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {4, 7}, raising=False)

    assert cpu_threads() == expected


def test_where_cores_cannot_be_assigned_all_of_them_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)

    assert cpu_threads() == 8


def test_the_words_of_a_batch_are_read_alike_alone(
    small_weights: Path, crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    run = Session(content(small_weights), 1)
    crops = [crop("it"), crop("a long word"), crop("in")]

    together = batches.logits_of(run, crops)

    for word, logits in zip(crops, together, strict=True):
        assert len(logits) == -(-word.shape[1] // batches.FRAME_STRIDE)
        np.testing.assert_allclose(logits, batches.logits_of(run, [word])[0], atol=1e-4)


MEMORY = """
import sys
from pathlib import Path
import numpy as np
from recognizer.inference.session import Session

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

large, small = (Session(Path(path).read_bytes(), 1) for path in sys.argv[1:])
photo = np.zeros((1824, 2400, 3), np.uint8)
word = {"grey": np.zeros((1, 1, 48, 64), np.uint8), "widths": np.array([64])}
taken = []
large(picture=photo[:32])
for _ in range(2):
    before = megabytes()
    large(picture=photo)
    taken.append(megabytes() - before)
full = megabytes()
small(**word)
print(*taken, full - megabytes())
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_photo_takes_its_memory_once_and_another_session_gives_it_back(
    small_weights: Path,
) -> None:
    graphs = [graph.path_of(detector.WEIGHTS), graph.path_of(small_weights)]
    command = [sys.executable, "-c", MEMORY, *map(str, graphs)]

    done = subprocess.run(command, check=True, capture_output=True, text=True)

    first, second, given_back = map(float, done.stdout.split())
    assert first > 100  # otherwise this tells nothing
    assert second < first / 4
    assert given_back > first / 2
