"""The pretrained weights, the fingerprint of a weights file, and its network, without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from detector_stub.boxes import DetectorError
from recognizer.errors import WeightsError as GraphError
from recognizer.inference import graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detector_stub.inference.postprocessing import Predictor

WEIGHTS = Path(__file__).parent.parent / "weights" / "words.safetensors"

HEAD = "ocrsearch-detector"
"""Key of the safetensors metadata under which weights of the detector describe themselves."""


class WeightsError(DetectorError):
    """A weights file that is missing, damaged, of another format or of another network."""

    exit_code = 5


def describes(path: Path) -> bool:
    """Whether a file holds weights of a detector.

    Raises:
        WeightsError: it cannot be read, or is damaged.

    """
    try:
        with safe_open(path, framework="numpy") as file:
            return HEAD in (file.metadata() or {})
    except OSError as error:
        msg = (
            f"{path}: cannot read the weights ({error.strerror or 'no such file'}); check the path"
        )
        raise WeightsError(msg) from error
    except SafetensorError as error:
        msg = f"{path}: damaged, or not weights of the detector; fetch or train them again"
        raise WeightsError(msg) from error


def fingerprint(path: Path) -> str:
    """First 16 hexadecimal digits of the file's SHA-256.

    Raises:
        WeightsError: the file cannot be read, is damaged, or holds no weights of a detector.

    """
    if not describes(path):
        msg = f"{path}: no weights of the detector; `ocrsearch train-detector` makes them"
        raise WeightsError(msg)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def predictor(path: Path, threads: int | None = None) -> Predictor:
    """The network of a weights file, run by ONNX Runtime on so many threads; see `Session`.

    Raises:
        WeightsError: the file or its ONNX graph is missing, damaged, or of other weights.

    """
    try:
        session = graph.load(path, fingerprint(path), threads)
    except GraphError as error:
        raise WeightsError(str(error)) from error

    def predict(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        return session(picture=picture)

    return predict
