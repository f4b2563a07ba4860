from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from detector_stub.inference import pretrained as detector
from recognizer.inference import graph, pretrained

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("shipped", [pretrained.WEIGHTS, detector.WEIGHTS], ids=lambda p: p.stem)
def test_the_onnx_file_that_is_lacking_is_that_which_is_shipped(shell, shipped):
    weights = Path(shutil.copy(shipped, shell.folder))

    done = shell("weights", "convert", weights)

    made = graph.path_of(weights)
    assert done.stdout == f"{made}\n"
    assert graph.load(weights, pretrained.fingerprint(weights))
    assert abs(len(made.read_bytes()) - graph.path_of(shipped).stat().st_size) < 5_000
    shell("weights", "convert", weights)  # its own file is replaced


def test_a_file_of_somebody_else_is_not_replaced(shell):
    weights = Path(shutil.copy(pretrained.WEIGHTS, shell.folder))
    other = graph.path_of(weights)
    other.write_bytes(b"another network")

    assert "exists" in shell("weights", "convert", weights, code=2).stderr

    assert other.read_bytes() == b"another network"


def test_nothing_is_written_into_a_photo_folder(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    weights = Path(shutil.copy(pretrained.WEIGHTS, shell.photos))

    assert "folder of photos" in shell("weights", "convert", weights, code=2).stderr

    assert not graph.path_of(weights).exists()


@pytest.mark.parametrize("content", [b"", b"no weights", None])
def test_what_is_no_weights_file_is_named(shell, content):
    path = shell.folder / "odd.safetensors"
    if content is not None:
        path.write_bytes(content)

    assert "odd.safetensors" in shell("weights", "convert", path, code=5).stderr
