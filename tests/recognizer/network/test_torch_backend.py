from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from recognizer.decoding import decoder
from recognizer.inference import batches, images
from recognizer.network import torch_backend
from recognizer.network.tensors import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from recognizer.network.model import CRNN


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

    chosen: Any = torch_backend.mixed_precision(torch.device("cuda"), training=training)

    assert chosen == ("cuda", expected)


def test_words_go_to_a_gpu_from_pinned_memory_without_waiting(
    random_model: Callable[..., CRNN], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Played through on the CPU, with a network that says it is on a GPU."""
    model, moves = random_model(20), []
    chance = np.random.default_rng(0)
    grey, widths = batches.stack(
        [chance.integers(0, 256, (images.HEIGHT, w), dtype=np.uint8) for w in (64, 40)]
    )

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

    with torch.inference_mode():
        ink = normalize(torch.from_numpy(grey), torch.from_numpy(widths))
        expected = decoder.softmax(model(ink).numpy())
    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", move)
    monkeypatch.setattr(torch_backend, "mixed_precision", lambda device: nullcontext())

    found = decoder.softmax(
        torch_backend.TorchBackend(forward)(grey=grey, widths=widths)  # type: ignore[arg-type]
    )

    assert moves == [(True, True), (True, True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_reduced_precision_changes_logits_only_a_little(
    crop: Callable[[str], NDArray[np.uint8]],
    random_model: Callable[..., CRNN],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, crops = random_model(20), [crop("cat"), crop("a long word")]
    monkeypatch.setattr(torch_backend, "mixed_precision", lambda device: nullcontext())
    exact = torch_backend.word_logits(model, crops)

    half = torch.autocast("cpu", torch.bfloat16)
    monkeypatch.setattr(torch_backend, "mixed_precision", lambda device: half)
    rough = torch_backend.word_logits(model, crops)

    assert max(np.abs(a - b).mean() for a, b in zip(exact, rough, strict=True)) < 0.1
