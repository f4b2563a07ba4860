"""The detector's commands: train-detector, evaluate-detector. What is heavy loads when one runs."""

from __future__ import annotations

import json
import math
import shutil
import signal
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from detector_stub.training.console import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from detector_stub.boxes import Detector

PATH = click.Path(path_type=Path)


def _seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """30m as 1800; a usage error for what is no number and s, m or h."""
    if value is None:
        return None
    try:
        seconds = float(value[:-1]) * {"s": 1, "m": 60, "h": 3600}[value[-1]]
    except (KeyError, ValueError, IndexError):
        seconds = 0.0
    if not 0 < seconds < math.inf:
        msg = f"{value!r}: expected a number and s, m or h, for example 30m"
        raise click.BadParameter(msg)
    return seconds


@click.command("train-detector")
@click.option("--pages", multiple=True, metavar="DIR", help="Folder of pages; may be repeated.")
@click.option("--dev", metavar="DIR", help="Pages to measure on (default: a tenth of --pages).")
@click.option("--out", type=PATH, default=Path("run"), show_default=True, help="Run folder.")
@click.option("--init", metavar="FILE", help="Begin with these weights: a file, or `shipped`.")
@click.option("--resume", type=PATH, help="Continue the run in this folder, with its options.")
@click.option("--budget", callback=_seconds, help="Training time, for example 30m or 2h.")
@click.option("--steps", type=click.IntRange(min=1), help="Steps to take at most.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), default=6, show_default=True, help="Crops a step."
)
@click.option(
    "--lr",
    type=click.FloatRange(min=0, min_open=True),
    default=2e-3,
    show_default=True,
    help="Peak learning rate.",
)
@click.option(
    "--crop",
    type=click.IntRange(min=32),
    default=512,
    show_default=True,
    help="Pixels of a crop's sides, a multiple of 32.",
)
@click.option(
    "--evaluate-every",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Steps between two looks at the dev pages.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The same seed draws the same crops.",
)
def train_detector(out: Path, resume: Path | None, **options: Any) -> None:  # noqa: ANN401 - as many as a training run has
    """Train or fine-tune the word detector; the best weights land in OUT/best.safetensors.

    DIR holds NAME.json beside NAME.webp or .jpg, as `synthesize pages` draws them.

    \b
    ocrsearch synthesize pages drawn --fonts ~/fonts --count 60
    ocrsearch train-detector --pages boards --pages drawn --budget 8h --out mine
    ocrsearch train-detector --resume mine
    ocrsearch evaluate-detector boards-to-test --weights mine/best.safetensors
    """
    from detector_stub.training import config, run  # loads torch

    if resume is not None:
        chosen = config.recall(resume, _given(options))
    elif options["pages"]:
        chosen = config.Options(**options)
    else:
        raise click.MissingParameter(param_hint="--pages", param_type="option")
    out = resume or out
    with _interrupted() as stop, closing(_live()) as live:
        best = run.run(
            chosen,
            out,
            resume=resume is not None,
            stop=stop,
            report=live.report,
            say=live.say,
            watch=live.watch,
        )
    click.echo(f"{out}: best mean of F1 and word hit {best:.4f}", err=True)


@click.command("evaluate-detector")
@click.argument("folder", type=PATH, metavar="DIR")
@click.option(
    "--detector",
    type=click.Choice(["learned", "classical"]),
    default="learned",
    show_default=True,
    help="Which built-in detector.",
)
@click.option("--weights", type=PATH, help="Weights of `learned` (default: the shipped ones).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def evaluate_detector(folder: Path, detector: str, weights: Path | None, *, as_json: bool) -> None:
    """Measure how well the words on the pages in DIR are found.

    \b
    ocrsearch evaluate-detector boards-to-test --weights mine/best.safetensors
    """
    from detector_stub.training import metrics, pages  # loads OpenCV

    read = pages.read(folder)
    start = time.monotonic()
    with click.progressbar(
        length=len(read), label="detecting", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        scores = metrics.measure(_detector(detector, weights), read, bar.update)
    row: dict[str, float] = {"pages": len(read), "truth": scores.truth, "detected": scores.detected}
    row |= scores.rates() | {"seconds_per_page": round((time.monotonic() - start) / len(read), 3)}
    click.echo(json.dumps(row) if as_json else "\n".join(f"{k}\t{v}" for k, v in row.items()))


def _detector(name: str, weights: Path | None) -> Detector:
    from detector_stub.detectors.classical import ClassicalDetector
    from detector_stub.detectors.learned import LearnedDetector
    from detector_stub.inference import pretrained

    if name == "learned":
        return LearnedDetector(weights or pretrained.WEIGHTS)
    if weights is not None:
        msg = "--weights: the classical detector has none; leave it out or use --detector learned"
        raise click.UsageError(msg)
    return ClassicalDetector()


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The options that are given, not left at their defaults."""
    context = click.get_current_context()
    told = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    return {k: v for k, v in options.items() if context.get_parameter_source(k) in told}


def _live() -> Live:
    """Progress on stderr: a line that renews itself on a terminal."""
    terminal = sys.stderr.isatty()
    return Live(
        lambda text: click.echo(text, err=True, nl=False),
        time.monotonic,
        (lambda: shutil.get_terminal_size().columns) if terminal else None,
    )


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or SIGINT came: the step in hand ends and a checkpoint is written.

    A second one ends the command at once.
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


COMMANDS: list[click.Command] = [train_detector, evaluate_detector]
