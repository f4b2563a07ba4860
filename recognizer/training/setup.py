"""Set-up of a training run: data, alphabet and network according to the options."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from recognizer.datasets.skip_log import SkipLog
from recognizer.network.torch_backend import best_device
from recognizer.runs import curves
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import require_unused
from recognizer.runs.state import Step, unwatched
from recognizer.runs.threads import use_free_cores
from recognizer.training import dev_split, words_in_memory
from recognizer.training import options as opts
from recognizer.training.config import TRANSFORMER_START, TrainConfig
from recognizer.training.initial_network import initial_network
from recognizer.training.trainer import Trainer
from recognizer.training.words_in_memory import SKIPPED, WordLoader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recognizer.datasets.samples import Sample
    from recognizer.inference.card import Card
    from recognizer.runs.metrics import Row
    from recognizer.training.options import TrainOptions

PANEL = curves.Panel(
    lines={"cer": "CER", "folded_cer": "folded CER"},
    over="words",
    over_label="words seen",
    score=lambda row: -row["cer"],
    title=lambda best: f"Dev words: lowest CER {best['cer']:.4f} at step {best['step']}",
    falling=True,
)
"""Error rates of the dev words over the words seen."""


def train(
    options: TrainOptions,
    samples: Callable[[str], Sequence[Sample]],
    stop: Callable[[], bool],
    report: Callable[[Row], None],
    say: Callable[[str], None],
    watch: Callable[[Step], None] = unwatched,
    counter: words_in_memory.Counter = lambda total: nullcontext(lambda done: None),  # noqa: ARG005
) -> float:
    """Train according to `options`; returns the lowest CER on the dev words.

    Args:
        options: of the command line.
        samples: opens the data set of a specification, see `datasets.specs`.
        stop: called before every step; true ends the run.
        report: called with the metrics of every evaluation.
        say: called with every message.
        watch: called with every step.
        counter: shows how many words are loaded, see `words_in_memory.Counter`.

    Raises:
        TrainingError: options that contradict each other, or no usable training word.
        DataError: data that cannot be read.
        WeightsError: --init names no usable weights.

    """
    _check(options)
    use_free_cores(say)
    torch.manual_seed(options.seed)
    sets = [samples(spec) for spec in options.data]
    if options.dev:
        dev = samples(options.dev)
    else:
        sets, dev = dev_split.split(sets, options.train_portion, options.seed)
    model, card = initial_network(options, (s.text for part in sets for s in part))
    skipped = SkipLog(options.out / SKIPPED, say)
    loader = WordLoader(card.charset, skipped, say, counter)
    words = loader.sets(sets, dev, int(options.memory * 1e9))
    measured = loader.set(dev)
    config = _config(options, card, sum(map(len, words)))
    # a fifth less time a step on a CPU: convolutions, norms and pooling read neighbouring channels
    model = model.to(best_device()).to(memory_format=torch.channels_last)
    trainer = Trainer(options.out, model, card, config)
    if options.resume:
        trainer.restore()
    opts.save(options)

    def drawn(row: Row) -> None:
        report(row)
        curves.draw(options.out, PANEL, say)

    trainer.run(words, measured, stop=stop, report=drawn, watch=watch)
    if skipped:
        say(f"words skipped: {len(skipped)}; {options.out / SKIPPED} names them")
    return trainer.state.best


def _check(options: TrainOptions) -> None:
    if not options.resume:
        require_unused(options.out)
    if not options.budget and not options.epochs:
        msg = "a run needs an end: give --budget 30m or --epochs 10"
        raise TrainingError(msg)
    if not options.dev and not 0 < options.train_portion < 1:
        msg = (
            f"--train-portion {options.train_portion:g}: leaves no word to train or to evaluate on; "
            "give a share between 0 and 1, or --dev"
        )
        raise TrainingError(msg)


def _config(options: TrainOptions, card: Card, words: int) -> TrainConfig:
    return TrainConfig(
        steps=_steps(options, words),
        budget=options.budget,
        batch_size=options.batch_size,
        learning_rate=options.lr,
        evaluate_every=options.evaluate_every,
        early_stopping=options.early_stopping,
        seed=options.seed,
        freeze_backbone=options.freeze_backbone,
        freeze_norms=options.freeze_norms,
        mix=_mix(options),
        balance_hands=options.balance_hands,
        # a fine-tuned network has learned to straighten already
        transformer_start=0.0 if "init" in card.provenance else TRANSFORMER_START,
    )


def _steps(options: TrainOptions, words: int) -> int | None:
    if options.epochs is None:
        return None
    return max(1, round(options.epochs * words / options.batch_size))


def _mix(options: TrainOptions) -> tuple[float, ...]:
    if options.mix is None:
        return ()
    try:
        mix = tuple(float(share) for share in options.mix.split(","))
    except ValueError as error:
        msg = f"--mix {options.mix!r}: expected numbers with commas, for example 0.7,0.3"
        raise TrainingError(msg) from error
    if len(mix) != len(options.data) or min(mix) < 0 or not 0 < sum(mix) < math.inf:
        msg = (
            f"--mix {options.mix!r}: expected one share for each of {len(options.data)} --data, "
            "finite numbers of which one at least is above 0"
        )
        raise TrainingError(msg)
    return mix
