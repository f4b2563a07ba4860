"""`ocrsearch train`: the recogniser learns from labelled words. Torch loads when it runs."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recognizer.errors import TrainingError
from recognizer.progress import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH = click.Path(path_type=Path)


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
    from recognizer.datasets import specs  # noqa: PLC0415

    chosen = training.Options(**options | {"budget": _seconds(options["budget"])})
    with _interrupted() as stop, closing(_live()) as live:
        best = training.run(
            chosen, specs.samples, stop, report=live.report, say=live.say, watch=live.watch
        )
    click.echo(f"{chosen.out}: best CER {best:.4f}", err=True)


def _live() -> Live:
    """Progress on stderr: a line that renews itself on a terminal."""
    terminal = sys.stderr.isatty()
    return Live(
        lambda text: click.echo(text, err=True, nl=False),
        time.monotonic,
        (lambda: shutil.get_terminal_size().columns) if terminal else None,
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
