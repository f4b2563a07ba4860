"""`ocrsearch train-language`: which letter follows which, learned from texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recognizer.cli.options import PATH, words_option
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


@click.command("train-language")
@click.option("--data", multiple=True, help="Labelled words whose texts to learn from, see train.")
@words_option
@click.option("--out", type=PATH, required=True, help="File to write; .arpa.gz is compressed.")
@click.option(
    "--order",
    type=click.IntRange(1, 10),
    default=5,
    show_default=True,
    help="Characters of the longest pieces.",
)
@click.option(
    "--prune",
    type=click.FloatRange(min=0),
    default=1e-6,
    show_default=True,
    help="Leave out pieces that better the model by less, in nats a character.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed draws the same."
)
def train_language(
    data: tuple[str, ...],
    words: tuple[str, ...],
    out: Path,
    order: int,
    prune: float,
    seed: int,
) -> None:
    """Learn which letter follows which, for reading with `--language OUT`.

    Of --words, names and formulas are made up as well, as they stand on whiteboards.

    \b
    ocrsearch train-language --words german.txt --data my-words --out german.arpa.gz
    ocrsearch read crops/ --language german.arpa.gz
    """
    import numpy as np  # only this command needs them

    from recognizer.datasets import specs
    from recognizer.decoding import lexicon
    from recognizer.training import ngram_estimation

    labels = [sample.text for spec in data for sample in specs.samples(spec)]
    counts = ngram_estimation.mixture(
        labels, lexicon.frequencies(words), np.random.default_rng(seed)
    )
    if not counts:
        msg = "nothing to learn from: give --data, --words or both, with texts in them"
        raise DataError(msg)
    model = ngram_estimation.estimate(counts, order, prune)
    ngram_estimation.write(out, model)
    click.echo(f"{out}: {len(model.probabilities)} n-grams", err=True)
