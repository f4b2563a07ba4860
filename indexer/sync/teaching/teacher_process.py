"""A teacher in a process of its own: it may crash, hang, or take all memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from indexer.errors import EngineError, PhotoError
from indexer.ocr.messages import Result
from indexer.ocr.worker_supervisor import ProcessDiedError, ProcessLimits, Worker
from indexer.sync.teaching.teacher import TaughtPhoto, open_teacher, require_known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.entities import Box
    from indexer.ocr.photo_file import Limits
    from indexer.sync.teaching.teacher import TaughtReading, Teacher

SECONDS, MEGABYTES = 300.0, 6000.0
"""Bounds of a teacher: seconds a photo, and its memory."""


@dataclass(frozen=True)
class TeacherInfo(Result):
    """What a teacher says of itself; see Teacher."""

    name: str
    version: str
    words: bool
    local: bool

    @property
    def author(self) -> str:
        """Who its corrections are by."""
        return f"teacher:{self.name}@{self.version}"


@dataclass(frozen=True)
class TaughtReadings(Result):
    """What a teacher read on a photo."""

    readings: list[TaughtReading]


@dataclass(frozen=True)
class Untaught(Result):
    """A photo that could not be opened or read, and why."""

    reason: str


@dataclass(frozen=True)
class AskWho:
    """To the process: who is the teacher?"""

    def answer(self, teacher: Teacher) -> Result:
        """Its name, and what it needs."""
        return TeacherInfo(teacher.name, teacher.version, teacher.words, teacher.local)


@dataclass(frozen=True)
class AskToRead:
    """To the process: read the photo with a content hash, which a file should hold."""

    path: Path
    content: str
    boxes: Sequence[Box]
    limits: Limits

    def answer(self, teacher: Teacher) -> Result:
        """Open the photo and let the teacher read it."""
        from indexer.ocr.image import open_upright

        try:
            opened = open_upright(self.path, self.limits)
            if opened.content != self.content:
                return Untaught("the file has changed since it was read")
            return TaughtReadings(
                list(teacher.read(TaughtPhoto(self.path, opened.pixels), self.boxes))
            )
        except PhotoError as error:
            return Untaught(str(error))
        except Exception as error:  # a plug-in may raise anything, and the next photo may do
            return Untaught(f"the teacher failed: {type(error).__name__}: {error}")


class TeacherProcess:
    """A running teacher."""

    def __init__(self, spec: str, limits: Limits) -> None:
        """Start the teacher that `NAME` or `NAME:ARGUMENT` names.

        Raises:
            UsageError: there is none of this name.
            EngineError: it cannot be loaded.

        """
        require_known(spec)
        self._worker = Worker(partial(open_teacher, spec), ProcessLimits(SECONDS, MEGABYTES))
        self._limits = limits
        try:
            about = self._worker.ask(AskWho(), lambda: False)
        except BaseException:
            self._worker.close()
            raise
        if not isinstance(about, TeacherInfo):
            msg = f"teacher {spec}: it does not say who it is"
            raise EngineError(msg)
        self.about = about

    def close(self) -> None:
        """End the teacher."""
        self._worker.close()

    def read(self, path: Path, content: str, boxes: Sequence[Box]) -> list[TaughtReading]:
        """What it reads on a photo. Raises PhotoError."""
        try:
            answer = self._worker.ask(AskToRead(path, content, boxes, self._limits), lambda: False)
        except ProcessDiedError as error:
            msg = f"the teacher {error}"
            raise PhotoError(msg) from error
        if isinstance(answer, TaughtReadings):
            return answer.readings
        raise PhotoError(answer.reason if isinstance(answer, Untaught) else "it was stopped")
