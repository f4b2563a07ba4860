"""The recogniser's trainer: loss, optimizer step, evaluation and checkpoint of one run.

Progress is the share of steps or of the time budget that is used up, whichever is further; the
learning rate, the spatial transformer's start and the end all follow from it, so a run that is
interrupted and resumed takes the steps it would have taken.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from recognizer.datasets.batch import Batch
from recognizer.datasets.sampler import CHUNK, BatchSampler, balanced_odds
from recognizer.datasets.words_on_disk import hands
from recognizer.decoding import best_path
from recognizer.evaluation import metrics as evaluation
from recognizer.inference.card import Card
from recognizer.network import weights
from recognizer.network.ctc_loss import ctc_loss
from recognizer.network.model import CRNN
from recognizer.network.tensors import normalize
from recognizer.network.torch_backend import mixed_precision, word_logits
from recognizer.runs import checkpoint, early_stopping, loop, metrics, schedule
from recognizer.runs.best_weights import is_best
from recognizer.runs.ema import averaged, count_updates
from recognizer.runs.folder import BEST, CHECKPOINT, METRICS
from recognizer.runs.prefetch import prefetched
from recognizer.runs.state import RunState, Step, unwatched
from recognizer.runs.update import take_step
from recognizer.training.augment import Augmenter
from recognizer.training.parameter_groups import optimizer
from recognizer.training.temperature import fit_temperature

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from recognizer.datasets.labelled_crops import LabelledCrop
    from recognizer.posteriors.charset import Charset
    from recognizer.runs.metrics import Row
    from recognizer.training.config import TrainConfig

SHORTCUT_WEIGHT = 0.1
"""Weight of the shortcut head's loss, see `network.model.CRNN`."""


