"""Fine-tuning on a few words of one user without forgetting the hands of others.

Four words of ten are a replay of other hands. What is learned is averaged with the weights before, because the mean
keeps most of the gain and loses little elsewhere (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from recognizer.datasets import specs
from recognizer.datasets.table import LABELS
from recognizer.network import weights
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST
from recognizer.runs.state import Step, unwatched
from recognizer.training import setup
from recognizer.training.options import TrainOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from recognizer.network.model import CRNN

WORDS = Path(__file__).parent / "words"

REPLAY = WORDS / "replay.zip"
"""Shipped words of many hands that are learned beside those of the user."""

GUARD = WORDS / "guard.zip"
"""Shipped words of hands that are not in the replay: they show what was forgotten."""

LEARNED = "learned.safetensors"
"""File of the averaged weights, in the folder of the run."""

MIX = "0.6,0.4"
"""Shares of the user's words and of the replay."""

BATCH = 32

RATE = 3e-4
"""Peak learning rate."""

MIN_STEPS = 60
MAX_STEPS = 600

FEW = 20
"""Words of the guard that a run itself is measured on, for which nothing is chosen."""

SHARE = 0.5
"""Share of the averaged weights that is what was learned; the rest is the weights before."""


def guard() -> list[tuple[str, str, Image.Image]]:
    """(hand, text, image as it was cut) of each word of the guard."""
    with zipfile.ZipFile(GUARD) as archive:
        rows = [line.split("\t") for line in archive.read(LABELS).decode().splitlines()]
        return [
            (hand, text, Image.open(io.BytesIO(archive.read(name)))) for name, text, hand in rows
        ]


def steps(words: int) -> int:
    """Steps of a run that learns so many words."""
    return min(max(words, MIN_STEPS), MAX_STEPS)


def finetune(
    init: Path,
    words: Path,
    count: int,
    out: Path,
    *,
    seed: int = 0,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda line: None,  # noqa: ARG005
    watch: Callable[[Step], None] = unwatched,
) -> Path:
    """Train weights on the labelled words of a folder; returns the file of the new weights.

    Args:
        init: the weights to begin with.
        words: folder with a labels.tsv, which may list an image twice.
        count: number of different words in it.
        out: folder of the run, which is created.
        seed: random seed.
        stop: called before every step; true ends the run.
        say: called with every message.
        watch: called with every step.

    Raises:
        TrainingError: no usable word, or the run was stopped.
        WeightsError: `init` cannot be read.

    """
    own, replay = specs.samples(str(words)), specs.samples(str(REPLAY))
    options = TrainOptions(
        data=(str(words), str(REPLAY)),
        dev=f"{GUARD}#{FEW}",
        mix=MIX,
        out=out,
        init=init,
        resume=False,
        budget=None,
        epochs=steps(count) * BATCH / (len(own) + len(replay)),
        batch_size=BATCH,
        lr=RATE,
        early_stopping=None,
        train_portion=1.0,
        freeze_backbone=False,
        freeze_norms=True,
        evaluate_every=MAX_STEPS + 1,
        seed=seed,
    )
    stopped = False

    def stops() -> bool:
        nonlocal stopped
        stopped = stopped or stop()
        return stopped

    setup.train(options, specs.samples, stops, report=lambda row: None, say=say, watch=watch)  # noqa: ARG005
    if stopped:
        msg = "stopped before the end; nothing was learned"
        raise TrainingError(msg)
    _average(init, out / BEST, out / LEARNED)
    return out / LEARNED


def _average(before: Path, after: Path, out: Path) -> None:
    """Write the mean of two weights, with the temperature of those before."""
    old, card = weights.load(before)
    new, trained = weights.load(after)
    card = replace(trained, temperature=card.temperature, metrics={})
    weights.save(out, mean(old, new, SHARE), card)


def mean(old: CRNN, new: CRNN, share: float) -> CRNN:
    """`new` with weights of which `share` is its own, the rest those of `old`."""
    before = old.state_dict()
    averaged = {
        name: before[name].lerp(tensor, share) if tensor.is_floating_point() else tensor
        for name, tensor in new.state_dict().items()
    }
    new.load_state_dict(averaged)
    return new
