"""The recogniser's commands, and `ocrsearch read`; the network is loaded when one runs."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import click

from recognizer.cli.evaluate import evaluate
from recognizer.cli.options import (
    OUTPUT_FILE,
    PATH,
    json_option,
    language_option,
    languages_option,
    load_prior,
    picture_limits,
    weights_option,
    words_option,
)
from recognizer.cli.synthesize import synthesize
from recognizer.cli.train import train
from recognizer.cli.train_language import train_language
from recognizer.errors import DataError
from recognizer.files.partial_output import writing
from recognizer.files.printable import json_safe, printable

if TYPE_CHECKING:
    from pathlib import Path

    from recognizer.decoding.decoder import Reading


@click.command()
@click.argument("crops", nargs=-1, required=True, type=PATH)
@weights_option
@click.option(
    "--alternatives",
    type=click.IntRange(1, 50),
    default=5,
    show_default=True,
    help="Readings of each word.",
)
@languages_option
@language_option
@words_option
@click.option(
    "--csv",
    "table",
    type=OUTPUT_FILE,
    help="Also write image, text and confidence to this CSV file.",
)
@json_option
def read(
    crops: tuple[Path, ...],
    weights: Path | None,
    alternatives: int,
    languages: str | None,
    language: str | None,
    words: tuple[str, ...],
    table: Path | None,
    *,
    as_json: bool,
) -> None:
    """Read the word images CROPS.

    Each of CROPS is an image file, or a folder that is searched for images.

    \b
    ocrsearch read word.png
    ocrsearch read crops/ --json --alternatives 10
    ocrsearch read crops/ --words english --words my-names.txt
    """
    from recognizer import recognize  # takes a while
    from recognizer.inference import pretrained

    loaded = load_prior(languages, language, words)
    recognizer = recognize.Recognizer(weights or pretrained.WEIGHTS)
    found = recognize.find_images(crops)
    rows = []
    failed = False
    for path, outcome in recognize.read_files(
        found, recognizer, alternatives=alternatives, prior=loaded, limits=picture_limits()
    ):
        if isinstance(outcome, DataError):
            failed = True
            click.echo(printable(outcome), err=True)
        else:
            rows.append((str(path), outcome.text, round(outcome.confidence, 4)))
            click.echo(_as_json(path, outcome) if as_json else _as_text(path, outcome))
    if table:
        _write_csv(table, rows)
    if failed:
        sys.exit(6)


def _as_text(path: Path, reading: Reading) -> str:
    """Image and text; bytes of a name that are not UTF-8 stay if a program reads them."""
    name = printable(path, keep_bytes=not sys.stdout.isatty())
    return f"{name}\t{printable(reading.text)}"


def _as_json(path: Path, reading: Reading) -> str:
    return json_safe(
        json.dumps(
            {
                "image": str(path),
                "text": reading.text,
                "confidence": round(reading.confidence, 4),
                "alternatives": [[text, round(p, 5)] for text, p in reading.alternatives],
            },
            ensure_ascii=False,
        )
    )


def _write_csv(path: Path, rows: list[tuple[str, str, float]]) -> None:
    with writing(path), path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("image", "text", "confidence"))
        writer.writerows(rows)


COMMANDS: list[click.Command] = [read, evaluate, train, train_language, synthesize]
