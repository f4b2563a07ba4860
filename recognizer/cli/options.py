"""Options that several of the recogniser's commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.datasets.samples import Sample
    from recognizer.decoding.languages import LanguagePriors
    from recognizer.decoding.prior import Prior
    from recognizer.inference.limits import Limits

PATH = click.Path(path_type=Path)

OUTPUT_FILE = click.Path(path_type=Path, writable=True, dir_okay=False)
"""A file that a command writes; `writable` is what the program around the commands guards outputs by."""

OUTPUT_FOLDER = click.Path(path_type=Path, writable=True, file_okay=False)
"""A folder that a command writes into, guarded in the same way."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
weights_option = click.option(
    "--weights", type=PATH, help="Weights file (default: the shipped one)."
)
words_option = click.option(
    "--words",
    multiple=True,
    metavar="FILE",
    help="Words to prefer: a file with one word a line and optionally its frequency, or `english`. "
    "May be repeated.",
)
language_option = click.option(
    "--language",
    metavar="MODEL",
    help="Read by this character language model alone: `english`, an ARPA file (see train-language), or `none`.",
)
languages_option = click.option(
    "--languages",
    metavar="LIST",
    help="Languages the words may be in, which are found from the words themselves: `auto` (the "
    "default: all that are shipped), `none`, or codes and ARPA files with commas between them, as in `en,fr`.",
)


def picture_limits() -> Limits:
    """The limits of pictures that the program around the commands sets, else the defaults."""
    from recognizer.inference.limits import Limits

    return Limits.given(click.get_current_context().meta)


def samples_of(spec: str) -> Sequence[Sample]:
    """The data set that an option names, within those limits; see `specs.samples`."""
    from recognizer.datasets import specs
    from recognizer.datasets.given import GIVEN

    meta = click.get_current_context().meta
    return specs.samples(spec, picture_limits(), meta.get(GIVEN, {}))


def load_prior(
    languages: str | None, language: str | None, words: Sequence[str]
) -> Prior | LanguagePriors | None:
    """The prior that a command's options ask for.

    Raises:
        click.UsageError: --languages stands beside --language or --words.
        DataError: a file cannot be read, or there is no such language.

    """
    from recognizer.decoding import languages as several
    from recognizer.decoding import ngram_lm, prior

    old = "--language" if language is not None else "--words"
    if language is None and not words:
        names = several.AUTO if languages is None else languages
        alone = names in {several.AUTO, several.NONE}
        chosen = names if alone else [name.strip() for name in names.split(",")]
        return several.load(chosen, lists=True)
    if languages is not None:
        msg = f"--languages and {old}: choose one; {old} sets the prior of every word itself"
        raise click.UsageError(msg)
    return prior.load(ngram_lm.ENGLISH if language is None else language, words)
