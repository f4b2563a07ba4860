"""The training loop of the detector: one page from pages to weights.

Everything follows from the seed and the number of the step, so a run that is interrupted and
resumed takes the steps that it would have taken.
"""

from __future__ import annotations

import copy
import json
import math
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from detector_stub.detectors.learned import LearnedDetector
from detector_stub.network import weights
from detector_stub.network.model import DetectorConfig, WordNet, normalize
from detector_stub.training import augment
from detector_stub.training.config import Options, State, TrainingError, rate
from detector_stub.training.loss import loss
from detector_stub.training.metrics import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from detector_stub.training.pages import Album, Page

    Row = dict[str, float]
    Batch = tuple[torch.Tensor, torch.Tensor]

CHECKPOINT = "checkpoint.pt"
METRICS = "metrics.jsonl"
BEST = "best.safetensors"

WEIGHT_DECAY = 1e-2
CLIP_NORM = 5.0
AVERAGE = 0.998
"""Share of the averaged weights that a step leaves as they are, once the run has begun."""


class Trainer:
    """One run in one folder: checkpoint, metrics, best weights."""

    def __init__(
        self, folder: Path, net: WordNet, options: Options, provenance: dict[str, Any]
    ) -> None:
        """Prepare a run; `folder` is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.options, self.provenance, self.state = (
            folder,
            options,
            provenance,
            State(),
        )
        self.net = net.to(memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.net).eval()
        self.optimizer = torch.optim.AdamW(net.parameters(), options.lr, weight_decay=WEIGHT_DECAY)

    @property
    def progress(self) -> float:
        """Share 0..1 of the run that is done."""
        return self.state.progress(self.options)

    def run(
        self,
        album: Album,
        dev: Sequence[Page],
        *,
        stop: Callable[[], bool],
        report: Callable[[Row], None],
        watch: Callable[[Row], None] = lambda _: None,
    ) -> None:
        """Train until the end or `stop()`; leaves a checkpoint either way.

        `watch` hears of every step, `report` of every evaluation on `dev`. Time spent waiting for
        crops counts, evaluations do not.

        Raises:
            TrainingError: a step gave no finite loss.
            PageError: a picture cannot be read.

        """
        losses: list[float] = []
        if not self.state.step:
            self.checkpoint()  # a run that is killed before its first evaluation can be resumed
        with closing(batches(album, self.options, self.state.step)) as ahead:
            while self.progress < 1 and not stop():
                start = time.monotonic()
                losses.append(self.step(*next(ahead)))
                self.state.elapsed += time.monotonic() - start
                watch(self._row(losses[-1:]))
                if self.state.step % self.options.evaluate_every == 0 or self.progress == 1:
                    report(self.evaluate(dev, losses))
                    losses.clear()
        if losses and self.state.best < 0:
            # stopped before the first look: what was learned so far must not be lost
            report(self.evaluate(dev, losses))
        self.checkpoint()

    def step(self, photos: torch.Tensor, targets: torch.Tensor) -> float:
        """One optimizer step on photos [N, side, side, 3], 0..1; returns the loss.

        Raises:
            TrainingError: the loss or its gradient is not finite; no weight has changed.

        """
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.lr * rate(self.progress)
        with weights.mixed_precision():
            maps = self.net(normalize(photos * 255))
        value = loss(maps.float(), targets)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), CLIP_NORM)
        if not math.isfinite(value.item() + norm.item()):
            msg = (
                f"{self.folder}: step {self.state.step} gave no finite loss; begin another run "
                f"with a lower --lr than {self.options.lr:g}"
            )
            raise TrainingError(msg)
        self.optimizer.step()
        self.state.step += 1
        self._follow()
        return value.item()

    def evaluate(self, dev: Sequence[Page], losses: Sequence[float]) -> Row:
        """Measure the averaged weights, note the row, keep the weights if they are the best."""
        scores = measure(LearnedDetector.of(self.average), dev)
        row = self._row(losses) | scores.rates()
        with (self.folder / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if scores.mean > self.state.best:
            self.state.best = scores.mean
            weights.save(self.folder / BEST, self.average, self.provenance | {"metrics": row})
        self.checkpoint()
        return row

    def checkpoint(self) -> None:
        """Write everything that resuming needs, under a temporary name first."""
        saved = {
            "config": asdict(self.net.config),
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": asdict(self.state),
        }
        partial = self.folder / (CHECKPOINT + ".part")
        torch.save(saved, partial)
        partial.replace(self.folder / CHECKPOINT)

    def restore(self) -> None:
        """Continue from the folder's checkpoint.

        Raises:
            TrainingError: there is none, it is damaged, or it belongs to another network.

        """
        with _checkpoint(self.folder) as saved:
            self.net.load_state_dict(saved["net"])
            self.average.load_state_dict(saved["average"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.state = State(**saved["state"])

    def _follow(self) -> None:
        """Let the averaged weights follow; faster at first, so that the start is forgotten."""
        keep = min(AVERAGE, (1 + self.state.step) / (20 + self.state.step))
        with torch.no_grad():
            for ours, theirs in zip(
                self.average.state_dict().values(), self.net.state_dict().values(), strict=True
            ):
                if ours.is_floating_point():
                    ours.lerp_(theirs, 1 - keep)
                else:
                    ours.copy_(theirs)

    def _row(self, losses: Sequence[float]) -> Row:
        state = self.state
        return {
            "step": state.step,
            "progress": round(self.progress, 4),
            "crops": state.step * self.options.batch_size,
            "seconds": round(state.elapsed, 1),
            "seconds_left": round(state.elapsed * (1 / max(1e-9, self.progress) - 1)),
            "lr": self.optimizer.param_groups[0]["lr"],
            "loss": round(sum(losses) / max(1, len(losses)), 4),
        }


def network(folder: Path) -> WordNet:
    """A network like that of the run in `folder`, untrained; raises TrainingError."""
    with _checkpoint(folder) as saved:
        return WordNet(DetectorConfig(**saved["config"]))


@contextmanager
def _checkpoint(folder: Path) -> Generator[dict[str, Any]]:
    """What a run left; what goes wrong on reading it, or on using it here, is a TrainingError."""
    path = folder / CHECKPOINT
    try:
        yield torch.load(path, weights_only=True)
    except (
        OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError, ValueError
    ) as error:  # fmt: skip
        msg = f"{path}: cannot resume from this checkpoint ({error!r})"
        raise TrainingError(msg) from error


def batches(album: Album, options: Options, step: int) -> Generator[Batch]:
    """Batches from `step` on, without end; a thread cuts the next one meanwhile."""
    with ThreadPoolExecutor(1, "crops") as thread:
        following = thread.submit(_batch, album, options, step)
        while True:
            batch = following.result()
            step += 1
            following = thread.submit(_batch, album, options, step)
            yield batch


def _batch(album: Album, options: Options, step: int) -> Batch:
    """Photos [N, side, side, 3] and targets [N, 6, side / 4, side / 4] of one step."""
    chance = np.random.default_rng((options.seed, step))
    drawn = [
        augment.cut(album[int(chance.integers(len(album)))], options.crop, chance)
        for _ in range(options.batch_size)
    ]
    photos = torch.from_numpy(np.stack([crop.photo for crop in drawn]))
    return photos, torch.from_numpy(np.stack([crop.targets.stacked() for crop in drawn]))
