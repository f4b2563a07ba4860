"""`ocrsearch synthesize`: synthetic words and pages, for training and for tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from recognizer.cli.options import OUTPUT_FILE, OUTPUT_FOLDER, PATH, picture_limits
from recognizer.cli.progress import progress
from recognizer.errors import DataError
from recognizer.files.printable import counted, printable
from recognizer.files.textfile import NotTextError, decode, lines, stripped
from recognizer.runs.numbers import SEED

if TYPE_CHECKING:
    from recognizer.synthesis.vocabulary import Vocabulary
    from recognizer.synthesis.words import WordSource


@click.group()
def synthesize() -> None:
    """Draw labelled words or whole pages."""


seed_option = click.option("--seed", type=SEED, default=0, show_default=True, help="Random seed.")


@synthesize.command("words")
@click.argument("out", type=OUTPUT_FILE)
@click.option("--fonts", type=PATH, help="Folder of .ttf or .otf handwriting fonts.")
@click.option(
    "--strokes", type=PATH, help="Draw these pen strokes (an .npz file) instead of fonts."
)
@click.option(
    "--letters",
    metavar="DATA",
    help="Draw with the letters of these labelled words, see `train`, instead of fonts.",
)
@seed_option
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Number of words.",
)
@click.option(
    "--words",
    type=click.File("rb"),
    help="Draw the words of this list, one a line, instead of the built-in ones.",
)
def synthesize_words(
    out: Path,
    fonts: Path | None,
    strokes: Path | None,
    letters: str | None,
    seed: int,
    count: int,
    words: BinaryIO | None,
) -> None:
    """Draw labelled word images into the zip file OUT.

    Train on them with `train --data OUT`. Give one of --fonts, --strokes and --letters.

    \b
    ocrsearch synthesize words words.zip --fonts ~/fonts --count 50000
    ocrsearch synthesize words more.zip --letters my-words --count 50000
    """
    from recognizer.synthesis.vocabulary import Vocabulary
    from recognizer.synthesis.words import write_words

    listed = _listed(words) if words else None
    source = _source(fonts, strokes, letters, Vocabulary(listed), out)
    with progress(count, "drawing") as show:
        write_words(out, count, source, seed, show)


def _listed(words: BinaryIO) -> list[str]:
    """The words of a list; raises DataError."""
    try:
        return [word for line in lines(decode(words.read())) if (word := stripped(line))]
    except NotTextError as error:
        msg = f"{words.name}, {error}"
        raise DataError(msg) from error


def _source(
    fonts: Path | None,
    strokes: Path | None,
    letters: str | None,
    vocabulary: Vocabulary,
    out: Path,
) -> WordSource:
    """The source that was chosen; raises DataError unless it is exactly one."""
    from recognizer.synthesis.fonts import fonts_in
    from recognizer.synthesis.strokes import read_strokes
    from recognizer.synthesis.words import font_source, stroke_source

    match fonts, strokes, letters:
        case Path() as folder, None, None:
            return font_source(vocabulary, fonts_in(folder))
        case None, Path() as file, None:
            return stroke_source(read_strokes(file))
        case None, None, str() as data:
            return _letters_source(data, vocabulary, out)
    msg = "give one of --fonts FOLDER, --strokes FILE and --letters DATA"
    raise DataError(msg)


def _letters_source(data: str, vocabulary: Vocabulary, out: Path) -> WordSource:
    """A glyph source of the words of `data`; unusable ones are listed in a file beside `out`."""
    from recognizer.datasets import specs
    from recognizer.datasets.labelled_crops import load_all
    from recognizer.datasets.skip_log import SkipLog
    from recognizer.inference import pretrained
    from recognizer.network import weights
    from recognizer.recognize import Recognizer
    from recognizer.synthesis.glyphs import glyph_source

    def say(line: str) -> None:
        click.echo(printable(line), err=True)

    recognizer = Recognizer()
    model, _ = weights.load(pretrained.WEIGHTS)
    samples = specs.samples(data, picture_limits())
    with progress(len(samples), "loading words") as show:
        loaded = load_all(samples, recognizer.card.charset, show)
    skipped = SkipLog(out.with_name(f"{out.name}.skipped.tsv"), say)
    for name, reason in loaded.skipped.items():
        skipped(name, reason)
    say(f"aligning the letters of {counted(len(loaded.words), 'word')}")
    try:
        return glyph_source(loaded.words, model, recognizer, vocabulary)
    except DataError as error:
        msg = f"{data}: {error}"
        raise DataError(msg) from error


@synthesize.command("pages")
@click.argument("out", type=OUTPUT_FOLDER)
@click.option("--fonts", type=PATH, required=True, help="Folder of .ttf or .otf handwriting fonts.")
@seed_option
@click.option(
    "--count", type=click.IntRange(min=1), default=12, show_default=True, help="Number of pages."
)
def synthesize_pages(out: Path, fonts: Path, seed: int, count: int) -> None:
    """Draw photo-like pages into the folder OUT.

    A JSON file beside each page holds its words and their boxes.

    \b
    ocrsearch synthesize pages pages/ --fonts ~/fonts --count 20
    """
    import numpy as np

    from recognizer.synthesis import pages
    from recognizer.synthesis.fonts import fonts_in

    found = fonts_in(fonts)
    written = (file for number in range(count) for file in pages.files(out, number))
    if there := next((file for file in written if os.path.lexists(file)), None):
        msg = f"{there}: exists, and is not replaced; choose another folder"
        raise DataError(msg)
    with progress(count, "drawing") as show:
        for number in range(count):
            pages.write_page(out, number, found, np.random.default_rng((seed, number)))
            show(number + 1)
