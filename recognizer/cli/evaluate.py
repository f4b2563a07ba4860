"""`ocrsearch evaluate`: error rates on labelled words; the network is loaded when it runs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from recognizer.cli.options import (
    OUTPUT_FILE,
    json_option,
    language_option,
    languages_option,
    load_prior,
    samples_of,
    weights_option,
    words_option,
)
from recognizer.cli.progress import progress
from recognizer.errors import DataError
from recognizer.files.printable import counted, json_safe, printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.datasets.samples import Sample
    from recognizer.decoding.decoder import Reading
    from recognizer.decoding.languages import LanguagePriors
    from recognizer.decoding.prior import Prior
    from recognizer.evaluation.evaluated_word import EvaluatedWord
    from recognizer.recognize import Recognizer

WORST = 50
"""Words on the contact sheet."""


@click.command()
@click.argument("data")
@weights_option
@click.option(
    "--alternatives",
    type=click.IntRange(1, 50),
    default=10,
    show_default=True,
    help="Readings of each word that recall is measured in.",
)
@languages_option
@language_option
@words_option
@click.option("--greedy", is_flag=True, help="Decode the best path only: one reading, faster.")
@click.option(
    "--worst", type=OUTPUT_FILE, help=f"Draw the {WORST} worst read words into this image file."
)
@click.option(
    "--markdown", "as_markdown", is_flag=True, help="Print Markdown tables instead of text."
)
@json_option
def evaluate(
    data: str,
    weights: Path | None,
    alternatives: int,
    languages: str | None,
    language: str | None,
    words: tuple[str, ...],
    worst: Path | None,
    *,
    greedy: bool,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Measure error rates on labelled word images.

    The report also holds the confused characters and the calibration of the confidence.

    DATA is a labels.tsv (image path relative to the file, TAB, text), a zip file that holds one,
    folder:ROOT, mjsynth:ROOT[:PART], iam:ROOT[:PART], or corrections:held for the words of your
    checked photos that are held out.

    \b
    ocrsearch evaluate my-words/labels.tsv
    ocrsearch evaluate my-words/labels.tsv --worst worst.png --markdown > report.md
    """
    if as_json and as_markdown:
        msg = "--json and --markdown: choose one"
        raise click.UsageError(msg)
    if greedy and words:
        msg = "--greedy and --words: choose one; best-path decoding uses no words"
        raise click.UsageError(msg)
    from recognizer import recognize  # takes a while
    from recognizer.evaluation import formatting, report
    from recognizer.evaluation.evaluated_word import EvaluatedWord
    from recognizer.inference import pretrained

    loaded = None if greedy else load_prior(languages, language, words)
    recognizer = recognize.Recognizer(weights or pretrained.WEIGHTS)
    samples, crops = _loaded(samples_of(data))
    start = time.perf_counter()
    readings = _read(recognizer, crops, 0 if greedy else alternatives, loaded)
    speed = round(len(crops) / (time.perf_counter() - start), 1)
    settings = report.EvaluationSettings(
        "greedy" if greedy else "beam", 1 if greedy else alternatives, speed
    )
    read = [
        EvaluatedWord(s.text, r.text, r.confidence, tuple(t for t, _ in r.alternatives), s.hand)
        for s, r in zip(samples, readings, strict=True)
    ]
    measured = report.measure(read, settings)
    if as_json:
        click.echo(json_safe(json.dumps(measured.as_dict(), ensure_ascii=False)))
    else:
        click.echo((formatting.markdown if as_markdown else formatting.text)(measured))
    if worst:
        _draw(worst, read, crops)


def _read(
    recognizer: Recognizer,
    crops: Sequence[NDArray[np.uint8]],
    alternatives: int,
    prior: Prior | LanguagePriors | None,
) -> list[Reading]:
    """The readings of `crops`; with no alternatives, those of the best paths."""
    if alternatives:
        return recognizer.read(crops, alternatives=alternatives, prior=prior)
    from recognizer.decoding import best_path, decoder

    card = recognizer.card
    return [
        best_path.decode_greedily(decoder.softmax(logits, card.temperature), card.charset)
        for logits in recognizer.logits(crops)
    ]


def _draw(path: Path, words: Sequence[EvaluatedWord], crops: Sequence[NDArray[np.uint8]]) -> None:
    from recognizer.evaluation import contact_sheet
    from recognizer.evaluation.worst_words import worst

    places = worst(words, WORST)
    wrong = sum(word.truth != word.text for word in words)
    title = f"The worst {len(places)} of {wrong} misread words; {counted(len(words), 'word')} read"
    contact_sheet.write(
        path, [contact_sheet.MisreadWord(crops[place], words[place]) for place in places], title
    )


def _loaded(samples: Sequence[Sample]) -> tuple[list[Sample], list[NDArray[np.uint8]]]:
    """The samples whose images can be read, and their crops; the others are reported."""
    kept, crops = [], []
    with progress(len(samples), "loading words") as show:
        for done, sample in enumerate(samples, start=1):
            try:
                crops.append(sample.load())
            except DataError as error:
                click.echo(printable(f"skipped: {error}"), err=True)
            else:
                kept.append(sample)
            show(done)
    if not kept:
        msg = "none of the word images can be read, for the reasons above"
        raise DataError(msg)
    return kept, crops
