"""Boxes of the words that were detected on a photo, for `detect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer import reports
from indexer.cli.printed_names import printed_name
from indexer.entities import Box
from indexer.errors import concerns_one_photo
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import Detector


def print_boxes(
    photo: Path, detector: Detector, image: Path | None, limits: Limits, *, as_json: bool
) -> bool:
    """Detect words on one photo and print their boxes; False if it cannot be opened."""
    from indexer.cli import draw  # loads Pillow
    from indexer.ocr.image import open_upright  # loads Pillow

    try:
        lines = detector.detect(open_upright(photo.resolve(), limits).pixels, photo)
    except Exception as error:
        if not concerns_one_photo(error):
            raise
        click.echo(printable(f"{photo}: {error}"), err=True)
        return False
    found = [Box(b.left, b.top, b.right, b.bottom) for line in lines for b in line]
    if image:
        draw.annotate(photo, [(box, "") for box in found], image, limits)
    if as_json:
        click.echo(reports.dumps(reports.boxes_json(photo, found)))
    else:
        click.echo(
            f"{printed_name(photo)}: {counted(len(found), 'word')} in {counted(len(lines), 'line')}"
        )
    return True
