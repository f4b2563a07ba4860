"""Prediction in torch, for the evaluations of training: a picture to the maps of the network."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from detector_stub.network.model import normalize

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from detector_stub.inference.postprocessing import Predictor
    from detector_stub.network.model import WordNet


def predictor(net: WordNet) -> Predictor:
    """The predictor of a network in evaluation mode, see `postprocessing.Predictor`."""

    def predict(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode(), mixed_precision():
            maps = net(normalize(torch.from_numpy(picture)[None]))
        found: NDArray[np.float32] = maps.float()[0].numpy()
        return found

    return predict


def mixed_precision() -> AbstractContextManager[object]:
    """Autocast to bfloat16 where the CPU computes in it, else full precision."""
    quick = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001
    return torch.autocast("cpu", torch.bfloat16) if quick else nullcontext()
