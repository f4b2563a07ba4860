"""`ocrsearch synthesize`: words and pages that nobody wrote, for training and for tests."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recognizer.cli.options import PATH
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from recognizer.synthesis.vocabulary import Vocabulary
    from recognizer.synthesis.words import Drawn


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
@click.option(
    "--letters",
    metavar="DATA",
    help="Labelled words, some thousands at most, whose letters to write with instead of fonts.",
)
@seed_option
@click.option(
    "--count", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many words."
)
@click.option("--words", type=click.File(encoding="utf-8"), help="Word list, one a line.")
def synthesize_words(
    out: Path,
    fonts: Path | None,
    strokes: Path | None,
    letters: str | None,
    seed: int,
    count: int,
    words: Any,  # noqa: ANN401
) -> None:
    """Draw labelled word images into the zip file OUT, ready for `train --data OUT`.

    \b
    ocrsearch synthesize words words.zip --fonts ~/fonts --count 50000
    ocrsearch synthesize words more.zip --letters my-words --count 50000
    """
    from recognizer.synthesis import fonts as handwriting
    from recognizer.synthesis import words as synthetic
    from recognizer.synthesis.strokes import read_strokes
    from recognizer.synthesis.vocabulary import Vocabulary

    if sum(source is not None for source in (fonts, strokes, letters)) != 1:
        msg = "give one of --fonts FOLDER, --strokes FILE and --letters DATA"
        raise DataError(msg)
    listed = [line.strip() for line in words if line.strip()] if words else None
    if strokes:
        source = synthetic.from_strokes(read_strokes(strokes))
    elif letters:
        source = _in_letters(letters, Vocabulary(listed), out)
    else:
        source = synthetic.from_fonts(Vocabulary(listed), handwriting.fonts_in(fonts or Path()))
    with click.progressbar(length=count, label="drawing", file=sys.stderr) as bar:
        synthetic.write_words(out, count, source, seed, lambda _: bar.update(1))


def _in_letters(
    data: str, vocabulary: Vocabulary, out: Path
) -> Callable[[np.random.Generator], Drawn]:
    """The words of `data` cut to letters; those that cannot be used are named beside `out`."""
    from recognizer.datasets import loading, specs, streaming
    from recognizer.recognize import Recognizer
    from recognizer.synthesis import glyphs as letters

    say = partial(click.echo, err=True)
    recognizer = Recognizer()
    samples = specs.samples(data)
    with click.progressbar(length=len(samples), label="loading", file=sys.stderr) as bar:
        loaded = loading.load_all(samples, recognizer.card.charset, lambda _: bar.update(1))
    skipped = streaming.SkipLog(out.with_name(f"{out.name}.skipped.tsv"), say)
    for name, reason in loaded.skipped.items():
        skipped(name, reason)
    say(f"finding the letters of {len(loaded.words)} words")
    try:
        return letters.from_words(loaded.words, recognizer, vocabulary)
    except DataError as error:
        msg = f"{data}: {error}"
        raise DataError(msg) from error


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
    import numpy as np

    from recognizer.synthesis import fonts as handwriting
    from recognizer.synthesis import pages

    chosen = handwriting.fonts_in(fonts)
    with click.progressbar(range(count), label="drawing", file=sys.stderr) as numbers:
        for number in numbers:
            pages.write_page(out, number, chosen, np.random.default_rng((seed, number)))
