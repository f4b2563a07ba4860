"""Inference backends: ONNX Runtime on a CPU, torch on a GPU and wherever else.

ONNX Runtime computes in full precision at the speed of torch in bfloat16, twice that of torch in
full precision; figures for these and for what was turned down are in EXPERIMENTS.md.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from recognizer.inference import images
from recognizer.inference.session import INPUT, OUTPUT, Session
from recognizer.network.tensors import normalize

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

    from recognizer.network.model import CRNN

TOLERANCE = 1e-3
"""Largest difference that a backend may make to a probability of torch in full precision."""

_OPSET = 20
"""The first version of ONNX that has what the spatial transformer computes."""

log = logging.getLogger("ocrsearch")


class Backend(Protocol):
    """Runs one network on batches of words."""

    def __call__(self, grey: torch.Tensor, widths: torch.Tensor) -> NDArray[np.float32]:
        """Logits [N, W / 4, labels] of grey levels [N, 1, HEIGHT, W] and widths [N].

        Arguments are as `tensors.pad` gives them, on the CPU, wherever the network is.
        """


def choose(model: CRNN, device: torch.device) -> Backend:
    """The fastest backend that is installed and works for `model`, which is on `device`."""
    if device.type == "cpu":
        try:
            return OnnxBackend(model)
        except Exception as error:  # whatever is wrong, torch can run these weights
            reason = str(error).partition("\n")[0]
            log.warning(
                "ONNX Runtime cannot be used (%s): reading with torch, which is slower", reason
            )
    return TorchBackend(model)


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

    def __call__(self, grey: torch.Tensor, widths: torch.Tensor) -> NDArray[np.float32]:
        """See `Backend`."""
        device = next(self.model.parameters()).device
        if device.type == "cuda":  # only from pinned memory does a copy not make the CPU wait
            grey, widths = grey.pin_memory(), widths.pin_memory()
        with torch.inference_mode(), mixed_precision(device):
            grey, widths = (t.to(device, non_blocking=True) for t in (grey, widths))
            ink = normalize(grey, widths).contiguous(memory_format=torch.channels_last)
            logits: NDArray[np.float32] = self.model(ink).float().cpu().numpy()
        return logits


class OnnxBackend:
    """Runs a copy of a network with ONNX Runtime, in full precision on the CPU."""

    def __init__(self, model: CRNN) -> None:
        """Convert `model`; compute on as many threads as torch does.

        Raises:
            ImportError: onnxruntime is not installed.
            RuntimeError: the converted network computes something else.
            Exception: what torch's exporter (which needs onnx) and ONNX Runtime raise.

        """
        self._session = Session(export(model), torch.get_num_threads())
        _verify(self, model)

    def __call__(self, grey: torch.Tensor, widths: torch.Tensor) -> NDArray[np.float32]:
        """See `Backend`."""
        return self._session(normalize(grey, widths).numpy())


def export(model: CRNN) -> bytes:
    """`model` as an ONNX graph that takes any number of words of any width."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "model.onnx"
        # torch recommends torch.export, which takes 17 s here instead of 0.2 s and fixes the number
        # of words; it also warns about the LSTM's state, which follows the batch
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(1, 1, images.HEIGHT, 4 * images.WIDTH_STEP),),
            path,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "words", 3: "width"}, OUTPUT: {0: "words", 1: "frames"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def _verify(backend: Backend, model: CRNN) -> None:
    """Raise RuntimeError unless `backend` computes what `model` does.

    Tracing can freeze a value that should vary, so batch and width differ from the example's.
    """
    noise = np.random.default_rng(0).integers(0, 256, (3, 1, images.HEIGHT, 9 * images.WIDTH_STEP))
    grey = torch.from_numpy(noise.astype(np.float32))
    widths = torch.tensor([grey.shape[3], 100, images.MIN_WIDTH])
    with torch.inference_mode():
        expected = model(normalize(grey, widths)).softmax(2)
        found = torch.from_numpy(backend(grey, widths)).softmax(2)
    difference = float((found - expected).abs().max())
    if not difference <= TOLERANCE:  # NaN is not
        msg = f"its probabilities differ from torch's by {difference:.2g}"
        raise RuntimeError(msg)
