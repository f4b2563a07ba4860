"""Values to what people and programs see: text, JSON, progress, pictures."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from indexer import logs
from indexer.entities import Answer, Box
from indexer.errors import OcrsearchError, concerns_one_photo
from indexer.sync.run import Hooks, log_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from indexer.config import Settings
    from indexer.entities import Hit, Photo
    from indexer.ocr.protocols import Detector
    from indexer.search.searcher import Filters, Searcher
    from indexer.sync.run import Step, Summary

LEAST_LISTED, FEW_GUESSES = 0.045, 3
"""Score below which a photo is a guess, and how many guesses a terminal shows at most."""

SHOWN_WORDS = 4
"""Matching words that a hit shows on a terminal."""


# progress ------------------------------------------------------------------------------------


@contextmanager
def progress(settings: Settings) -> Iterator[Hooks]:
    """Hooks that show a bar on a terminal or one line a photo, and tell other processes."""
    from indexer.sync.progress_file import reported  # only who writes needs it

    bar: list[Any] = []

    def show(step: Step) -> None:
        if not bar:
            bar.append(click.progressbar(length=step.total, label="reading", file=sys.stderr))
        bar[0].update(1)

    lines = logs.is_json() or not sys.stderr.isatty()
    with reported(settings.progress) as reporter:

        def report(step: Step) -> None:
            (log_step if lines else show)(step)
            reporter.photo(step)

        yield Hooks(report=report)
    if bar:
        bar[0].render_finish()


def summary_json(summary: Summary) -> dict[str, Any]:
    """What a pass did."""
    return {
        "found": summary.found,
        "read": summary.read,
        "empty": summary.empty,
        "failed": summary.failed,
        "removed": summary.removed,
        "moved": summary.moved,
        "offline": [str(root) for root in summary.offline],
        "problems": {str(path): reason for path, reason in summary.problems.items()},
    }


def summary_text(summary: Summary) -> str:
    """The same for people, problems first named."""
    lines = [f"{path}: {reason}" for path, reason in summary.problems.items()]
    lines += [f"{root}: missing or empty, its photos are kept" for root in summary.offline]
    return "\n".join([*lines, summary_line(summary)])


def summary_line(summary: Summary) -> str:
    """The counts alone."""
    return (
        f"{summary.found} photos found: {summary.read} read, {summary.empty} without text, "
        f"{summary.failed} failed, {summary.moved} moved or copied, {summary.removed} removed"
    )


# queries -------------------------------------------------------------------------------------


def answer(searcher: Searcher, text: str, filters: Filters, *, as_json: bool) -> Answer:
    """Answer one query and print it; a wrong line of a batch is an error like any other."""
    found = searcher.search(text, filters)
    if as_json:
        click.echo(_json(answer_json(found)))
    else:
        if found.hits:
            click.echo(answer_text(found))
        if not _certain(found):
            _advise(searcher, found)
    return found


def _json(value: dict[str, Any]) -> str:
    """Readable JSON; bytes of file names that are not UTF-8 become escapes such as \\udce9."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _certain(found: Answer) -> list[Hit]:
    """Hits that are more than guesses."""
    return [hit for hit in found.hits if hit.score >= LEAST_LISTED]


def _shown(found: Answer) -> list[Hit]:
    """What people are shown: guesses only where there is nothing better, and few of them."""
    return _certain(found) or list(found.hits[:FEW_GUESSES])


def _advise(searcher: Searcher, found: Answer) -> None:
    said = [] if found.hits else [f"no photo found for {found.query!r}"]
    if similar := searcher.suggestions(found):
        said.append(f"did you mean {', '.join(similar)}?")
    if said:
        click.echo("; ".join(said), err=True)


def answer_json(found: Answer) -> dict[str, Any]:
    """An answer as cli.md promises it to programs."""
    return {
        "query": found.query,
        "seconds": round(found.seconds, 4),
        "total": found.total,
        "hits": [
            {
                "photo": str(hit.photo),
                "score": round(hit.score, 6),
                "words": [
                    {"text": w.text, "box": w.box.as_list(), "score": round(w.score, 4)}
                    for w in hit.words
                ],
            }
            for hit in found.hits
        ],
    }


