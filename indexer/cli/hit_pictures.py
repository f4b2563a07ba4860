"""Pictures of the hits, matching words framed, in a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from indexer.cli import output_guard
from indexer.errors import OcrsearchError
from indexer.reports import percent
from indexer.search.guesses import shown_hits
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.entities import Answer
    from indexer.ocr.photo_file import Limits


def write_hits(answers: Sequence[Answer], folder: Path, limits: Limits) -> None:
    """Draw the hits that a terminal shows into `folder`, named by query and rank.

    A photo that cannot be opened is reported on stderr, and the others are drawn.

    Raises:
        OcrsearchError: the folder cannot be made.

    """
    from indexer.cli import draw  # loads Pillow, which listing does not need

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
            marks = [(word.box, f"{word.text} {percent(word.score)}") for word in hit.words]
            try:
                output_guard.refuse_replacing(out)
                draw.annotate(hit.photo, marks, out, limits)
            except OcrsearchError as error:
                click.echo(printable(error), err=True)
            else:
                click.echo(printable(out), err=True)


def _shortened(stem: str, most: int = 200) -> str:
    """`stem`, or the start of it that fits `most` bytes: a name may have 255, number included."""
    encoded = os.fsencode(stem)
    return stem if len(encoded) <= most else encoded[:most].decode("utf-8", "ignore")