class Trainer:
    """One run in one folder: checkpoint, metrics, best weights."""

    def __init__(self, folder: Path, model: CRNN, card: Card, config: TrainConfig) -> None:
        """Prepare a run of `model`, which `card` describes; `folder` is created."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.card, self.config, self.state = folder, card, config, RunState()
        self.device = next(model.parameters()).device
        self.model = model.to(memory_format=torch.channels_last)
        # draws what the initial weights of the averaged copy drew in 0.1.0, because dropout draws
        # from the same generator: a seed gives the losses that it gave there
        CRNN(model.config)
        self.ema = averaged(self.model, config.ema)
        self.optimizer = optimizer(
            model,
            config.learning_rate,
            config.weight_decay,
            freeze_backbone=config.freeze_backbone,
        )
        self.generator = torch.Generator(self.device).manual_seed(config.seed)
        self.augment = Augmenter(config.augment, self.generator)

    @property
    def average(self) -> CRNN:
        """The network with averaged weights, which is evaluated and saved."""
        return cast("CRNN", self.ema.module)

    @property
    def batch_size(self) -> int:
        """Words of a step."""
        return self.config.batch_size

    @property
    def evaluate_every(self) -> int:
        """Steps from one evaluation to the next."""
        return self.config.evaluate_every

    @property
    def progress(self) -> float:
        """Share 0..1 of the run that is done."""
        return schedule.progress(self.state, self.config.steps, self.config.budget)

    @property
    def finished(self) -> bool:
        """Whether steps or budget are used up, or the early stopping is due."""
        return self.progress >= 1 or early_stopping.is_due(self.state, self.config.early_stopping)

    def run(
        self,
        data: Sequence[Sequence[LabelledCrop]],
        dev: Sequence[LabelledCrop],
        *,
        stop: Callable[[], bool],
        report: Callable[[Row], None],
        watch: Callable[[Step], None] = unwatched,
    ) -> None:
        """Train until finished or `stop()`; leaves a checkpoint either way.

        Args:
            data: training sets: lists, or sequences that read a word when it is drawn.
            dev: words to evaluate on.
            stop: called before every step; true ends the run.
            report: called with the metrics of every evaluation.
            watch: called with every step.

        Raises:
            TrainingError: too many steps in a row gave no finite loss, see `runs.loop`.
            DataError: data that is read while training has no usable word any more.

        """
        if not self.state.step:
            self.checkpoint()  # a run that is killed before its first evaluation can be resumed
        with prefetched(self._batches(data), CHUNK) as batches:
            loop.train(
                self,
                batches,
                lambda losses: self._evaluate(dev, losses, report),
                stop=stop,
                watch=watch,
            )

    def _batches(self, data: Sequence[Sequence[LabelledCrop]]) -> Generator[Batch]:
        """The batches from the current step on."""
        mix = self.config.mix or tuple(float(len(part)) for part in data)
        odds = [balanced_odds(hands(part)) for part in data] if self.config.balance_hands else []
        drawn = BatchSampler(data, mix, self.config.batch_size, self.config.seed, odds)
        pinned = self.device.type == "cuda"
        return (Batch.of(words, pinned=pinned) for words in drawn.from_step(self.state.step))

    def step(self, batch: Batch) -> float:
        """Take one optimizer step; returns the loss, NaN if the step was skipped."""
        self._prepare()
        self.model.transforming = (
            self.model.config.transformer and self.progress >= self.config.transformer_start
        )
        schedule.set_rate(self.optimizer, self.config.learning_rate, self.progress)
        value = take_step(self.loss(batch), self.model, self.ema, self.optimizer, self.state)
        self.average.transforming = self.model.transforming
        return value

    def _prepare(self) -> None:
        """Let the network learn, but for what is frozen."""
        self.model.train()
        if self.config.freeze_backbone:
            # normalisation statistics are part of what is frozen
            self.model.stem.eval()
            self.model.stages.eval()
        if self.config.freeze_norms:
            for module in self.model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()

    def loss(self, batch: Batch) -> torch.Tensor:
        """Mean CTC loss of a word, plus SHORTCUT_WEIGHT times the shortcut head's."""
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
                "state": self.state.saved(),
                "card": asdict(self.card),
            },
        )

    def restore(self) -> None:
        """Continue from the folder's checkpoint.

        Raises:
            TrainingError: there is none, or it belongs to another model.

        """
        path = self.folder / CHECKPOINT
        saved = checkpoint.read(path, self.device, "random", "state")
        checkpoint.load_into(
            path, saved, model=self.model, average=self.average, optimizer=self.optimizer
        )
        checkpoint.restore_random_numbers(saved["random"], self.generator)
        self.state = RunState.restored(saved["state"])
        count_updates(self.ema, self.state.step - self.state.lost)

    def _evaluate(
        self, dev: Sequence[LabelledCrop], losses: Sequence[float], report: Callable[[Row], None]
    ) -> None:
        """Measure the averaged weights, keep them if they are the best so far, and report."""
        scores = evaluation.score(read_labelled(self.average, dev, self.card.charset))
        row = self._row(losses) | {
            "cer": round(scores.cer, 4),
            "folded_cer": round(scores.folded_cer, 4),
            "folded_wer": round(scores.folded_wer, 4),
        }
        metrics.append(self.folder / METRICS, row)
        if is_best(self.state, scores.cer, lowest=True):
            self._save_best(row, dev)
        self.checkpoint()
        report(row)

    def _row(self, losses: Sequence[float]) -> Row:
        lr = max(group["lr"] for group in self.optimizer.param_groups)
        words = self.state.step * self.batch_size
        return metrics.common(self.state, self.progress, lr, losses, ("words", words))

    def _save_best(self, row: Row, dev: Sequence[LabelledCrop]) -> None:
        logits = word_logits(self.average, [word.crop for word in dev])
        temperature = fit_temperature(logits, [word.labels for word in dev])
        card = Card(self.card.charset, self.model.config, temperature, row, self.card.provenance)
        weights.save(self.folder / BEST, self.average, card)


def read_labelled(
    model: CRNN, words: Sequence[LabelledCrop], charset: Charset
) -> list[tuple[str, str]]:
    """(truth, best-path reading) of each word."""
    logits = word_logits(model, [word.crop for word in words])
    return [
        (charset.decode(word.labels), best_path.greedy(rows, charset))
        for word, rows in zip(words, logits, strict=True)
    ]
