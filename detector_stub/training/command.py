"""`ocrsearch train-detector`: trains the detector; torch and OpenCV are loaded when it runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recognizer.runs import options as run_options
from recognizer.runs.budget import Budget
from recognizer.runs.interrupts import stop_requests
from recognizer.runs.numbers import POSITIVE, SEED

if TYPE_CHECKING:
    from recognizer.inference.limits import Limits
    from recognizer.runs.metrics import Row

OUTPUT_FOLDER = click.Path(path_type=Path, writable=True, file_okay=False)
"""A folder that the command writes into; the program around it guards its outputs by `writable`."""


def picture_limits() -> Limits:
    """The limits of pictures that the program around the commands sets, else the defaults."""
    from recognizer.inference.limits import Limits

    return Limits.given(click.get_current_context().meta)


@click.command("train-detector")
@click.option("--pages", multiple=True, metavar="DIR", help="Folder of pages. May be repeated.")
@click.option("--dev", metavar="DIR", help="Pages to evaluate on (default: a tenth of --pages).")
@click.option(
    "--out", type=OUTPUT_FOLDER, default=Path("run"), show_default=True, help="Run folder."
)
@click.option("--init", metavar="FILE", help="Fine-tune these weights: a file, or `shipped`.")
@click.option(
    "--resume",
    type=OUTPUT_FOLDER,
    help="Continue the run in this folder with its options; its end may be changed.",
)
@click.option("--budget", type=Budget(), help="Training time, for example 30m or 2h.")
@click.option("--steps", type=click.IntRange(min=1), help="Steps after which the run ends.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=6, show_default=True, help="Crops per step."
)
@click.option(
    "--lr",
    type=POSITIVE,
    default=2e-3,
    show_default=True,
    help="Peak learning rate.",
)
@click.option(
    "--crop",
    type=click.IntRange(min=32),
    default=512,
    show_default=True,
    help="Side length of a crop in pixels, a multiple of 32.",
)
@click.option(
    "--evaluate-every",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Steps between two evaluations on the dev pages.",
)
@click.option(
    "--seed",
    type=SEED,
    default=0,
    show_default=True,
    help="Random seed.",
)
def train_detector(out: Path, resume: Path | None, **options: Any) -> None:  # noqa: ANN401 - as many as a training run has
    """Train or fine-tune the word detector.

    The best weights are written to OUT/best.safetensors. A run ends after --budget or --steps,
    whichever comes first. DIR holds a NAME.json beside each NAME.webp or .jpg, as `synthesize pages` writes them.

    \b
    ocrsearch synthesize pages drawn --fonts ~/fonts --count 60
    ocrsearch train-detector --pages boards --pages drawn --budget 8h --out mine
    ocrsearch train-detector --resume mine
    ocrsearch evaluate-detector boards-to-test --weights mine/best.safetensors
    """
    from detector_stub.training import options as opts  # loads OpenCV
    from detector_stub.training import setup  # loads torch
    from recognizer.runs.console import Console, result

    if resume is not None:
        chosen = opts.load(resume, run_options.given(options))
    elif options["pages"]:
        chosen = opts.TrainOptions(**options)
    else:
        raise click.MissingParameter(param_hint="--pages", param_type="option")
    out = resume or out
    with stop_requests() as stop, closing(Console("crops", _scores)) as console:
        best = setup.train(
            chosen,
            out,
            resume=resume is not None,
            stop=stop,
            limits=picture_limits(),
            report=console.report,
            say=console.say,
            watch=console.watch,
        )
    click.echo(result(out, "mean of F1 and word hit", best), err=True)


def _scores(row: Row) -> str:
    return (
        f"F1 {row['f1_50']:.4f} (recall {row['recall_50']:.4f}, precision "
        f"{row['precision_50']:.4f})  word hit {row['word_hit']:.4f}"
    )
