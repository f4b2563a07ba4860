"""`ocrsearch train-language`: estimates a character n-gram language model from texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recognizer.cli.options import OUTPUT_FILE
from recognizer.errors import DataError
from recognizer.files.printable import printable
from recognizer.runs.numbers import SEED, Number

if TYPE_CHECKING:
    from pathlib import Path


@click.command("train-language")
@click.option(
    "--data",
    multiple=True,
    help="Labelled words whose texts are used, see `train`. May be repeated.",
)
@click.option(
    "--words",
    multiple=True,
    metavar="FILE",
    help="Words that are added to the texts: a file with one word a line and optionally its "
    "frequency, `english`, or `wordfreq:CODE` for another language: the seven that are shipped, or "
    "with the extra `train` one of the package wordfreq. May be repeated.",
)
@click.option(
    "--out",
    type=OUTPUT_FILE,
    required=True,
    help="ARPA file to write; compressed if its name ends in .gz.",
)
@click.option(
    "--order",
    type=click.IntRange(1, 10),
    default=5,
    show_default=True,
    help="Characters of the longest n-grams.",
)
@click.option(
    "--prune",
    type=Number(min=0),
    default=1e-6,
    show_default=True,
    help="Prune n-grams that improve the model by less than this (nats per character).",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Random seed.")
def train_language(
    data: tuple[str, ...],
    words: tuple[str, ...],
    out: Path,
    order: int,
    prune: float,
    seed: int,
) -> None:
    """Estimate a character language model from texts.

    Read with it by `--language OUT`, or beside other languages by `--languages en,OUT`. Names and formulas are made from --words and added to the
    texts.

    \b
    ocrsearch train-language --words german.txt --data my-words --out german.arpa.gz
    ocrsearch read crops/ --language german.arpa.gz
    ocrsearch train-language --words wordfreq:sv --out swedish.arpa.gz
    """
    import numpy as np

    from recognizer.datasets import specs
    from recognizer.decoding import lexicon
    from recognizer.training import ngram_estimation, ngram_texts

    labels = [sample.text for spec in data for sample in specs.samples(spec)]
    counts = ngram_texts.mixture(labels, lexicon.frequencies(words), np.random.default_rng(seed))
    if not counts:
        msg = "no text to estimate from: give --data, --words or both, with texts in them"
        raise DataError(msg)
    model = ngram_estimation.estimate(counts, order, prune)
    ngram_estimation.write(out, model)
    click.echo(f"{printable(out)}: {len(model.probabilities)} n-grams", err=True)
