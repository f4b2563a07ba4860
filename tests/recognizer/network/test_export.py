from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
import torch

from recognizer.decoding import best_path, decoder
from recognizer.inference import batches, graph, images, pretrained
from recognizer.inference.card import Card
from recognizer.network import export, weights
from recognizer.network.tensors import normalize, stack
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from recognizer.network.model import CRNN

pytestmark = pytest.mark.thorough

NETWORKS: list[dict[str, Any]] = [
    {},
    {"transformer": False},
    {"layers": 2},
    {"shortcut": False, "seed": 1},
]
TEXTS = ["i", "it", "a long word", "cat", "of", "hippopotamus", "Quick-Sort", "x = 10"]


def noise(count: int, width: int, seed: int) -> list[NDArray[np.uint8]]:
    chance = np.random.default_rng(seed)
    narrower = chance.integers(images.MIN_WIDTH - 1, width, count)
    return [
        chance.integers(0, 256, (images.HEIGHT, w), dtype=np.uint8)
        for w in [width, *narrower][:count]
    ]


def exact(model: CRNN, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    with torch.inference_mode():
        return decoder.softmax(model(normalize(*stack(crops))).numpy())


def decided(model: CRNN) -> CRNN:
    """With sharp probabilities, in which differences show, and a transformer that moves ink."""
    torch.manual_seed(0)
    model.head.weight.data *= 8
    if model.transformer is not None:
        model.transformer.parameters_of.weight.data.normal_()
    return model


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_a_graph_gives_the_probabilities_of_torch_whatever_the_network(
    network: dict[str, Any], random_model: Callable[..., CRNN], tmp_path: Path
) -> None:
    charset = Charset("abcdefghijklmnopqrs")
    model = decided(random_model(len(charset), **network))
    path = tmp_path / "small.safetensors"
    weights.save(path, model, Card(charset, model.config))
    saved, _ = weights.load(path)
    run = graph.load(path, pretrained.fingerprint(path))

    for seed, (count, width) in enumerate([(1, 24), (5, 64), (2, 200), (7, 352), (1, 640)]):
        crops = noise(count, width, seed)
        expected = exact(saved, crops)
        grey, widths = batches.stack(crops)

        found = decoder.softmax(run(grey=grey, widths=widths))

        assert expected.std(axis=(0, 1)).max() > 0.05
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


def test_the_shipped_graph_gives_the_readings_of_the_shipped_weights(
    crop: Callable[[str], NDArray[np.uint8]],
) -> None:
    model, card = weights.load(pretrained.WEIGHTS)
    run = graph.load(pretrained.WEIGHTS, pretrained.fingerprint(pretrained.WEIGHTS))

    for crops in [[crop(text) for text in TEXTS], noise(4, 400, 0)]:
        expected = exact(model, crops)
        grey, widths = batches.stack(crops)

        found = decoder.softmax(run(grey=grey, widths=widths))

        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
        readings = [best_path.greedy(word, card.charset) for word in found]
        assert readings == [best_path.greedy(word, card.charset) for word in expected]


def test_what_stands_in_half_precision_in_the_weights_stands_so_in_the_graph(
    small_weights: Path,
) -> None:
    model = onnx.load(graph.path_of(small_weights))

    kinds = {tensor.data_type for tensor in model.graph.initializer if len(tensor.raw_data) > 5_000}
    assert kinds == {onnx.TensorProto.FLOAT16}


def test_the_same_weights_make_the_same_graph(small_weights: Path) -> None:
    before = graph.path_of(small_weights).read_bytes()

    weights.convert(small_weights)

    assert graph.path_of(small_weights).read_bytes() == before


@pytest.mark.parametrize("wrong", [0.5, float("nan")])
def test_a_graph_that_computes_something_else_is_not_written(
    wrong: float,
    random_model: Callable[..., CRNN],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = export._exported

    def damaged(network: Any, *rest: Any) -> bytes:
        bias = network.model.head.bias
        before = bias.data.clone()
        bias.data[3] += wrong
        content = real(network, *rest)
        bias.data.copy_(before)
        return content

    monkeypatch.setattr(export, "_exported", damaged)
    charset = Charset("abc")
    model, path = random_model(len(charset)), tmp_path / "small.safetensors"

    with pytest.raises(RuntimeError, match="differs from the network"):
        weights.save(path, model, Card(charset, model.config))

    assert not list(tmp_path.glob("*.onnx*"))
