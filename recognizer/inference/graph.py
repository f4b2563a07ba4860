"""ONNX graph of a weights file: it lies beside the weights and names those that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.errors import WeightsError
from recognizer.inference.session import Session

if TYPE_CHECKING:
    from pathlib import Path

MADE_FROM = "ocrsearch-weights"
"""Key of the metadata of a graph under which it names the fingerprint of its weights."""


def path_of(weights: Path) -> Path:
    """Where the graph of a weights file lies."""
    return weights.with_suffix(".onnx")


def is_there(weights: Path) -> bool:
    """Whether a graph lies beside the weights, whatever weights it was made from."""
    try:
        return MADE_FROM.encode() in path_of(weights).read_bytes()
    except OSError:
        return False


def load(weights: Path, fingerprint: str, threads: int | None = None) -> Session:
    """The graph of a weights file, ready to run.

    Args:
        weights: the weights file.
        fingerprint: of the weights.
        threads: see `Session`.

    Raises:
        WeightsError: there is no graph, it was made from other weights, or it cannot be run.

    """
    path = path_of(weights)
    advice = f"make it with: ocrsearch weights convert {weights}"
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        msg = f"{path}: missing; a CPU reads with this file; {advice}"
        raise WeightsError(msg) from error
    except OSError as error:
        msg = f"{path}: cannot read the file ({error.strerror}); check its permissions"
        raise WeightsError(msg) from error
    try:
        session = Session(content, threads)
    except ImportError as error:
        msg = "ONNX Runtime cannot be loaded, but a CPU reads with it; install ocrsearch again"
        raise WeightsError(msg) from error
    except Exception as error:  # whatever ONNX Runtime raises
        msg = f"{path}: damaged, or too new for the ONNX Runtime that is installed; {advice}"
        raise WeightsError(msg) from error
    if session.metadata.get(MADE_FROM) != fingerprint:
        msg = f"{path}: made from other weights than {weights.name}; {advice}"
        raise WeightsError(msg)
    return session
