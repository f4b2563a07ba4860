"""The pretrained weights, and the fingerprint of a weights file, without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from safetensors import SafetensorError, safe_open

from detector_stub.boxes import DetectorError

WEIGHTS = Path(__file__).parent.parent / "weights" / "words.safetensors"

HEAD = "ocrsearch-detector"
"""Key of the safetensors metadata under which weights of the detector describe themselves."""


class WeightsError(DetectorError):
    """A weights file that is missing, damaged, of another format or of another network."""

    exit_code = 5


def fingerprint(path: Path) -> str:
    """First 16 hexadecimal digits of the file's SHA-256.

    Raises:
        WeightsError: the file cannot be read, is damaged, or holds no weights of a detector.

    """
    try:
        content = path.read_bytes()
        with safe_open(path, framework="numpy") as file:
            described = HEAD in (file.metadata() or {})
    except OSError as error:
        msg = f"{path}: cannot read the weights ({error.strerror}); check the path"
        raise WeightsError(msg) from error
    except SafetensorError as error:
        msg = f"{path}: damaged, or not weights of the detector; fetch or train them again"
        raise WeightsError(msg) from error
    if not described:
        msg = f"{path}: no weights of the detector; `ocrsearch train-detector` makes them"
        raise WeightsError(msg)
    return hashlib.sha256(content).hexdigest()[:16]
