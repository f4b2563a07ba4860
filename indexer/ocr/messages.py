"""Messages between a program and its reading process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import Outcome


@dataclass(frozen=True)
class ReadRequest:
    """To the process: photo files to read."""

    paths: Sequence[Path]
    limits: Limits


@dataclass(frozen=True)
class Ready:
    """From the process, unasked: detector and recogniser are loaded."""


@dataclass(frozen=True)
class LoadFailed:
    """From the process, unasked and last: detector or recogniser cannot be loaded, and why."""

    reason: str


@dataclass(frozen=True)
class Outcomes:
    """From the process: the outcome of each photo of a request."""

    outcomes: list[Outcome]


Reply: TypeAlias = Ready | LoadFailed | Outcomes
"""All that the process sends."""
