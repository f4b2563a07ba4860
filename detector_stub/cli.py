"""The detector's commands: train-detector, evaluate-detector; torch and OpenCV are loaded when one runs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector_stub.training.command import picture_limits, train_detector

if TYPE_CHECKING:
    from detector_stub.boxes import Detector

PATH = click.Path(path_type=Path)


@click.command("evaluate-detector")
@click.argument("folder", type=PATH, metavar="DIR")
@click.option(
    "--detector",
    type=click.Choice(["learned", "classical"]),
    default="learned",
    show_default=True,
    help="The built-in detector to evaluate.",
)
@click.option(
    "--weights", type=PATH, help="Weights file of the learned detector (default: the shipped one)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def evaluate_detector(folder: Path, detector: str, weights: Path | None, *, as_json: bool) -> None:
    """Measure how well a detector finds the words on pages.

    DIR holds a NAME.json beside each NAME.webp or .jpg, with the boxes of its words.

    \b
    ocrsearch evaluate-detector boards-to-test --weights mine/best.safetensors
    """
    from tqdm import tqdm

    from detector_stub.training import metrics, pages  # loads OpenCV

    read = pages.read(folder, picture_limits())
    start = time.monotonic()
    # on a terminal only, and nothing is left of it
    with tqdm(total=len(read), desc="detecting", unit="page", leave=False, disable=None) as bar:
        scores = metrics.evaluate(_detector(detector, weights), read, bar.update)
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


COMMANDS: list[click.Command] = [train_detector, evaluate_detector]
