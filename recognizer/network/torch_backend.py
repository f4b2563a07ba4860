"""Torch as backend: on a GPU, and for the evaluations of training."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from recognizer.inference import batches
from recognizer.network import weights
from recognizer.network.tensors import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.network.model import CRNN


def best_device() -> torch.device:
    """A CUDA device when there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed_precision(
    device: torch.device, *, training: bool = False
) -> AbstractContextManager[object]:
    """Autocast to a half precision that the hardware computes in, else full precision.

    Only reading may use float16, on GPUs without bfloat16: gradients would need scaling.
    """
    if device.type == "cuda":
        native = training or torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.autocast("cuda", torch.bfloat16 if native else torch.float16)
    quick = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001
    return torch.autocast(device.type, torch.bfloat16) if quick else nullcontext()


class TorchBackend:
    """Runs a network on its device, in mixed precision."""

    def __init__(self, model: CRNN) -> None:
        """Run `model`, which is in evaluation mode."""
        self.model = model

    def __call__(
        self, *, grey: NDArray[np.uint8], widths: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """See `batches.Backend`."""
        device = next(self.model.parameters()).device
        inputs = torch.from_numpy(grey), torch.from_numpy(widths)
        if device.type == "cuda":  # only from pinned memory does a copy not make the CPU wait
            inputs = inputs[0].pin_memory(), inputs[1].pin_memory()
        with torch.inference_mode(), mixed_precision(device):
            on_device = [tensor.to(device, non_blocking=True) for tensor in inputs]
            ink = normalize(*on_device).contiguous(memory_format=torch.channels_last)
            logits: NDArray[np.float32] = self.model(ink).float().cpu().numpy()
        return logits


def load(path: Path) -> TorchBackend:
    """A weights file on the GPU.

    Raises:
        WeightsError: see `weights.load`.

    """
    model, _ = weights.load(path)
    return TorchBackend(model.to("cuda").to(memory_format=torch.channels_last))


def word_logits(model: CRNN, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
    """CTC logits [T, labels] of each fitted crop, see `batches.logits_of`."""
    return batches.logits_of(TorchBackend(model.eval()), crops)
