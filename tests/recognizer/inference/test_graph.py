from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import onnx
import pytest

from recognizer.errors import WeightsError
from recognizer.inference import graph, pretrained
from recognizer.recognize import Recognizer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copied(small_weights: Path, tmp_path: Path) -> Path:
    """Weights and their graph."""
    for path in (small_weights, graph.path_of(small_weights)):
        shutil.copy(path, tmp_path)
    return tmp_path / small_weights.name


def test_weights_without_a_graph_say_how_to_make_it(copied: Path) -> None:
    graph.path_of(copied).unlink()

    with pytest.raises(WeightsError, match=r"missing; .* ocrsearch weights convert .*safetensors"):
        Recognizer(copied)


@pytest.mark.parametrize("damage", [b"", b"no graph", None])
def test_a_damaged_graph_is_named_with_what_to_do(copied: Path, damage: bytes | None) -> None:
    path = graph.path_of(copied)
    path.write_bytes(path.read_bytes()[:5_000] if damage is None else damage)

    with pytest.raises(WeightsError, match=rf"{path}: damaged, or too new .* weights convert"):
        Recognizer(copied)


def test_a_graph_that_needs_a_newer_runtime_is_refused_alike(copied: Path) -> None:
    path = graph.path_of(copied)
    model = onnx.load(path)
    model.opset_import[0].version = 99
    path.write_bytes(model.SerializeToString())

    with pytest.raises(WeightsError, match="too new for the ONNX Runtime that is installed"):
        Recognizer(copied)


def test_a_graph_of_other_weights_is_refused(copied: Path) -> None:
    content = copied.read_bytes()
    copied.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(WeightsError, match=r"made from other weights than small\.safetensors"):
        Recognizer(copied)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_graph_that_may_not_be_read_is_named(copied: Path) -> None:
    graph.path_of(copied).chmod(0)

    with pytest.raises(WeightsError, match="Permission denied"):
        Recognizer(copied)


def test_a_folder_in_place_of_the_graph_is_named(copied: Path) -> None:
    graph.path_of(copied).unlink()
    graph.path_of(copied).mkdir()

    with pytest.raises(WeightsError, match=r"small\.onnx: cannot read the file"):
        Recognizer(copied)


def test_a_missing_runtime_is_named(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(WeightsError, match="ONNX Runtime cannot be loaded"):
        graph.load(copied, pretrained.fingerprint(copied))
