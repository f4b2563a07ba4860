"""The recogniser's commands: read, evaluate, train, synthesize. Torch loads when one runs."""

from __future__ import annotations

import csv
import json
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recognizer.cli_synthesize import synthesize
from recognizer.errors import DataError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.datasets.samples import Sample

PATH = click.Path(path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
weights_option = click.option("--weights", type=PATH, help="Weights (default: the shipped ones).")


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
@click.option("--csv", "table", type=PATH, help="Write image, text and confidence to this file.")
@json_option
def read(
    crops: tuple[Path, ...],
    weights: Path | None,
    alternatives: int,
    table: Path | None,
    *,
    as_json: bool,
) -> None:
    """Read word images: CROPS are files, or folders whose images are all read.

    \b
    ocrsearch read word.png
    ocrsearch read crops/ --json --alternatives 10
    """
    from recognizer import images, recognize, shipped  # noqa: PLC0415 - loads torch

    recognizer = recognize.Recognizer(weights or shipped.WEIGHTS)
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
        readings = recognizer.read([crop for _, crop in opened], alternatives=alternatives)
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


@click.command()
@click.argument("data")
@weights_option
@json_option
def evaluate(data: str, weights: Path | None, *, as_json: bool) -> None:
    """Measure how well word images are read: CER, WER, edit distances, words per second.

    DATA is a labels.tsv (image path relative to the file, TAB, text), a zip file that holds one,
    folder:ROOT, mjsynth:ROOT[:PART] or iam:ROOT[:PART].

    \b
    ocrsearch evaluate my-words/labels.tsv
    """
    from recognizer import (  # noqa: PLC0415
        calibrate,
        recognize,
        shipped,
    )
    from recognizer import evaluate as measure  # noqa: PLC0415 - loads torch

    recognizer = recognize.Recognizer(weights or shipped.WEIGHTS)
    samples, crops = _loaded(_samples(data))
    start = time.perf_counter()
    readings = recognizer.read(crops)
    seconds = time.perf_counter() - start
    scores = measure.score((s.text, r.text) for s, r in zip(samples, readings, strict=True))
    right = [s.text == r.text for s, r in zip(samples, readings, strict=True)]
    report = scores.as_dict() | {
        "calibration_error": calibrate.expected_calibration_error(
            [r.confidence for r in readings], right
        ),
        "words_per_second": round(len(crops) / seconds, 1),
    }
    if as_json:
        click.echo(json.dumps(report))
    else:
        click.echo("\n".join(f"{name:26} {value:.4g}" for name, value in report.items()))


def _loaded(samples: list[Sample]) -> tuple[list[Sample], list[NDArray[np.uint8]]]:
    """The samples whose images can be read, and these; the others are named and left out."""
    kept, crops = [], []
    for sample in samples:
        try:
            crops.append(sample.load())
        except DataError as error:
            click.echo(f"skipped: {error}", err=True)
        else:
            kept.append(sample)
    if not kept:
        msg = "no word image could be read"
        raise DataError(msg)
    return kept, crops


def _samples(spec: str) -> list[Sample]:
    from recognizer.datasets import specs  # noqa: PLC0415 - loads torch

    return specs.samples(spec)


@click.command()
@click.option(
    "--data", required=True, multiple=True, help="Labelled words, see above; may be repeated."
)
@click.option("--dev", help="Data to measure on (default: a part of --data, see --train-portion).")
@click.option("--mix", help="Share of each --data in a batch, for example 0.7,0.3.")
@click.option("--out", type=PATH, default=Path("run"), show_default=True, help="Run folder.")
@click.option("--init", type=PATH, help="Fine-tune these weights: a file, or `shipped`.")
@click.option("--resume", is_flag=True, help="Continue the run in --out.")
@click.option("--budget", help="Training time, for example 30m or 2h.")
@click.option("--epochs", type=click.FloatRange(min=0, min_open=True), help="Passes over --data.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=64, show_default=True, help="Words a step."
)
@click.option("--lr", type=float, default=1.5e-3, show_default=True, help="Peak learning rate.")
@click.option(
    "--early-stopping",
    type=click.IntRange(min=1),
    help="Stop after this many evaluations without gain.",
)
@click.option(
    "--train-portion",
    type=click.FloatRange(0, 1),
    default=0.9,
    show_default=True,
    help="Share of --data to learn from if there is no --dev.",
)
@click.option("--freeze-backbone", is_flag=True, help="Train only what follows the convolutions.")
@click.option(
    "--evaluate-every",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Steps between two looks at the dev words.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed draws the same batches."
)
def train(**options: Any) -> None:  # noqa: ANN401 - as many as a training run has
    """Train or fine-tune the recognizer; the best weights land in OUT/best.safetensors.

    DATA is a labels.tsv (image path relative to the file, TAB, text), a zip file that holds one,
    folder:ROOT (images named label_id.png), mjsynth:ROOT[:PART] or iam:ROOT[:PART].

    Fine-tune the shipped weights on your own hand: a folder with labels.tsv, a few hundred words.

    \b
    ocrsearch train --data my-words/labels.tsv --init shipped --lr 3e-4 --budget 10m --out mine
    ocrsearch evaluate my-words/test.tsv --weights mine/best.safetensors
    """
    from recognizer import training  # noqa: PLC0415 - loads torch

    chosen = training.Options(**options | {"budget": _seconds(options["budget"])})
    with _interrupted() as stop:
        best = training.run(chosen, _samples, stop, report=_report, say=_say)
    click.echo(f"{chosen.out}: best CER {best:.4f}", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _report(row: dict[str, float]) -> None:
    left = f"{row['seconds_left'] / 60:.0f} min left" if row.get("seconds_left") else ""
    click.echo(
        f"{row['progress']:4.0%}  step {row['step']}  loss {row['loss']:.3f}  CER {row['cer']:.4f}  "
        f"{row['words_per_second']:.0f} words/s  {left}",
        err=True,
    )


def _seconds(budget: str | None) -> float | None:
    if budget is None:
        return None
    units = {"s": 1, "m": 60, "h": 3600}
    try:
        seconds = float(budget[:-1]) * units[budget[-1]]
    except (KeyError, ValueError, IndexError):
        seconds = 0.0
    if not seconds > 0:
        msg = f"--budget {budget!r}: expected a number and s, m or h, for example 30m"
        raise TrainingError(msg)
    return seconds


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or SIGINT came: the step in hand ends and a checkpoint is written."""
    came: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {n: signal.signal(n, lambda number, _: came.append(number)) for n in numbers}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


COMMANDS: list[click.Command] = [read, evaluate, train, synthesize]
