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
from click.core import ParameterSource

from recognizer.cli.options import PATH
from recognizer.errors import TrainingError
from recognizer.training import options as opts
from recognizer.training.console import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.command()
@click.option("--data", multiple=True, help="Labelled words, see above; may be repeated.")
@click.option("--dev", help="Data to measure on (default: a part of --data, see --train-portion).")
@click.option("--mix", help="Share of each --data in a batch, for example 0.7,0.3.")
@click.option("--out", type=PATH, default=Path("run"), show_default=True, help="Run folder.")
@click.option("--init", type=PATH, help="Fine-tune these weights: a file, or `shipped`.")
@click.option("--resume", type=PATH, help="Continue the run in this folder, with its options.")
@click.option(
    "--charset",
    type=click.Choice(["union", "keep"]),
    help="With --init: `keep` its alphabet (the default), or the `union` with the data's.",
)
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
@click.option(
    "--balance-hands", is_flag=True, help="Draw words of rare hands more often than they are."
)
@click.option(
    "--memory",
    type=click.FloatRange(min=0),
    default=4.0,
    show_default=True,
    help="GB for word images; what does not fit is read from disk when it is drawn.",
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
    folder:ROOT (images named _label_id.png), mjsynth:ROOT[:PART] or iam:ROOT[:PART]. DATA#5000
    takes 5000 words of it, spread evenly.

    Fine-tune the shipped weights on your own hand: a folder with labels.tsv, a few hundred words.

    \b
    ocrsearch train --data my-words --init shipped --lr 3e-4 --budget 10m --out mine
    ocrsearch train --resume mine
    ocrsearch evaluate my-words/test.tsv --weights mine/best.safetensors
    """
    from recognizer.datasets import specs
    from recognizer.training import run as training  # loads torch

    chosen = _chosen(options | {"budget": _seconds(options["budget"])})
    with _interrupted() as stop, closing(_live()) as live:
        best = training.run(
            chosen,
            specs.samples,
            stop,
            report=live.report,
            say=live.say,
            watch=live.watch,
            bar=_bar,
        )
    click.echo(f"{chosen.out}: best CER {best:.4f}", err=True)


def _chosen(options: dict[str, Any]) -> opts.Options:
    """The options of a new run, or those of a resumed one with what is given anew."""
    context = click.get_current_context()
    run = options.pop("resume")
    if run is not None:
        told = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
        given = [name for name in options if context.get_parameter_source(name) in told]
        return opts.recall(run, {name: options[name] for name in given})
    if not options["data"]:
        raise click.MissingParameter(ctx=context, param_hint="--data", param_type="option")
    return opts.Options(**options, resume=False)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar of loaded words on stderr, where that is a terminal."""
    with click.progressbar(
        length=total,
        label="loading words",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        update_min_steps=max(1, total // 1000),
    ) as bar:
        yield lambda _: bar.update(1)


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
    """Whether SIGTERM or SIGINT came: the step in hand ends and a checkpoint is written.

    A second one ends the command at once, for example while words are still loaded.
    """
    came: list[int] = []

    def note(number: int, _: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {n: signal.signal(n, note) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
