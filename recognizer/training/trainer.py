"""The training loop: one page from data to weights.

Progress is the share of steps or of the time budget that is used up, whichever is further; the
learning rate, the spatial transformer's start and the end all follow from it, so a run that is
interrupted and resumed takes the steps it would have taken.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from recognizer.datasets.batch import Batch
from recognizer.datasets.sampler import CHUNK, BatchSampler, balanced_odds
from recognizer.datasets.streaming import hands
from recognizer.errors import TrainingError
from recognizer.evaluation import metrics
from recognizer.inference.card import Card
from recognizer.network import weights
from recognizer.network.backends import mixed_precision
from recognizer.network.ctc_loss import ctc_loss
from recognizer.network.model import CRNN
from recognizer.network.tensors import normalize
from recognizer.recognize import read_labelled, word_logits
from recognizer.training import checkpoint, prefetch
from recognizer.training.augment import Augmenter
from recognizer.training.calibration import fit_temperature
from recognizer.training.checkpoint import CHECKPOINT
from recognizer.training.config import State, TrainConfig
from recognizer.training.console import Step, unwatched
from recognizer.training.optimizer import optimizer, schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from recognizer.datasets.loading import LabelledCrop

METRICS = "metrics.jsonl"
BEST = "best.safetensors"

SHORTCUT_WEIGHT = 0.1
CLIP_NORM = 5.0

MOST_LOST = 50
"""Steps in a row without a finite loss after which a run gives up."""


class Trainer:
    """One run in one folder: checkpoint, metrics, best weights."""

    def __init__(self, folder: Path, model: CRNN, card: Card, config: TrainConfig) -> None:
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
        data: Sequence[Sequence[LabelledCrop]],
        dev: Sequence[LabelledCrop],
        *,
        stop: Callable[[], bool],
        report: Callable[[dict[str, float]], None],
        watch: Callable[[Step], None] = unwatched,
    ) -> None:
        """Train until finished or `stop()`; leaves a checkpoint either way.

        `watch` hears of every step, `report` of every evaluation. The sets of `data` are lists, or
        read their words when asked. A thread prepares the next batches; the time that is spent
        waiting for them counts.

        Raises:
            TrainingError: MOST_LOST steps in a row gave no finite loss.
            DataError: data that is read while training has no usable word any more.

        """
        losses: list[float] = []
        if not self.state.step:
            self.checkpoint()  # a run that is killed before its first evaluation can be resumed
        with prefetch.ahead(self._batches(data), CHUNK) as batches:
            start = time.monotonic()
            for batch in batches:
                if self.finished or stop():
                    break
                losses.append(self.step(batch))
                state = self.state
                state.elapsed += time.monotonic() - start
                watch(Step(state.step, self.progress, state.words, state.elapsed, losses[-1]))
                if state.step % self.config.evaluate_every == 0 or self.finished:
                    self._evaluate(dev, losses, report)
                    losses.clear()
                start = time.monotonic()
        if losses and math.isinf(self.state.best):
            # stopped before the first look: what was learned so far must not be lost
            self._evaluate(dev, losses, report)
        self.checkpoint()

    def _batches(self, data: Sequence[Sequence[LabelledCrop]]) -> Generator[Batch]:
        """The batches from the current step on."""
        mix = self.config.mix or tuple(float(len(part)) for part in data)
        odds = [balanced_odds(hands(part)) for part in data] if self.config.balance_hands else []
        drawn = BatchSampler(data, mix, self.config.batch_size, self.config.seed, odds)
        pinned = self.device.type == "cuda"
        return (Batch.of(words, pinned=pinned) for words in drawn.from_step(self.state.step))

    def step(self, batch: Batch) -> float:
        """One optimizer step; returns the loss, which is not finite if nothing was learned."""
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
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self.state.step += 1
        self.state.words += len(batch)
        value, size = torch.stack([loss.detach(), norm]).tolist()
        if not math.isfinite(value + size):
            self._lose()
            return math.nan
        self.state.lost_in_a_row = 0
        self.optimizer.step()
        self._follow()
        return float(value)

    def _lose(self) -> None:
        """Count a step from which nothing can be learned, and mend what it may have spoilt."""
        self.state.lost += 1
        self.state.lost_in_a_row += 1
        for ours, followed in zip(self.model.buffers(), self.average.buffers(), strict=True):
            if not ours.isfinite().all():
                ours.copy_(followed)
        if self.state.lost_in_a_row >= MOST_LOST:
            msg = (
                f"{self.folder}: {MOST_LOST} steps in a row gave no finite loss; "
                f"begin another run with --init {self.folder / BEST} and a lower --lr"
            )
            raise TrainingError(msg)

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean CTC loss a word, plus a tenth of the shortcut head's."""
        grey = batch.grey.to(self.device, non_blocking=True).float()
        grey, widths = self.augment(grey, batch.widths.to(self.device, non_blocking=True))
        ink = normalize(grey, widths).contiguous(memory_format=torch.channels_last)
        with mixed_precision(self.device, training=True):
            columns = self.model.columns(ink)
            logits = self.model.logits(columns)
            aside = self.model.shortcut_logits(columns)
        loss = ctc_loss(logits, widths, batch.targets, batch.lengths)
        if aside is not None:
            loss = loss + SHORTCUT_WEIGHT * ctc_loss(aside, widths, batch.targets, batch.lengths)
        return loss

    def checkpoint(self) -> None:
        """Write everything that resuming needs."""
        checkpoint.write(
            self.folder / CHECKPOINT,
            {
                "model": self.model.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "random": checkpoint.random_numbers(self.generator),
                "state": asdict(self.state),
                "card": asdict(self.card),
            },
        )

    def restore(self) -> None:
        """Continue from the folder's checkpoint.

        Raises:
            TrainingError: there is none, or it belongs to another model.

        """
        path = self.folder / CHECKPOINT
        saved = checkpoint.read(path, self.device)
        checkpoint.load_into(
            path, saved, model=self.model, average=self.average, optimizer=self.optimizer
        )
        checkpoint.restore_random_numbers(saved["random"], self.generator)
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
        dev: Sequence[LabelledCrop],
        losses: list[float],
        report: Callable[[dict[str, float]], None],
    ) -> None:
        scores = metrics.score(read_labelled(self.average, dev, self.card.charset))
        finite = [loss for loss in losses if math.isfinite(loss)]
        row: dict[str, float] = {
            "step": self.state.step,
            "progress": round(self.progress, 4),
            "words": self.state.words,
            "seconds": round(self.state.elapsed, 1),
            "words_per_second": round(self.state.words / max(1e-9, self.state.elapsed), 1),
            "seconds_left": round(self.state.elapsed * (1 / max(1e-9, self.progress) - 1)),
            "lr": max(group["lr"] for group in self.optimizer.param_groups),
            "loss": round(sum(finite) / max(1, len(finite)), 4),
            "lost_steps": self.state.lost,
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

    def _save_best(self, row: dict[str, Any], dev: Sequence[LabelledCrop]) -> None:
        logits = word_logits(self.average, [word.crop for word in dev])
        temperature = fit_temperature(logits, [word.labels for word in dev])
        card = Card(self.card.charset, self.model.config, temperature, row, self.card.provenance)
        weights.save(self.folder / BEST, self.average, card)
