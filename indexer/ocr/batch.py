"""Reading of photo files with loaded parts, in the process that calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import PhotoError
from indexer.ocr import image
from indexer.ocr.batch_retry import isolate_faults
from indexer.ocr.photo_file import GoneError, Limits
from indexer.ocr.pipeline import read_photos
from indexer.ocr.protocols import Failed, Read, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from indexer.ocr.image import Upright
    from indexer.ocr.protocols import EngineParts, Outcome

MAX_PIXELS = 8e6
"""Opened photos together: many small ones, or a single large one, which has words enough by itself."""


def read_in_process(paths: Sequence[Path], limits: Limits, parts: EngineParts) -> list[Outcome]:
    """The outcome of each photo file; no photo, however odd, stops the others."""
    outcomes: dict[Path, Outcome] = dict.fromkeys(paths, Skipped())

    def read(batch: Sequence[tuple[Path, Upright]]) -> list[Outcome]:
        readings = list(read_photos(batch, parts.detector, parts.recognizer))
        for _, photo in batch:
            parts.keep(photo.content, photo.pixels)
        return [
            Read(photo.content, photo.stamp, reading, photo.left_out)
            for (_, photo), reading in zip(batch, readings, strict=True)
        ]

    for batch in _open_some(paths, limits, outcomes):
        done = isolate_faults(read, batch, Exception)
        outcomes.update(zip((path for path, _ in batch), done, strict=True))
    return list(outcomes.values())


def _open_some(
    paths: Sequence[Path], limits: Limits, outcomes: dict[Path, Outcome]
) -> Iterator[list[tuple[Path, Upright]]]:
    """Opened photos, as many as fit MAX_PIXELS; why one does not open goes to `outcomes`."""
    batch: list[tuple[Path, Upright]] = []
    for path in paths:
        try:
            batch.append((path, image.open_upright(path, limits)))
        except GoneError:
            pass  # it stays skipped
        except PhotoError as error:
            outcomes[path] = Failed(str(error))
        if sum(photo.pixels.size // 3 for _, photo in batch) >= MAX_PIXELS:
            yield batch
            batch = []
    if batch:
        yield batch
