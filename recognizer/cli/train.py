"""`ocrsearch train`: trains the recogniser; torch is loaded when it runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recognizer.cli.options import OUTPUT_FOLDER, PATH, samples_of
from recognizer.runs import options as run_options
from recognizer.runs.budget import Budget
from recognizer.runs.interrupts import stop_requests
from recognizer.runs.numbers import POSITIVE, SEED, Number
from recognizer.training import options as opts

if TYPE_CHECKING:
    from recognizer.runs.metrics import Row


@click.command()
@click.option("--data", multiple=True, help="DATA to train on. May be repeated.")
@click.option("--dev", help="DATA to evaluate on (default: a part of --data, see --train-portion).")
@click.option("--mix", help="Share of each --data in a batch, for example 0.7,0.3.")
@click.option(
    "--out", type=OUTPUT_FOLDER, default=Path("run"), show_default=True, help="Run folder."
)
@click.option("--init", type=PATH, help="Fine-tune these weights: a file, or `shipped`.")
@click.option(
    "--resume",
    type=OUTPUT_FOLDER,
    help="Continue the run in this folder with its options; its end may be changed.",
)
@click.option(
    "--charset",
    type=click.Choice(["union", "keep"]),
    help="With --init: `keep` its alphabet (the default), or the `union` with the data's.",
)
@click.option(
    "--layers",
    type=click.IntRange(1, 4),
    help="BiLSTM layers (default: as many as --init has, else 1); more than it has may be given.",
)
@click.option("--budget", type=Budget(), help="Training time, for example 30m or 2h.")
@click.option("--epochs", type=POSITIVE, help="Passes over --data.")
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Words per step.",
)
@click.option("--lr", type=POSITIVE, default=1.5e-3, show_default=True, help="Peak learning rate.")
@click.option(
    "--early-stopping",
    type=click.IntRange(min=1),
    help="Stop after this many evaluations without a lower error rate.",
)
@click.option(
    "--train-portion",
    type=Number(0, 1),
    default=0.9,
    show_default=True,
    help="Share of --data to train on if there is no --dev.",
)
@click.option("--balance-hands", is_flag=True, help="Draw the words of rare writers more often.")
@click.option(
    "--memory",
    type=POSITIVE,
    default=4.0,
    show_default=True,
    help="GB of word images in memory; the others are read from disk whenever they are drawn.",
)
@click.option(
    "--freeze-backbone", is_flag=True, help="Train only the layers after the convolutions."
)
@click.option(
    "--evaluate-every",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Steps between two evaluations on the dev words.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Random seed.")
def train(**options: Any) -> None:  # noqa: ANN401 - as many as a training run has
    """Train or fine-tune the recogniser.

    The best weights are written to OUT/best.safetensors. A run ends after --budget, --epochs or
    --early-stopping, whichever comes first.

    DATA is a labels.tsv (image path relative to the file, TAB, text), a zip file that holds one,
    folder:ROOT (images named _label_id.png), mjsynth:ROOT[:PART] or iam:ROOT[:PART]. DATA#5000
    takes 5000 of its words, evenly spaced. corrections: holds the words that you corrected and that are not held out, corrections:held those of
    the checked photos that are.

    To fine-tune the shipped weights on your own handwriting, a labels.tsv of a few hundred words
    is enough:

    \b
    ocrsearch train --data my-words --init shipped --lr 3e-4 --budget 10m --out mine
    ocrsearch train --resume mine
    ocrsearch evaluate my-words/test.tsv --weights mine/best.safetensors
    """
    from recognizer.runs.console import Console, result
    from recognizer.training import setup  # loads torch

    chosen = _chosen(options)
    with stop_requests() as stop, closing(Console("words", _scores)) as console:
        best = setup.train(
            chosen,
            samples_of,
            stop,
            report=console.report,
            say=console.say,
            watch=console.watch,
            counter=lambda total: console.counting(total, "words loaded"),
        )
    click.echo(result(chosen.out, "CER", best), err=True)


def _scores(row: Row) -> str:
    return f"CER {row['cer']:.4f}"


def _chosen(options: dict[str, Any]) -> opts.TrainOptions:
    """The options of a new run, or those of a resumed one with what is given anew."""
    folder = options.pop("resume")
    if folder is not None:
        return opts.load(folder, run_options.given(options))
    if not options["data"]:
        raise click.MissingParameter(
            ctx=click.get_current_context(), param_hint="--data", param_type="option"
        )
    return opts.TrainOptions(**options, resume=False)
