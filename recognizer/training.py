"""From the options of `ocrsearch train` to a run: data, alphabet, model, then `train.Trainer`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from recognizer import curves, shipped, train, weights
from recognizer.charset import Charset
from recognizer.datasets.batches import Labelled, load_all
from recognizer.errors import TrainingError
from recognizer.model import CRNN, ModelConfig
from recognizer.progress import Step, unwatched
from recognizer.recognize import best_device

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recognizer.datasets.samples import Sample

SHIPPED = "shipped"
"""Word for the shipped weights in --init."""


@dataclass(frozen=True)
class Options:
    """What the user asked for; see `ocrsearch train --help`."""

    data: tuple[str, ...]
    dev: str | None
    mix: str | None
    out: Path
    init: Path | None
    resume: bool
    budget: float | None
    epochs: float | None
    batch_size: int
    lr: float
    early_stopping: int | None
    train_portion: float
    freeze_backbone: bool
    evaluate_every: int
    seed: int


def run(
    options: Options,
    samples: Callable[[str], list[Sample]],
    stop: Callable[[], bool],
    report: Callable[[dict[str, float]], None],
    say: Callable[[str], None],
    watch: Callable[[Step], None] = unwatched,
) -> float:
    """Train as asked; returns the best CER on the dev words.

    Raises:
        TrainingError: options that contradict each other, or nothing to learn from.
        DataError: data that cannot be read.
        WeightsError: --init names no usable weights.

    """
    _check(options)
    torch.manual_seed(options.seed)
    sets = [samples(spec) for spec in options.data]
    if options.dev:
        dev = samples(options.dev)
    else:
        sets, dev = _split(sets, options.train_portion, options.seed)
    model, card = _start(options, [s.text for part in sets for s in part])
    loaded = [_load(part, card.charset, say) for part in sets]
    config = train.TrainConfig(
        steps=_steps(options, sum(map(len, loaded))),
        budget=options.budget,
        batch_size=options.batch_size,
        learning_rate=options.lr,
        evaluate_every=options.evaluate_every,
        early_stopping=options.early_stopping,
        seed=options.seed,
        freeze_backbone=options.freeze_backbone,
        mix=_mix(options),
        # a fine-tuned network has learned to straighten already
        transformer_start=0.0 if "init" in card.provenance else train.TRANSFORMER_START,
    )
    trainer = train.Trainer(options.out, model.to(best_device()), card, config)
    if options.resume:
        trainer.restore()
    drawn = _with_curves(report, options.out / train.METRICS, say)
    trainer.run(loaded, _load(dev, card.charset, say), stop=stop, report=drawn, watch=watch)
    return trainer.state.best


def _with_curves(
    report: Callable[[dict[str, float]], None], metrics: Path, say: Callable[[str], None]
) -> Callable[[dict[str, float]], None]:
    """Report an evaluation, then draw all of them."""

    def drawn(row: dict[str, float]) -> None:
        report(row)
        curves.draw(metrics, say)

    return drawn


def _check(options: Options) -> None:
    if options.resume and options.init:
        msg = "--resume continues the weights of the run in --out: leave out --init"
        raise TrainingError(msg)
    if not options.resume and (options.out / train.CHECKPOINT).exists():
        msg = f"{options.out}: holds a run already; add --resume or choose another --out"
        raise TrainingError(msg)
    if not options.budget and not options.epochs:
        msg = "a run needs an end: give --budget 30m or --epochs 10"
        raise TrainingError(msg)


def _start(options: Options, texts: list[str]) -> tuple[CRNN, weights.Card]:
    """The network to begin with, and its card with where it comes from."""
    if options.resume:
        card = _card_of(options.out / train.CHECKPOINT)
        return CRNN(card.config), card
    provenance: dict[str, Any] = {"data": list(options.data), "seed": options.seed}
    if options.init is None:
        charset = Charset().union(texts)
        config = ModelConfig(labels=len(charset))
        return CRNN(config), weights.Card(charset, config, provenance=provenance)
    path = shipped.WEIGHTS if str(options.init) == SHIPPED else options.init
    model, card = weights.load(path)
    provenance["init"] = card.provenance
    return model, weights.Card(card.charset, card.config, card.temperature, {}, provenance)


def _card_of(checkpoint: Path) -> weights.Card:
    """The card of an interrupted run: its alphabet and network stay what they were."""
    saved = train.read_checkpoint(checkpoint, torch.device("cpu"))
    try:
        card = saved["card"]
        charset, config = Charset(**card.pop("charset")), ModelConfig(**card.pop("config"))
        return weights.Card(charset, config, **card)
    except (KeyError, TypeError) as error:
        msg = f"{checkpoint}: cannot resume from this checkpoint ({error!r})"
        raise TrainingError(msg) from error


def _split(
    sets: list[list[Sample]], portion: float, seed: int
) -> tuple[list[list[Sample]], list[Sample]]:
    """Set aside words of every set to measure on; the same ones for the same seed."""
    kept, dev = [], []
    for part in sets:
        shuffled = part[:]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
        cut = round(len(part) * portion)
        kept.append(shuffled[:cut])
        dev += shuffled[cut:]
    return kept, dev


def _load(part: list[Sample], charset: Charset, say: Callable[[str], None]) -> list[Labelled]:
    loaded = load_all(part, charset, lambda done: None)  # noqa: ARG005
    for name, reason in loaded.skipped.items():
        say(f"skipped {name}: {reason}")
    if not loaded.words:
        msg = "no word to learn from: every sample was skipped, for the reasons above"
        raise TrainingError(msg)
    return loaded.words


def _steps(options: Options, words: int) -> int | None:
    if options.epochs is None:
        return None
    return max(1, round(options.epochs * words / options.batch_size))


def _mix(options: Options) -> tuple[float, ...]:
    if options.mix is None:
        return ()
    try:
        mix = tuple(float(share) for share in options.mix.split(","))
    except ValueError as error:
        msg = f"--mix {options.mix!r}: expected numbers with commas, for example 0.7,0.3"
        raise TrainingError(msg) from error
    if len(mix) != len(options.data) or min(mix) < 0 or not sum(mix):
        msg = f"--mix {options.mix!r}: expected one share for each of {len(options.data)} --data"
        raise TrainingError(msg)
    return mix
