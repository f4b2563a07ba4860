"""Answers, photos, summaries and status as JSON objects, the same for every interface.

docs/commands.md lists the keys. Keys may be added; none is renamed or removed.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import (
    TYPE_CHECKING,
    NotRequired,  # those of typing have no schema before 3.12
    Protocol,
)

from typing_extensions import TypedDict

from recognizer.files.printable import json_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from indexer.config import Settings
    from indexer.entities import Answer, Box, Failure, Hit, Photo

DISTRIBUTION = "ocrsearch"

_ENDS = ("", "-wal", "-shm", "-journal")
"""Ends of the names of the files that a catalog consists of."""


def dumps(report: object) -> str:
    """JSON on one line; controls, and bytes that are not UTF-8, become escapes such as \\udce9."""
    return json_safe(json.dumps(report, ensure_ascii=False))


def percent(chance: float) -> str:
    """A probability as people read it."""
    return f"{chance:.0%}" if chance >= 0.005 else "<1%"


# answers -------------------------------------------------------------------------------------


class MatchReport(TypedDict):
    """A matching word of a hit; `box` is [left, top, right, bottom] in pixels."""

    text: str
    box: list[int]
    score: float


class HitReport(TypedDict):
    """A photo that answers a query; `missing` is there, and true, if its file cannot be seen.

    `id` is the content hash of the photo, `taken` when it was taken (null if unknown), `size` its
    [width, height] in pixels, `context` the line of text that shows most of what was asked.
    """

    photo: str
    score: float
    words: list[MatchReport]
    id: str
    taken: str | None
    size: list[int]
    context: str
    missing: NotRequired[bool]


class AnswerReport(TypedDict):
    """The answer to one query; `total` counts the photos before the limit cut them."""

    query: str
    seconds: float
    total: int
    hits: list[HitReport]


def answer_json(answer: Answer) -> AnswerReport:
    """The answer to a query, best photo first."""
    return {
        "query": answer.query,
        "seconds": round(answer.seconds, 4),
        "total": answer.total,
        "hits": [_hit_json(hit) for hit in answer.hits],
    }


def _hit_json(hit: Hit) -> HitReport:
    report: HitReport = {
        "photo": str(hit.photo),
        "score": round(hit.score, 6),
        "words": [
            {"text": w.text, "box": w.box.as_list(), "score": round(w.score, 4)} for w in hit.words
        ],
        "id": hit.content,
        "taken": hit.taken.isoformat() if hit.taken else None,
        "size": list(hit.size),
        "context": hit.context,
    }
    if hit.missing:
        report["missing"] = True
    return report


# photos --------------------------------------------------------------------------------------


class WordReport(TypedDict):
    """A word on a photo; `alternatives` are (text, probability), best first.

    `corners` are four (x, y), clockwise from the upper left one along the line, which may be
    slanted; `line` is the number of that line on the photo. `by` is `engine`, or who said that this
    is the word, and `correction` the uid of that.
    """

    box: list[int]
    corners: list[tuple[float, float]]
    line: int
    text: str
    confidence: float
    alternatives: list[tuple[str, float]]
    by: str
    correction: str | None


class PhotoReport(TypedDict):
    """What was read on a photo; width and height in pixels of the upright photo.

    `left_out` is there if the file holds more than was read, and says what.
    """

    photo: str
    width: int
    height: int
    state: str
    words: list[WordReport]
    left_out: NotRequired[str]


class BoxesReport(TypedDict):
    """Where words were found on a photo."""

    photo: str
    boxes: list[list[int]]


def photo_json(path: Path, photo: Photo, left_out: str = "") -> PhotoReport:
    """What was read on a photo, as it was asked for by `path`, and what was left out there."""
    report: PhotoReport = {
        "photo": str(path),
        "width": photo.width,
        "height": photo.height,
        "state": str(photo.state),
        "words": [
            {
                "box": word.box.as_list(),
                "corners": list(word.outline),
                "line": word.line,
                "text": word.text,
                "confidence": word.confidence,
                "alternatives": list(word.alternatives),
                "by": word.by,
                "correction": word.correction or None,
            }
            for word in photo.words
        ],
    }
    if left_out:
        report["left_out"] = left_out
    return report


def boxes_json(path: Path, boxes: Iterable[Box]) -> BoxesReport:
    """Where words were found on the photo at `path`."""
    return {"photo": str(path), "boxes": [box.as_list() for box in boxes]}


# summaries -----------------------------------------------------------------------------------


class SummaryReport(TypedDict):
    """What one run of `index` or `retry` did; `problems` are reasons by path.

    `failing` counts files that failed in an earlier run and were not due to be tried again.
    """

    found: int
    read: int
    empty: int
    failed: int
    removed: int
    moved: int
    offline: list[str]
    problems: dict[str, str]
    failing: int


class RunSummary(Protocol):
    """What `summary_json` needs of sync.summary.Summary, which lies above this module."""

    found: int
    read: int
    empty: int
    failed: int
    removed: int
    moved: int
    failing: int

    @property
    def offline(self) -> Sequence[Path]:
        """Photo folders that are missing or empty."""

    @property
    def problems(self) -> Mapping[Path, str]:
        """Reasons of failures by file."""


def summary_json(summary: RunSummary) -> SummaryReport:
    """What one run did."""
    return {
        "found": summary.found,
        "read": summary.read,
        "empty": summary.empty,
        "failed": summary.failed,
        "removed": summary.removed,
        "moved": summary.moved,
        "offline": [str(root) for root in summary.offline],
        "problems": {str(path): reason for path, reason in summary.problems.items()},
        "failing": summary.failing,
    }


# status --------------------------------------------------------------------------------------


class FailureReport(TypedDict):
    """A photo that could not be read, and how often that was tried."""

    photo: str
    reason: str
    attempts: int


class WriterReport(TypedDict):
    """What `index` or `watch` is doing in its process; `seconds_left` is None if unknown."""

    pid: int
    state: str
    done: int
    total: int
    photo: str
    photos_per_minute: float
    seconds_left: int | None


class StatusReport(TypedDict):
    """State of a home folder.

    `photos` counts by state, `folders` says which photo folder is there (False: offline), `bytes`
    has the sizes of catalog, index and posteriors, `writer` is None if neither `index` nor `watch`
    runs.
    """

    version: str
    photos: dict[str, int]
    words: int
    indexed: int
    folders: dict[str, bool]
    failures: list[FailureReport]
    bytes: dict[str, int]
    home: str
    writer: WriterReport | None


class HealthReport(TypedDict):
    """Whether a home folder can be searched and its writer makes progress; `problem` says why not.

    `silent_seconds` is the time since the writer gave a sign of life, None if it has nothing to do.
    """

    healthy: bool
    problem: str | None
    silent_seconds: int | None
    writer: WriterReport | None


class CatalogState(Protocol):
    """What `status_json` needs of the catalog, which lies above this module."""

    def counts(self) -> Mapping[str, int]:
        """Photos by state, and "words"."""

    def roots(self) -> Mapping[Path, bool]:
        """Photo folders, and whether each is offline."""

    def failures(self) -> Sequence[Failure]:
        """Photos that could not be read."""


class WriterProgress(Protocol):
    """What `writer_json` needs of sync.progress_file.Progress, which lies above this module."""

    @property
    def pid(self) -> int:
        """Process that writes."""

    @property
    def state(self) -> str:
        """What it is doing, for example "reading"."""

    @property
    def done(self) -> int:
        """Photos that this run has read or failed to read."""

    @property
    def total(self) -> int:
        """Photos to read in this run, as far as they are counted."""

    @property
    def photo(self) -> str:
        """Path of the last one."""

    @property
    def per_minute(self) -> float:
        """Photos a minute lately; 0 if unknown."""

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the run is done; None if unknown."""