def answer_text(found: Answer) -> str:
    """A short list: score, date and file, then the line of text around the best match."""
    shown = _shown(found)
    lines = [_hit_text(hit) for hit in shown]
    if not _certain(found):
        lines.insert(0, "nothing certain; perhaps:")
    elif found.total > len(found.hits) == len(shown):
        lines.append(f"… and {found.total - len(shown)} less likely ones; see --limit")
    return "\n".join(lines)


def _hit_text(hit: Hit) -> str:
    taken = f"  {hit.taken:%Y-%m-%d}" if hit.taken else ""
    head = f"{_percent(hit.score):>4}  {click.style(str(hit.photo), bold=True)}{taken}"
    width = shutil.get_terminal_size().columns - 6
    matched = {word.text for word in hit.words[:SHOWN_WORDS]}
    words = hit.context[: max(20, width)].split(" ")
    context = " ".join(click.style(w, fg="red", bold=True) if w in matched else w for w in words)
    return f"{head}\n      {context}"


def write_hits(answers: Sequence[Answer], folder: Path) -> None:
    """Draw the hits that a terminal shows into `folder`, words marked, by query and rank.

    Raises:
        OcrsearchError: the folder cannot be made; a photo that is gone is only reported.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: cannot create this folder ({error.strerror})"
        raise OcrsearchError(msg) from error
    many = len(answers) > 1
    for number, found in enumerate(answers, start=1):
        for rank, hit in enumerate(_shown(found), start=1):
            name = f"{number:03d}-{rank:02d}" if many else f"{rank:02d}"
            out = folder / f"{name}-{hit.photo.stem}.jpg"
            try:
                draw(hit.photo, [(m.box, f"{m.text} {_percent(m.score)}") for m in hit.words], out)
            except OcrsearchError as error:
                click.echo(f"{hit.photo}: {error}", err=True)
            else:
                click.echo(str(out), err=True)


def _percent(chance: float) -> str:
    return f"{chance:.0%}" if chance >= 0.005 else "<1%"


def draw(photo: Path, marks: Sequence[tuple[Box, str]], out: Path) -> None:
    """Write a photo with marked words; see `render.draw`."""
    from indexer.cli import draw as render  # drawing loads Pillow, listing does not

    render.draw(photo, marks, out)


# photos --------------------------------------------------------------------------------------


def photo_json(path: Path, photo: Photo) -> str:
    """What was read on a photo, as cli.md promises it to programs."""
    words = [
        {
            "box": word.box.as_list(),
            "text": word.text,
            "confidence": word.confidence,
            "alternatives": [list(pair) for pair in word.alternatives],
        }
        for word in photo.words
    ]
    return _json(
        {
            "photo": str(path),
            "width": photo.width,
            "height": photo.height,
            "state": str(photo.state),
            "words": words,
        }
    )


def photo_text(photo: Photo) -> str:
    """The text of a photo line by line; unsure words carry a question mark."""
    lines: dict[int, list[str]] = {}
    for word in photo.words:
        unsure = "?" if word.confidence < 0.5 else ""
        lines.setdefault(word.line, []).append(word.text + unsure)
    return "\n".join(" ".join(line) for line in lines.values()) or f"({photo.state}: no words)"


def boxes(photo: Path, detector: Detector, image: Path | None, *, as_json: bool) -> bool:
    """Detect on one photo and print the boxes; whether it could be opened."""
    from indexer.ocr import image as reading  # loads Pillow

    try:
        opened = reading.open_upright(photo.resolve(), reading.Limits())
        lines = detector.detect(opened.pixels, photo)
    except Exception as error:
        if not concerns_one_photo(error):
            raise
        click.echo(f"{photo}: {error}", err=True)
        return False
    found = [Box(b.left, b.top, b.right, b.bottom) for line in lines for b in line]
    if image:
        draw(photo, [(box, "") for box in found], image)
    listed = [box.as_list() for box in found]
    click.echo(
        json.dumps({"photo": str(photo), "boxes": listed})
        if as_json
        else f"{photo}: {len(listed)} words in {len(lines)} lines"
    )
    return True
