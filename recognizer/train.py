"""The training loop: one page from data to weights.

Progress is the share of steps or of the time budget that is used up, whichever is further; the
learning rate, the spatial transformer's start and the end all follow from it, so a run that is
interrupted and resumed takes the steps it would have taken.
"""

from __future__ import annotations

import json
import math
import pickle
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from recognizer import evaluate, images, weights
from recognizer.augment import AugmentConfig, Augmenter
from recognizer.backend import mixed_precision
from recognizer.calibrate import fit_temperature
from recognizer.datasets.batches import Batches, Labelled
from recognizer.errors import TrainingError
from recognizer.loss import ctc_loss
from recognizer.model import CRNN
from recognizer.optimizer import optimizer, schedule
from recognizer.progress import Step, unwatched
from recognizer.recognize import read_labelled, word_logits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CHECKPOINT = "checkpoint.pt"
METRICS = "metrics.jsonl"
BEST = "best.safetensors"

TRANSFORMER_START = 0.35
"""Share of the run after which the spatial transformer takes part."""

SHORTCUT_WEIGHT = 0.1
CLIP_NORM = 5.0


@dataclass(frozen=True)
class TrainConfig:
    """How to train; `steps` and `budget` (seconds) may be combined, the first reached ends it."""

    steps: int | None = None
    budget: float | None = None
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    ema: float = 0.9995
    evaluate_every: int = 1000
    early_stopping: int | None = None
    seed: int = 0
    freeze_backbone: bool = False
    transformer_start: float = TRANSFORMER_START
    mix: tuple[float, ...] = ()
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        """Refuse a run without an end.

        Raises:
            TrainingError: neither steps nor budget.

        """
        if not self.steps and not self.budget:
            msg = "a run needs an end: give --budget or --epochs"
            raise TrainingError(msg)


@dataclass
class State:
    """What changes while training, and is restored on resume."""

    step: int = 0
    elapsed: float = 0.0
    words: int = 0
    best: float = math.inf
    stale: int = 0


