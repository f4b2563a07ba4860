"""Messages between a program and a process that opens photos for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import EngineParts, Outcome


class Result:
    """From the process: what a request gave."""


class Request(Protocol):
    """To the process: what is to be done there."""

    def answer(self, parts: Any) -> Result:  # noqa: ANN401 - whatever the process has loaded
        """Do it with what the process has loaded; raises nothing."""


@dataclass(frozen=True)
class ReadRequest:
    """To the process: photo files to read."""

    paths: Sequence[Path]
    limits: Limits

    def answer(self, parts: EngineParts) -> Outcomes:
        """Read them."""
        from indexer.ocr.batch import read_in_process  # the program itself reads nothing

        return Outcomes(read_in_process(self.paths, self.limits, parts))


@dataclass(frozen=True)
class Ready:
    """From the process, unasked: detector and recogniser are loaded."""


@dataclass(frozen=True)
class LoadFailed:
    """From the process, unasked and last: detector or recogniser cannot be loaded, and why."""

    reason: str


@dataclass(frozen=True)
class Outcomes(Result):
    """From the process: the outcome of each photo of a request."""

    outcomes: list[Outcome]


Reply: TypeAlias = Ready | LoadFailed | Result
"""All that the process sends."""
