"""The detector's trainer: loss, optimizer step, evaluation and checkpoint of one run.

Crops follow from the seed and the number of the step, the learning rate from the progress, so a run
that is interrupted and resumed takes the steps that it would have taken.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from detector_stub.detectors.learned import LearnedDetector
from detector_stub.network import weights
from detector_stub.network.model import DetectorConfig, WordNet, normalize
from detector_stub.network.predict import mixed_precision, predictor
from detector_stub.training import augment
from detector_stub.training import metrics as detection
from detector_stub.training.loss import detection_loss
from recognizer.runs import checkpoint, loop, metrics, schedule
from recognizer.runs.best_weights import is_best
from recognizer.runs.ema import averaged, count_updates
from recognizer.runs.folder import BEST, CHECKPOINT, METRICS
from recognizer.runs.prefetch import prefetched
from recognizer.runs.state import RunState, Step, unwatched
from recognizer.runs.update import take_step

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from detector_stub.training.options import TrainOptions
    from detector_stub.training.pages import LoadedPage, Page, PageCache
    from recognizer.runs.metrics import Row

    Batch = tuple[torch.Tensor, torch.Tensor]
    """Photos [N, side, side, 3], 0..1, and targets [N, 6, side / 4, side / 4]."""

WEIGHT_DECAY = 1e-2

EMA_DECAY = 0.998
"""Share of the averaged weights that a step leaves as they are, once the run has begun."""

CPU = torch.device("cpu")


class Trainer:
    """One run in one folder: checkpoint, metrics, best weights."""

    def __init__(
        self, folder: Path, net: WordNet, options: TrainOptions, provenance: dict[str, object]
    ) -> None:
        """Prepare a run of `net`; `folder` is created, `provenance` goes into the weights."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.options, self.provenance = folder, options, provenance
        self.state = RunState(best=-math.inf)
        self.net = net.to(memory_format=torch.channels_last).train()
        self.ema = averaged(self.net, EMA_DECAY).eval()
        self.optimizer = torch.optim.AdamW(net.parameters(), options.lr, weight_decay=WEIGHT_DECAY)

    @property
    def average(self) -> WordNet:
        """The network with averaged weights, which is evaluated and saved."""
        return cast("WordNet", self.ema.module)

    @property
    def batch_size(self) -> int:
        """Crops of a step."""
        return self.options.batch_size

    @property
    def evaluate_every(self) -> int:
        """Steps from one evaluation to the next."""
        return self.options.evaluate_every

    @property
    def progress(self) -> float:
        """Share 0..1 of the run that is done."""
        return schedule.progress(self.state, self.options.steps, self.options.budget)

    @property
    def finished(self) -> bool:
        """Whether steps or budget are used up."""
        return self.progress >= 1

    def run(
        self,
        pages: PageCache,
        dev: Sequence[Page],
        *,
        stop: Callable[[], bool],
        report: Callable[[Row], None],
        watch: Callable[[Step], None] = unwatched,
    ) -> None:
        """Train until the end or `stop()`; leaves a checkpoint either way.

        Args:
            pages: training pages.
            dev: pages to evaluate on.
            stop: called before every step; true ends the run.
            report: called with the metrics of every evaluation.
            watch: called with every step.

        Raises:
            TrainingError: too many steps in a row gave no finite loss, see `runs.loop`.
            PageError: a picture cannot be read.

        """
        if not self.state.step:
            self.checkpoint()  # a run that is killed before its first evaluation can be resumed
        with prefetched(batches(pages, self.options, self.state.step), depth=1) as ahead:
            loop.train(
                self,
                ahead,
                lambda losses: report(self.evaluate(dev, losses)),
                stop=stop,
                watch=watch,
            )

    def step(self, batch: Batch) -> float:
        """Take one optimizer step; returns the loss, NaN if the step was skipped."""
        schedule.set_rate(self.optimizer, self.options.lr, self.progress)
        return take_step(self.loss(batch), self.net, self.ema, self.optimizer, self.state)

    def loss(self, batch: Batch) -> torch.Tensor:
        """Loss of the maps that the network draws of a batch."""
        photos, targets = batch
        with mixed_precision():
            maps = self.net(normalize(photos * 255))
        return detection_loss(maps.float(), targets)

    def evaluate(self, dev: Sequence[Page], losses: Sequence[float]) -> Row:
        """Measure the averaged weights, note the row, keep the weights if they are the best."""
        scores = detection.evaluate(LearnedDetector.of(predictor(self.average)), dev)
        row = self._row(losses) | scores.rates()
        metrics.append(self.folder / METRICS, row)
        if is_best(self.state, scores.mean, lowest=False):
            weights.save(self.folder / BEST, self.average, self.provenance | {"metrics": row})
        self.checkpoint()
        return row

    def _row(self, losses: Sequence[float]) -> Row:
        lr = self.optimizer.param_groups[0]["lr"]
        crops = self.state.step * self.batch_size
        return metrics.common(self.state, self.progress, lr, losses, ("crops", crops))

    def checkpoint(self) -> None:
        """Write everything that resuming needs."""
        checkpoint.write(
            self.folder / CHECKPOINT,
            {
                "config": asdict(self.net.config),
                "net": self.net.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "state": self.state.saved(),
            },
        )

    def restore(self) -> None:
        """Continue from the folder's checkpoint.

        Raises:
            TrainingError: there is none, it is damaged, or it belongs to another network.

        """
        path = self.folder / CHECKPOINT
        saved = checkpoint.read(path, CPU, "state")
        checkpoint.load_into(
            path, saved, net=self.net, average=self.average, optimizer=self.optimizer
        )
        self.state = RunState.restored(saved["state"])
        count_updates(self.ema, self.state.step - self.state.lost)


def saved_network(folder: Path) -> WordNet:
    """A network like that of the run in `folder`, untrained.

    Raises:
        TrainingError: there is no checkpoint, or one of another program.

    """
    path = folder / CHECKPOINT
    saved = checkpoint.read(path, CPU, "config")
    try:
        return WordNet(DetectorConfig(**saved["config"]))
    except TypeError as error:
        raise checkpoint.unusable(path, error) from error


def batches(pages: PageCache, options: TrainOptions, step: int) -> Generator[Batch]:
    """Batches from `step` on, without end."""
    while True:
        yield _batch(pages, options, step)
        step += 1


def _batch(pages: PageCache, options: TrainOptions, step: int) -> Batch:
    random = np.random.default_rng((options.seed, step))

    def draw() -> LoadedPage:
        return pages[int(random.integers(len(pages)))]

    drawn = [
        augment.random_crop(draw(), options.crop, random, draw) for _ in range(options.batch_size)
    ]
    photos = torch.from_numpy(np.stack([crop.photo for crop in drawn]))
    return photos, torch.from_numpy(np.stack([crop.targets.stacked() for crop in drawn]))
