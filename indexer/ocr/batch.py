"""What reads photos, and what becomes of each of them, whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from indexer.errors import PhotoError
from indexer.ocr import image as reading
from indexer.ocr.image import GoneError, Limits, Upright
from indexer.ocr.pipeline import read_photos
from indexer.ocr.protocols import Outcome, Read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from indexer.ocr.protocols import Detector, Recognizer

T = TypeVar("T")

BATCH_PIXELS = 60e6
"""Opened photos together: a few at 12 megapixels, or a single huge one."""


def read_files(
    paths: Sequence[Path], limits: Limits, detector: Detector, recognizer: Recognizer
) -> list[Outcome]:
    """What becomes of each photo file; no photo, however odd, stops the others."""
    outcomes: dict[Path, Outcome] = dict.fromkeys(paths)

    def read(batch: Sequence[tuple[Path, Upright]]) -> list[Outcome]:
        readings = read_photos(batch, detector, recognizer)
        return [
            Read(photo.content, photo.stamp, reading)
            for (_, photo), reading in zip(batch, readings, strict=True)
        ]

    for batch in _open_some(paths, limits, outcomes):
        done = one_by_one(read, batch, Exception)
        outcomes.update(zip((path for path, _ in batch), done, strict=True))
    return list(outcomes.values())


def one_by_one(
    read: Callable[[Sequence[T]], list[Outcome]], photos: Sequence[T], fault: type[Exception]
) -> list[Outcome]:
    """What `read` makes of `photos`; on a fault, of each alone: so the guilty one is found."""
    try:
        return read(photos)
    except fault as error:
        if len(photos) > 1:
            return [done for photo in photos for done in one_by_one(read, [photo], fault)]
        expected = hasattr(error, "exit_code")
        return [str(error) if expected else f"{type(error).__name__} while reading: {error}"]


def _open_some(
    paths: Sequence[Path], limits: Limits, outcomes: dict[Path, Outcome]
) -> Iterator[list[tuple[Path, Upright]]]:
    """Opened photos, as many as fit BATCH_PIXELS; why one does not open goes to `outcomes`."""
    batch: list[tuple[Path, Upright]] = []
    for path in paths:
        try:
            batch.append((path, reading.open_upright(path, limits)))
        except GoneError:
            continue
        except PhotoError as error:
            outcomes[path] = str(error)
            continue
        if sum(photo.pixels.size // 3 for _, photo in batch) >= BATCH_PIXELS:
            yield batch
            batch = []
    if batch:
        yield batch
