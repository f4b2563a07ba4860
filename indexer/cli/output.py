"""Results as text and JSON on stdout; progress, hints and problems on stderr; drawn photos."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from indexer import logs, reports
from indexer.entities import Answer, Box
from indexer.errors import OcrsearchError, concerns_one_photo
from indexer.search.present import certain_hits, shown_hits
from indexer.sync.run import Hooks, log_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from indexer.config import Settings
    from indexer.entities import Hit, Photo
    from indexer.ocr.protocols import Detector
    from indexer.search.searcher import Filters, Searcher
    from indexer.sync.run import Step, Summary

MAX_WORDS = 4
"""Matching words that a hit shows on a terminal at most."""

_BAR_SECONDS = 0.1
"""Seconds until a progress bar is drawn, so that none flashes by where there is little to do."""


# progress ------------------------------------------------------------------------------------


@contextmanager
def progress(settings: Settings) -> Iterator[Hooks]:
    """Hooks that report each photo: to a bar or the log, and to the file that `status` reads."""
    from indexer.sync.progress_file import reported  # only who writes needs it

    with reported(settings.progress) as reporter, bar("reading") as show:

        def report(step: Step) -> None:
            if show is None:
                log_step(step)
            else:
                show(step.done, step.total)
            reporter.photo(step)

        yield Hooks(report=report)


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar, updated with the photos done and in total; None if stderr is no terminal."""
    if logs.is_json() or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # only terminals need it
    from tqdm.contrib.logging import logging_redirect_tqdm

    with (
        logging_redirect_tqdm(),
        tqdm(desc=label, unit="photo", delay=_BAR_SECONDS, dynamic_ncols=True) as drawn,
    ):

        def show(done: int, total: int) -> None:
            drawn.total = total
            drawn.update(done - drawn.n)

        yield show


def summary_text(summary: Summary) -> str:
    """What one run did, in lines: problems first, the counts last."""
    lines = [f"{path}: {reason}" for path, reason in summary.problems.items()]
    lines += [f"{root}: missing or empty; its photos are kept" for root in summary.offline]
    return "\n".join([*lines, summary_line(summary)])


def summary_line(summary: Summary) -> str:
    """The counts alone."""
    return (
        f"{summary.found} photos found: {summary.read} read, {summary.empty} without text, "
        f"{summary.failed} failed, {summary.moved} moved or copied, {summary.removed} removed"
    )


# queries -------------------------------------------------------------------------------------


def answer(searcher: Searcher, text: str, filters: Filters, *, as_json: bool) -> Answer:
    """Answer one query and print the answer.

    Raises:
        UsageError: the query cannot be understood, also if it is one line of a batch.
        CatalogError: an index is missing or damaged.

    """
    found = searcher.search(text, filters)
    if as_json:
        click.echo(reports.dumps(reports.answer_json(found)))
    else:
        if found.hits:
            click.echo(answer_text(found))
        if not certain_hits(found):
            _advise(searcher, found)
    return found


def _advise(searcher: Searcher, found: Answer) -> None:
    said = [] if found.hits else [f"no photo found for {found.query!r}"]
    if similar := searcher.suggestions(found):
        said.append(f"did you mean {', '.join(similar)}?")
    if said:
        click.echo("; ".join(said), err=True)


def answer_text(found: Answer) -> str:
    """A short list: score, date and file, then the line of text around the best match."""
    shown = shown_hits(found)
    lines = [_hit_text(hit) for hit in shown]
    if not certain_hits(found):
        lines.insert(0, "nothing certain; perhaps:")
    elif found.total > len(found.hits) == len(shown):
        lines.append(f"… and {found.total - len(shown)} more, less likely (raise --limit)")
    return "\n".join(lines)


def _hit_text(hit: Hit) -> str:
    taken = f"  {hit.taken.date()}" if hit.taken else ""
    head = f"{_percent(hit.score):>4}  {click.style(str(hit.photo), bold=True)}{taken}"
    width = shutil.get_terminal_size().columns - 6
    matched = {word.text for word in hit.words[:MAX_WORDS]}
    words = hit.context[: max(20, width)].split(" ")
    context = " ".join(click.style(w, fg="red", bold=True) if w in matched else w for w in words)
    return f"{head}\n      {context}"


def write_hits(answers: Sequence[Answer], folder: Path) -> None:
    """Draw the hits that a terminal shows into `folder`, named by query and rank.

    A photo that cannot be opened is reported on stderr, and the others are drawn.

    Raises:
        OcrsearchError: the folder cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: cannot create this folder ({error.strerror})"
        raise OcrsearchError(msg) from error
    many = len(answers) > 1
    for number, found in enumerate(answers, start=1):
        for rank, hit in enumerate(shown_hits(found), start=1):
            name = f"{number:03d}-{rank:02d}" if many else f"{rank:02d}"
            out = folder / f"{name}-{_shortened(hit.photo.stem)}.jpg"
            marks = [(word.box, f"{word.text} {_percent(word.score)}") for word in hit.words]
            try:
                annotate(hit.photo, marks, out)
            except OcrsearchError as error:
                click.echo(f"{hit.photo}: {error}", err=True)
            else:
                click.echo(str(out), err=True)


def _shortened(stem: str, most: int = 200) -> str:
    """`stem`, or the start of it that fits `most` bytes: a name may have 255, number included."""
    encoded = os.fsencode(stem)
    return stem if len(encoded) <= most else encoded[:most].decode("utf-8", "ignore")


def _percent(chance: float) -> str:
    return f"{chance:.0%}" if chance >= 0.005 else "<1%"


def annotate(photo: Path, marks: Sequence[tuple[Box, str]], out: Path) -> None:
    """Write `photo` with a labelled frame around each box; see `draw.annotate`."""
    from indexer.cli import draw  # loads Pillow, which listing does not need

    draw.annotate(photo, marks, out)


# photos --------------------------------------------------------------------------------------


def photo_text(photo: Photo) -> str:
    """The text of a photo line by line; unsure words carry a question mark."""
    lines: dict[int, list[str]] = {}
    for word in photo.words:
        unsure = "?" if word.confidence < 0.5 else ""
        lines.setdefault(word.line, []).append(word.text + unsure)
    return "\n".join(" ".join(line) for line in lines.values()) or f"({photo.state}: no words)"


def boxes(photo: Path, detector: Detector, image: Path | None, *, as_json: bool) -> bool:
    """Detect words on one photo and print their boxes; False if it cannot be opened."""
    from indexer.ocr.image import Limits, open_upright  # loads Pillow

    try:
        lines = detector.detect(open_upright(photo.resolve(), Limits()).pixels, photo)
    except Exception as error:
        if not concerns_one_photo(error):
            raise
        click.echo(f"{photo}: {error}", err=True)
        return False
    found = [Box(b.left, b.top, b.right, b.bottom) for line in lines for b in line]
    if image:
        annotate(photo, [(box, "") for box in found], image)
    if as_json:
        click.echo(reports.dumps(reports.boxes_json(photo, found)))
    else:
        click.echo(f"{photo}: {len(found)} words in {len(lines)} lines")
    return True
