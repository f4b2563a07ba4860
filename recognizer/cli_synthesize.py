"""`ocrsearch synthesize`: words and pages that nobody wrote, for training and for tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from recognizer.cli_options import PATH
from recognizer.errors import DataError


@click.group()
def synthesize() -> None:
    """Draw training words or whole pages with fonts."""


seed_option = click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed draws the same."
)


@synthesize.command("words")
@click.argument("out", type=PATH)
@click.option("--fonts", type=PATH, help="Folder of .ttf or .otf handwriting fonts.")
@click.option("--strokes", type=PATH, help="Pen strokes (.npz) to draw instead of fonts.")
@seed_option
@click.option(
    "--count", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many words."
)
@click.option("--words", type=click.File(encoding="utf-8"), help="Word list, one a line.")
def synthesize_words(
    out: Path,
    fonts: Path | None,
    strokes: Path | None,
    seed: int,
    count: int,
    words: Any,  # noqa: ANN401
) -> None:
    """Draw labelled word images into the zip file OUT, ready for `train --data OUT`.

    \b
    ocrsearch synthesize words words.zip --fonts ~/fonts --count 50000
    """
    from recognizer.datasets import handwriting, synthetic, vocabulary  # noqa: PLC0415
    from recognizer.datasets.strokes import read_strokes  # noqa: PLC0415

    if (fonts is None) == (strokes is None):
        msg = "give either --fonts FOLDER or --strokes FILE"
        raise DataError(msg)
    if strokes:
        source = synthetic.from_strokes(read_strokes(strokes))
    else:
        listed = [line.strip() for line in words if line.strip()] if words else None
        source = synthetic.from_fonts(
            vocabulary.Vocabulary(listed), handwriting.fonts_in(fonts or Path())
        )
    with click.progressbar(length=count, label="drawing", file=sys.stderr) as bar:
        synthetic.write_words(out, count, source, seed, lambda _: bar.update(1))


@synthesize.command("pages")
@click.argument("out", type=PATH)
@click.option("--fonts", type=PATH, required=True, help="Folder of .ttf or .otf fonts.")
@seed_option
@click.option(
    "--count", type=click.IntRange(min=1), default=12, show_default=True, help="How many pages."
)
def synthesize_pages(out: Path, fonts: Path, seed: int, count: int) -> None:
    """Draw photo-like pages into the folder OUT, each with a JSON file of its words and boxes.

    \b
    ocrsearch synthesize pages pages/ --fonts ~/fonts --count 20
    """
    import numpy as np  # noqa: PLC0415

    from recognizer.datasets import handwriting, pages  # noqa: PLC0415

    chosen = handwriting.fonts_in(fonts)
    with click.progressbar(range(count), label="drawing", file=sys.stderr) as numbers:
        for number in numbers:
            pages.write_page(out, number, chosen, np.random.default_rng((seed, number)))
