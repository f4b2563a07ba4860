"""Renditions: pictures of photos, made by processes that may die, and kept in the home folder."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.errors import EngineError, PhotoError
from indexer.ocr.photo_file import Limits
from indexer.ocr.worker_supervisor import ProcessDiedError, ProcessLimits, Worker
from indexer.renditions.cache import Cache
from indexer.renditions.drawing import SIZES, Drawn, DrawRequest, Ink, LastPhoto, Part, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from indexer.config import Settings
    from indexer.entities import Box, Corners, Photo
    from indexer.renditions.drawing import Wanted

VERSION = 1
"""Raised when the same photo gives other pictures."""

KEPT = (480, 2048)
"""Sizes that are kept on disk."""

MAX_PROCESSES = 2
"""Pictures that are drawn at a time."""

MAX_WAITING = 64
"""Requests that wait for a process; more are refused."""

SECONDS, MEGABYTES = 30.0, 1500.0
"""Bounds of a drawing process."""


class BusyError(PhotoError):
    """Too many pictures are waited for."""


class ChangedError(PhotoError):
    """No file holds this photo any more, or what is there is another one by now."""


class Renderer:
    """Draws photos in processes of its own; safe to use from several threads."""

    def __init__(self, folder: Path, limits: Limits, megabytes: float) -> None:
        """Draw photos within `limits`; keep up to `megabytes` of pictures in `folder`."""
        self._limits = limits
        self._cache = Cache(folder, megabytes)
        self._idle = [
            Worker(LastPhoto, ProcessLimits(SECONDS, MEGABYTES)) for _ in range(MAX_PROCESSES)
        ]
        self._free, self._places = threading.Condition(), MAX_PROCESSES + MAX_WAITING
        self._closed = False

    @classmethod
    def of(cls, settings: Settings) -> Renderer:
        """A renderer as `settings` say; no process is started before the first picture."""
        return cls(settings.renditions, Limits.of(settings), settings.renditions_megabytes)

    def close(self) -> None:
        """End the processes; what is being drawn is given up."""
        with self._free:
            self._closed = True
            for worker in self._idle:
                worker.close()

    def photo(self, photo: Photo, longest: int) -> bytes:
        """A picture of a whole photo, in one of SIZES; see `_draw` for the errors."""
        kept = longest in KEPT
        content = self._cache.get(photo.hash, longest) if kept else None
        if content is None:
            content = self._draw(photo, SIZES[longest])
            if kept:
                self._cache.put(photo.hash, longest, content)
        return content

    def part(self, photo: Photo, box: Box, height: int) -> bytes:
        """A WebP picture of a part of a photo, at most `height` pixels high; see `_draw`."""
        return self._draw(photo, Part(box, height))

    def ink(self, photo: Photo, box: Box, corners: Corners, size: tuple[int, int]) -> bytes:
        """A grey PNG of a word, whose place is measured on a photo of this size; see `_draw`."""
        return self._draw(photo, Ink(box, corners, size))

    def _draw(self, photo: Photo, wanted: Wanted) -> bytes:
        """Draw from the first file of a photo that still holds it.

        Raises:
            BusyError: too many others wait.
            ChangedError: no file holds the photo as it was read.
            PhotoError: it cannot be drawn.

        """
        refused = [Refused("it is no longer drawn", changed=True)]
        with self._worker() as worker:
            for path in photo.places:
                request = DrawRequest(path, photo.hash, wanted, self._limits)
                try:
                    answer = worker.ask(request, lambda: self._closed)
                except (ProcessDiedError, EngineError) as error:
                    raise PhotoError(str(error)) from error
                if isinstance(answer, Drawn):
                    return answer.content
                if isinstance(answer, Refused):
                    refused.append(answer)
        for faulty in refused:
            if not faulty.changed:  # it is there, and yet
                raise PhotoError(faulty.reason)
        raise ChangedError(refused[-1].reason)

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        with self._free:
            if not self._places or self._closed:
                msg = "too many pictures are being drawn; try again in a moment"
                raise BusyError(msg)
            self._places -= 1
            while not self._idle:
                self._free.wait()
            worker = self._idle.pop()
        try:
            yield worker
        finally:
            with self._free:
                self._places += 1
                if self._closed:
                    worker.close()
                self._idle.append(worker)
                self._free.notify()
