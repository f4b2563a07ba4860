from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch

from detector_stub.inference import pretrained
from detector_stub.network import predict, weights
from detector_stub.network.model import WordNet, normalize


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def test_a_picture_becomes_the_maps_of_the_network(picture, tiny):
    torch.manual_seed(0)
    net = WordNet(tiny).eval()

    maps = predict.predictor(net)(picture)

    with torch.inference_mode():
        expected = net(normalize(torch.from_numpy(picture)[None]))[0].numpy()
    assert (maps.shape, maps.dtype) == ((4, 16, 24), np.float32)
    assert np.abs(maps - expected).max() < 0.05 * np.abs(expected).max()  # half precision


def test_the_shipped_graph_gives_the_maps_of_the_shipped_weights(picture, monkeypatch):
    monkeypatch.setattr(predict, "mixed_precision", nullcontext)
    expected = predict.predictor(weights.load(pretrained.WEIGHTS))(picture)

    found = pretrained.predictor(pretrained.WEIGHTS)(picture)

    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(pretrained.WeightsError, match=r"gone\.safetensors"):
        pretrained.predictor(tmp_path / "gone.safetensors")


def test_weights_without_a_graph_say_how_to_make_it(tmp_path):
    path = Path(shutil.copy(pretrained.WEIGHTS, tmp_path))

    with pytest.raises(pretrained.WeightsError, match=r"words\.onnx: missing.* weights convert"):
        pretrained.predictor(path)
