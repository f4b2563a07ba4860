from __future__ import annotations

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


def test_weights_on_disk_predict_as_in_memory(picture):
    loaded = predict.load(pretrained.WEIGHTS)(picture)

    assert np.array_equal(loaded, predict.predictor(weights.load(pretrained.WEIGHTS))(picture))


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(pretrained.WeightsError, match=r"gone\.safetensors"):
        predict.load(tmp_path / "gone.safetensors")
