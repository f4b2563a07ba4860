"""The shipped weights, and the metadata of a weights file, read without torch."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from recognizer.errors import WeightsError

WEIGHTS = Path(__file__).parent.parent / "weights" / "handwriting.safetensors"
"""The shipped weights."""

FORMAT = 1
"""Version of the metadata."""

_MAX_HEADER = 1 << 24
"""Bytes of a header above which the file is not one of ours."""


def fingerprint(path: Path) -> str:
    """First 16 hexadecimal digits of the file's SHA-256.

    Raises:
        WeightsError: the file cannot be read.

    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        msg = f"{path}: cannot read the weights ({error.strerror}); check the path"
        raise WeightsError(msg) from error


def description(path: Path) -> dict[str, Any]:
    """The metadata of the weights: the JSON object in the safetensors header.

    Raises:
        WeightsError: not a safetensors file, no metadata in it, or another format.

    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size)) if size < _MAX_HEADER else {}
        described: dict[str, Any] = json.loads(header["__metadata__"]["ocrsearch"])
        version = described.get("format")
    except OSError as error:
        msg = f"{path}: cannot read the weights ({error.strerror}); check the path"
        raise WeightsError(msg) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path}: damaged, or not weights of ocrsearch; fetch or train them again"
        raise WeightsError(msg) from error
    if version != FORMAT:
        msg = (
            f"{path}: weights of format {version!r}, this version reads {FORMAT}; train them again"
        )
        raise WeightsError(msg)
    return described
