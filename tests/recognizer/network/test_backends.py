from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
import torch

from recognizer.decoding import beam_search, best_path
from recognizer.inference import images, pretrained
from recognizer.network import backends, weights
from recognizer.network.backends import OnnxBackend, TorchBackend
from recognizer.network.tensors import normalize, pad
from recognizer.recognize import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from recognizer.network.model import CRNN

CPU = torch.device("cpu")
NETWORKS: list[dict[str, Any]] = [
    {},
    {"transformer": False},
    {"layers": 2},
    {"shortcut": False, "seed": 1},
]
TEXTS = ["i", "it", "a long word", "cat", "of", "hippopotamus", "Quick-Sort", "x = 10"]


def noise(count: int, width: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    chance = np.random.default_rng(seed)
    narrower = chance.integers(images.MIN_WIDTH - 1, width, count)
    return pad(
        [
            chance.integers(0, 256, (images.HEIGHT, w), dtype=np.uint8)
            for w in [width, *narrower][:count]
        ]
    )


def exact(model: CRNN, grey: torch.Tensor, widths: torch.Tensor) -> NDArray[np.float32]:
    with torch.inference_mode():
        return beam_search.softmax(model(normalize(grey, widths)).numpy())


def decided(model: CRNN) -> CRNN:
    """With sharp probabilities, in which differences show, and a transformer that moves ink."""
    torch.manual_seed(0)
    model.head.weight.data *= 8
    if model.transformer is not None:
        model.transformer.parameters_of.weight.data.normal_()
    return model


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_onnx_runtime_gives_the_probabilities_of_torch_whatever_the_network(
    network: dict[str, Any], random_model: Callable[..., CRNN]
) -> None:
    model = decided(random_model(20, **network))
    run = OnnxBackend(model)

    for seed, (count, width) in enumerate([(1, 24), (5, 64), (2, 200), (7, 352), (1, 640)]):
        grey, widths = noise(count, width, seed)
        expected = exact(model, grey, widths)

        found = beam_search.softmax(run(grey, widths))

        assert expected.std(axis=(0, 1)).max() > 0.05
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


def test_onnx_runtime_gives_the_probabilities_of_torch_with_the_shipped_weights(
    crop: Callable[[str], NDArray[np.uint8]],
) -> None:
    model, card = weights.load(pretrained.WEIGHTS)
    run = OnnxBackend(model)

    for grey, widths in [pad([crop(text) for text in TEXTS]), noise(4, 400, 0)]:
        expected = exact(model, grey, widths)

        found = beam_search.softmax(run(grey, widths))

        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
        readings = [best_path.greedy(word, card.charset) for word in found]
        assert readings == [best_path.greedy(word, card.charset) for word in expected]


def test_a_cpu_reads_with_onnx_runtime(small_weights: Path) -> None:
    assert isinstance(Recognizer(small_weights, CPU).backend, OnnxBackend)


def test_a_gpu_reads_with_torch(random_model: Callable[..., CRNN]) -> None:
    assert isinstance(backends.choose(random_model(20), torch.device("cuda")), TorchBackend)


@pytest.mark.parametrize("package", ["onnxruntime", "onnx"])
def test_without_a_package_torch_reads_and_one_line_says_so(
    package: str,
    small_weights: Path,
    crop: Callable[[str], NDArray[np.uint8]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    recognizer = Recognizer(small_weights, CPU)

    assert isinstance(recognizer.backend, TorchBackend)
    assert len(recognizer.read([crop("cat")])) == 1
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert package in record.message
    assert "reading with torch" in record.message


def test_when_the_conversion_fails_torch_reads_and_the_first_line_says_why(
    random_model: Callable[..., CRNN],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        msg = "no such operator\nand a page of details"
        raise RuntimeError(msg)

    monkeypatch.setattr(torch.onnx, "export", refuse)

    assert isinstance(backends.choose(random_model(20), CPU), TorchBackend)
    (record,) = caplog.records
    assert "(no such operator)" in record.message


@pytest.mark.parametrize("wrong", [0.5, float("nan")])
def test_a_conversion_that_computes_something_else_is_not_used(
    wrong: float,
    random_model: Callable[..., CRNN],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model, export = random_model(20), backends.export

    def damaged(model: CRNN) -> bytes:
        state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        model.head.bias.data[3] += wrong
        graph = export(model)
        model.load_state_dict(state)
        return graph

    monkeypatch.setattr(backends, "export", damaged)

    assert isinstance(backends.choose(model, CPU), TorchBackend)
    assert "differ from torch's" in caplog.text


def test_onnx_runtime_reports_to_nobody(
    random_model: Callable[..., CRNN], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(onnxruntime, "disable_telemetry_events", lambda: asked.append(True))

    OnnxBackend(random_model(20))

    assert asked


def test_onnx_runtime_takes_as_many_threads_as_torch(small_weights: Path) -> None:
    before = torch.get_num_threads()
    try:
        run = Recognizer(small_weights, CPU, threads=2).backend
    finally:
        torch.set_num_threads(before)

    assert isinstance(run, OnnxBackend)
    assert run._session._session.get_session_options().intra_op_num_threads == 2


@pytest.mark.parametrize(
    ("native", "training", "expected"),
    [
        (True, False, torch.bfloat16),
        (True, True, torch.bfloat16),
        (False, False, torch.float16),
        (False, True, torch.bfloat16),
    ],
)
def test_float16_is_for_reading_on_gpus_without_bfloat16(
    native: bool, training: bool, expected: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    monkeypatch.setattr(torch, "autocast", lambda *arguments: arguments)

    chosen: Any = backends.mixed_precision(torch.device("cuda"), training=training)

    assert chosen == ("cuda", expected)


def test_words_go_to_a_gpu_from_pinned_memory_without_waiting(
    random_model: Callable[..., CRNN], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played through on the CPU, with a network that says it is on a GPU."""
    model, moves = random_model(20), []
    grey, widths = noise(2, 64, 0)

    def forward(ink: torch.Tensor) -> torch.Tensor:
        return model(ink)

    forward.parameters = lambda: iter([SimpleNamespace(device=torch.device("cuda"))])  # type: ignore[attr-defined]
    pinned: list[torch.Tensor] = []

    def pin(tensor: torch.Tensor) -> torch.Tensor:
        pinned.append(tensor.clone())
        return pinned[-1]

    def move(tensor: torch.Tensor, device: torch.device, non_blocking: bool = False) -> Any:
        if device.type == "cuda":
            moves.append((any(tensor is p for p in pinned), non_blocking))
        return tensor

    expected = exact(model, grey, widths)
    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", move)
    monkeypatch.setattr(backends, "mixed_precision", lambda device: nullcontext())

    found = beam_search.softmax(TorchBackend(forward)(grey, widths))  # type: ignore[arg-type]

    assert moves == [(True, True), (True, True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
