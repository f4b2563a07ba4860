"""Set-up of a training run: pages and network according to the options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from detector_stub.inference import pretrained
from detector_stub.network import weights
from detector_stub.network.model import DetectorConfig, WordNet
from detector_stub.training import options as opts
from detector_stub.training import pages
from detector_stub.training.trainer import Trainer, saved_network
from recognizer.inference.limits import Limits
from recognizer.runs import curves
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import require_unused
from recognizer.runs.state import Step, unwatched
from recognizer.runs.threads import use_free_cores

if TYPE_CHECKING:
    from collections.abc import Callable

    from detector_stub.training.options import TrainOptions
    from detector_stub.training.pages import Page
    from recognizer.runs.metrics import Row

PRETRAINED = "shipped"
"""Word for the weights that come with the program in --init."""

DEV_EVERY = 10
"""Pages of which one is set aside as a dev page where there is no --dev."""

PANEL = curves.Panel(
    lines={
        "f1_50": "F1",
        "recall_50": "recall",
        "precision_50": "precision",
        "word_hit": "word hit",
    },
    over="crops",
    over_label="crops seen",
    score=lambda row: row["f1_50"] + row["word_hit"],
    title=lambda best: (
        f"Dev pages: F1 {best['f1_50']:.3f}, word hit {best['word_hit']:.3f} at step {best['step']}"
    ),
    falling=False,
)
"""Rates of the dev pages over the crops seen."""


def train(
    options: TrainOptions,
    out: Path,
    *,
    resume: bool,
    stop: Callable[[], bool],
    limits: Limits = Limits(),
    report: Callable[[Row], None],
    say: Callable[[str], None],
    watch: Callable[[Step], None] = unwatched,
) -> float:
    """Train according to `options`; returns the highest mean of F1 and word_hit on the dev pages.

    Args:
        options: of the command line.
        out: the run folder.
        resume: whether the run in it is continued.
        stop: called before every step; true ends the run.
        limits: of the pictures.
        report: called with the metrics of every evaluation.
        say: called with every message.
        watch: called with every step.

    Raises:
        TrainingError: another run is there, none to resume, or too few pages.
        PageError: pages that cannot be read.
        WeightsError: --init names no usable weights.

    """
    if not resume:
        require_unused(out)
    use_free_cores(say)
    learned, dev = split(options, limits)
    net = saved_network(out) if resume else _network(options)
    trainer = Trainer(out, net, options, _provenance(options))
    if resume:
        trainer.restore()
    opts.save(out, options)
    say(f"{len(learned)} training pages, {len(dev)} dev pages")

    def drawn(row: Row) -> None:
        report(row)
        curves.draw(out, PANEL, say)

    trainer.run(pages.PageCache(learned), dev, stop=stop, report=drawn, watch=watch)
    return trainer.state.best


def split(options: TrainOptions, limits: Limits = Limits()) -> tuple[list[Page], list[Page]]:
    """Training pages and dev pages; the same ones for the same seed.

    Raises:
        TrainingError: too few pages, or none with a box to evaluate on.
        PageError: pages that cannot be read.

    """
    found = [page for folder in options.pages for page in pages.read(Path(folder), limits)]
    if options.dev:
        dev = pages.read(Path(options.dev), limits)
    else:
        order = np.random.default_rng(options.seed).permutation(len(found)).tolist()
        aside = set(order[: -(-len(found) // DEV_EVERY)])
        dev = [found[number] for number in sorted(aside)]
        found = [page for number, page in enumerate(found) if number not in aside]
    if not found:
        msg = f"{', '.join(options.pages)}: one page is too few to train and to evaluate on; give --dev"
        raise TrainingError(msg)
    if not any(len(page.boxes) for page in dev):
        where = options.dev or "the pages set aside"
        msg = f"{where}: no word has a box to evaluate on; give a --dev with boxes"
        raise TrainingError(msg)
    return found, dev


def _network(options: TrainOptions) -> WordNet:
    torch.manual_seed(options.seed)
    if options.init is None:
        return WordNet(DetectorConfig())
    return weights.load(pretrained.WEIGHTS if options.init == PRETRAINED else Path(options.init))


def _provenance(options: TrainOptions) -> dict[str, object]:
    """Where the weights come from, to be saved with them; names of folders, not whole paths."""
    return {
        "pages": [Path(folder).resolve().name for folder in options.pages],
        "init": None if options.init is None else Path(options.init).name,
        "seed": options.seed,
        "crop": options.crop,
        "batch_size": options.batch_size,
        "lr": options.lr,
    }