def writer_json(writer: WriterProgress) -> WriterReport:
    """What a writing process is doing."""
    return {
        "pid": writer.pid,
        "state": str(writer.state),
        "done": writer.done,
        "total": writer.total,
        "photo": writer.photo,
        "photos_per_minute": round(writer.per_minute, 1),
        "seconds_left": None if writer.seconds_left is None else round(writer.seconds_left),
    }


def status_json(
    settings: Settings, catalog: CatalogState, indexed: int, writer: WriterProgress | None
) -> StatusReport:
    """State of the home folder of `settings`, with `indexed` photos in the full-text index."""
    counts = catalog.counts()
    return {
        "version": version(),
        "photos": {state: n for state, n in counts.items() if state != "words"},
        "words": counts["words"],
        "indexed": indexed,
        "folders": {
            # it may have gone after the last run
            str(root): not offline and os.path.isdir(root)  # noqa: PTH112 - that of Path may raise
            for root, offline in catalog.roots().items()
        },
        "failures": [
            {"photo": str(f.path), "reason": f.reason, "attempts": f.attempts}
            for f in catalog.failures()
        ],
        "bytes": {
            "catalog": _size(settings.home / f"catalog.db{end}" for end in _ENDS),
            "index": _size(_files(settings.index)),
            "posteriors": _size(_files(settings.posteriors)),
        },
        "home": str(settings.home),
        "writer": None if writer is None else writer_json(writer),
    }


def version() -> str:
    """The version of the program."""
    from importlib import metadata  # a query need not load it

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"


def _size(files: Iterable[str | Path]) -> int:
    """Bytes of those files that can be looked at: a writer may remove some at any moment."""
    total = 0
    for file in files:
        with suppress(OSError):
            total += os.stat(file).st_size  # noqa: PTH116 - of many files
    return total


def _files(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in names)  # noqa: PTH118 - of many files
