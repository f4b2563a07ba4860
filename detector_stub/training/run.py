"""From the options of `ocrsearch train-detector` to a run: pages, network, then `train.Trainer`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from detector_stub.inference import pretrained
from detector_stub.network import weights
from detector_stub.network.model import DetectorConfig, WordNet
from detector_stub.training import curves, pages
from detector_stub.training import trainer as train
from detector_stub.training.config import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from detector_stub.training.config import Options
    from detector_stub.training.pages import Page
    from detector_stub.training.trainer import Row

ASIDE = 10
"""Every so many pages, one is set aside to measure on where there is no --dev."""


def run(
    options: Options,
    out: Path,
    *,
    resume: bool,
    stop: Callable[[], bool],
    report: Callable[[Row], None],
    say: Callable[[str], None],
    watch: Callable[[Row], None],
) -> float:
    """Train as asked, in the run folder `out`; returns the best mean of F1 and word_hit.

    Raises:
        TrainingError: another run is there, none to resume, or too few pages.
        PageError: pages that cannot be read.
        WeightsError: --init names no usable weights.

    """
    if not resume and (out / train.CHECKPOINT).exists():
        msg = f"{out}: holds a run already; continue it with --resume {out} or choose another --out"
        raise TrainingError(msg)
    learned, dev = split(options)
    net = train.network(out) if resume else _network(options)
    trainer = train.Trainer(out, net, options, _provenance(options))
    if resume:
        trainer.restore()
    options.write(out)
    say(f"{len(learned)} pages to learn from, {len(dev)} to measure on")

    def drawn(row: Row) -> None:
        report(row)
        curves.draw(out / train.METRICS, say)

    trainer.run(pages.Album(learned), dev, stop=stop, report=drawn, watch=watch)
    return trainer.state.best


def split(options: Options) -> tuple[list[Page], list[Page]]:
    """Pages to learn from and to measure on; the same ones for the same seed."""
    found = [page for folder in options.pages for page in pages.read(Path(folder))]
    if options.dev:
        dev = pages.read(Path(options.dev))
    else:
        order = np.random.default_rng(options.seed).permutation(len(found)).tolist()
        aside = set(order[: -(-len(found) // ASIDE)])
        dev = [found[number] for number in sorted(aside)]
        found = [page for number, page in enumerate(found) if number not in aside]
    if not found:
        msg = f"{', '.join(options.pages)}: one page is too few to learn and to measure; give --dev"
        raise TrainingError(msg)
    if not any(len(page.boxes) for page in dev):
        where = options.dev or "the pages set aside"
        msg = f"{where}: no word has a box to measure on; give a --dev with boxes"
        raise TrainingError(msg)
    return found, dev


def _network(options: Options) -> WordNet:
    torch.manual_seed(options.seed)
    if options.init is None:
        return WordNet(DetectorConfig())
    return weights.load(pretrained.WEIGHTS if options.init == "shipped" else Path(options.init))


def _provenance(options: Options) -> dict[str, Any]:
    """What the weights say about where they come from; names of folders, not whole paths."""
    return {
        "pages": [Path(folder).resolve().name for folder in options.pages],
        "init": None if options.init is None else Path(options.init).name,
        "seed": options.seed,
        "crop": options.crop,
        "batch_size": options.batch_size,
        "lr": options.lr,
    }
