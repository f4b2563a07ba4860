"""The recogniser's commands: to read, to measure, to train, to draw. Torch loads when one runs."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from recognizer.cli.evaluate import evaluate
from recognizer.cli.options import PATH, json_option, language_option, weights_option, words_option
from recognizer.cli.synthesize import synthesize
from recognizer.cli.train import train
from recognizer.cli.train_language import train_language
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@click.command()
@click.argument("crops", nargs=-1, required=True, type=PATH)
@weights_option
@click.option(
    "--alternatives",
    type=click.IntRange(1, 50),
    default=5,
    show_default=True,
    help="Readings to give of each word.",
)
@language_option
@words_option
@click.option("--csv", "table", type=PATH, help="Write image, text and confidence to this file.")
@json_option
def read(
    crops: tuple[Path, ...],
    weights: Path | None,
    alternatives: int,
    language: str,
    words: tuple[str, ...],
    table: Path | None,
    *,
    as_json: bool,
) -> None:
    """Read word images: CROPS are files, or folders whose images are all read.

    \b
    ocrsearch read word.png
    ocrsearch read crops/ --json --alternatives 10
    ocrsearch read crops/ --words english --words my-names.txt
    """
    from recognizer import recognize  # loads torch
    from recognizer.decoding import prior
    from recognizer.inference import images, pretrained

    known = prior.load(language, words)
    recognizer = recognize.Recognizer(weights or pretrained.WEIGHTS)
    rows = []
    failed = False
    for chunk in _chunks(_images(crops)):
        opened = []
        for path in chunk:
            try:
                opened.append((path, images.load(path)))
            except DataError as error:
                failed = True
                click.echo(str(error), err=True)
        readings = recognizer.read(
            [crop for _, crop in opened], alternatives=alternatives, prior=known
        )
        for (path, _), reading in zip(opened, readings, strict=True):
            rows.append((str(path), reading.text, round(reading.confidence, 4)))
            click.echo(_reading_json(path, reading) if as_json else f"{path}\t{reading.text}")
    if table:
        _write_csv(table, rows)
    if failed:
        sys.exit(6)


def _images(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            endings = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"}
            found += sorted(p for p in path.rglob("*") if p.suffix.lower() in endings)
        else:
            found.append(path)
    return found


def _chunks(paths: list[Path], size: int = 512) -> Iterator[list[Path]]:
    return (paths[i : i + size] for i in range(0, len(paths), size))


def _reading_json(path: Path, reading: Any) -> str:  # noqa: ANN401 - decode.Reading, loads lazily
    return json.dumps(
        {
            "image": str(path),
            "text": reading.text,
            "confidence": round(reading.confidence, 4),
            "alternatives": [[text, round(p, 5)] for text, p in reading.alternatives],
        },
        ensure_ascii=False,
    )


def _write_csv(path: Path, rows: list[tuple[str, str, float]]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("image", "text", "confidence"))
            writer.writerows(rows)
    except OSError as error:
        msg = f"{path}: cannot write ({error.strerror})"
        raise DataError(msg) from error


COMMANDS: list[click.Command] = [read, evaluate, train, train_language, synthesize]