class Trainer:
    """One run in one folder: checkpoint, metrics, best weights."""

    def __init__(self, folder: Path, model: CRNN, card: weights.Card, config: TrainConfig) -> None:
        """Prepare a run; `folder` is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.card, self.config, self.state = folder, card, config, State()
        self.device = next(model.parameters()).device
        self.model = model.to(memory_format=torch.channels_last)
        self.average = CRNN(model.config).to(self.device).to(memory_format=torch.channels_last)
        self.average.load_state_dict(model.state_dict())
        self.optimizer = optimizer(
            model,
            config.learning_rate,
            config.weight_decay,
            freeze_backbone=config.freeze_backbone,
        )
        self.generator = torch.Generator(self.device).manual_seed(config.seed)
        self.augment = Augmenter(config.augment, self.generator)

    @property
    def progress(self) -> float:
        """Share 0..1 of the run that is done."""
        by_step = self.state.step / self.config.steps if self.config.steps else 0.0
        by_time = self.state.elapsed / self.config.budget if self.config.budget else 0.0
        return min(1.0, max(by_step, by_time))

    @property
    def finished(self) -> bool:
        """Whether the run has used up its steps, its budget or its patience."""
        patience = self.config.early_stopping
        return self.progress >= 1 or (patience is not None and self.state.stale >= patience)

    def run(
        self,
        data: Sequence[Sequence[Labelled]],
        dev: Sequence[Labelled],
        *,
        stop: Callable[[], bool],
        report: Callable[[dict[str, float]], None],
        watch: Callable[[Step], None] = unwatched,
    ) -> None:
        """Train until finished or `stop()`; leaves a checkpoint either way.

        `watch` hears of every step, `report` of every evaluation.
        """
        mix = self.config.mix or tuple(float(len(part)) for part in data)
        batches = Batches(data, mix, self.config.batch_size, self.config.seed)
        losses: list[float] = []
        for batch in batches.from_step(self.state.step):
            if self.finished or stop():
                break
            start = time.monotonic()
            losses.append(self.step(batch))
            state = self.state
            state.elapsed += time.monotonic() - start
            watch(Step(state.step, self.progress, state.words, state.elapsed, losses[-1]))
            if self.state.step % self.config.evaluate_every == 0 or self.finished:
                self._evaluate(dev, losses, report)
                losses.clear()
        if losses and math.isinf(self.state.best):
            # stopped before the first look: what was learned so far must not be lost
            self._evaluate(dev, losses, report)
        self.checkpoint()

    def step(self, batch: Sequence[Labelled]) -> float:
        """One optimizer step; returns the loss."""
        self.model.train()
        if self.config.freeze_backbone:
            # normalisation statistics are part of what is frozen
            self.model.stem.eval()
            self.model.stages.eval()
        self.model.transforming = (
            self.model.config.transformer and self.progress >= self.config.transformer_start
        )
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * group["scale"] * schedule(self.progress)
        loss = self.loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self.optimizer.step()
        self.state.step += 1
        self.state.words += len(batch)
        self._follow()
        return float(loss.detach())

    def loss(self, batch: Sequence[Labelled]) -> torch.Tensor:
        """Mean CTC loss a word, plus a tenth of the shortcut head's."""
        grey, widths = images.pad([word.crop for word in batch])
        grey, widths = self.augment(grey.to(self.device), widths.to(self.device))
        ink = images.normalize(grey, widths).contiguous(memory_format=torch.channels_last)
        with mixed_precision(self.device, training=True):
            columns = self.model.columns(ink)
            logits = self.model.logits(columns)
            aside = self.model.shortcut_logits(columns)
        loss = ctc_loss(logits, widths, batch)
        if aside is not None:
            loss = loss + SHORTCUT_WEIGHT * ctc_loss(aside, widths, batch)
        return loss

    def checkpoint(self) -> None:
        """Write everything that resuming needs, under a temporary name first."""
        partial = self.folder / (CHECKPOINT + ".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "generator": self.generator.get_state(),
                "torch": torch.get_rng_state(),
                "state": asdict(self.state),
                "card": asdict(self.card),
            },
            partial,
        )
        partial.replace(self.folder / CHECKPOINT)

    def restore(self) -> None:
        """Continue from the folder's checkpoint.

        Raises:
            TrainingError: there is none, or it belongs to another model.

        """
        path = self.folder / CHECKPOINT
        saved = read_checkpoint(path, self.device)
        try:
            self.model.load_state_dict(saved["model"])
            self.average.load_state_dict(saved["average"])
            self.optimizer.load_state_dict(saved["optimizer"])
        except (RuntimeError, KeyError, ValueError) as error:
            msg = f"{path}: cannot resume from this checkpoint ({error})"
            raise TrainingError(msg) from error
        self.generator.set_state(saved["generator"].cpu())
        torch.set_rng_state(saved["torch"].cpu())
        self.state = State(**saved["state"])

    def _follow(self) -> None:
        """Let the averaged weights follow; faster at first, so that the start is forgotten."""
        decay = min(self.config.ema, (1 + self.state.step) / (10 + self.state.step))
        with torch.no_grad():
            ours = [t for t in self.average.state_dict().values() if t.is_floating_point()]
            theirs = [t for t in self.model.state_dict().values() if t.is_floating_point()]
            torch._foreach_lerp_(ours, theirs, 1 - decay)
        self.average.transforming = self.model.transforming

    def _evaluate(
        self,
        dev: Sequence[Labelled],
        losses: list[float],
        report: Callable[[dict[str, float]], None],
    ) -> None:
        scores = evaluate.score(read_labelled(self.average, dev, self.card.charset))
        row: dict[str, float] = {
            "step": self.state.step,
            "progress": round(self.progress, 4),
            "words": self.state.words,
            "seconds": round(self.state.elapsed, 1),
            "words_per_second": round(self.state.words / max(1e-9, self.state.elapsed), 1),
            "seconds_left": round(self.state.elapsed * (1 / max(1e-9, self.progress) - 1)),
            "lr": max(group["lr"] for group in self.optimizer.param_groups),
            "loss": round(sum(losses) / max(1, len(losses)), 4),
            "cer": round(scores.cer, 4),
            "folded_cer": round(scores.folded_cer, 4),
            "folded_wer": round(scores.folded_wer, 4),
        }
        better = scores.cer < self.state.best
        self.state.stale = 0 if better else self.state.stale + 1
        with (self.folder / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if better:
            self.state.best = scores.cer
            self._save_best(row, dev)
        self.checkpoint()
        report(row)

    def _save_best(self, row: dict[str, Any], dev: Sequence[Labelled]) -> None:
        logits = word_logits(self.average, [word.crop for word in dev])
        temperature = fit_temperature(logits, [word.labels for word in dev])
        card = weights.Card(
            self.card.charset, self.model.config, temperature, row, self.card.provenance
        )
        weights.save(self.folder / BEST, self.average, card)


def read_checkpoint(path: Path, device: torch.device) -> dict[str, Any]:
    """What `Trainer.checkpoint` wrote.

    Raises:
        TrainingError: there is none, or it is damaged.

    """
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        msg = f"{path}: cannot resume from this checkpoint ({error})"
        raise TrainingError(msg) from error
    return saved
