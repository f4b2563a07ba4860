"""From the options of `ocrsearch train` to a run: data, alphabet, model, then `train.Trainer`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from recognizer.charset import Charset
from recognizer.datasets.loading import LabelledCrop, load_all
from recognizer.datasets.samples import Subset
from recognizer.datasets.streaming import SkipLog, StreamedCrops
from recognizer.errors import TrainingError
from recognizer.inference import pretrained
from recognizer.inference.card import Card, ModelConfig
from recognizer.network import weights
from recognizer.network.model import CRNN, extended
from recognizer.posteriors import posteriorgram
from recognizer.recognize import best_device
from recognizer.training import checkpoint, curves
from recognizer.training import config as plan
from recognizer.training import options as opts
from recognizer.training import trainer as train
from recognizer.training.console import Step, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from recognizer.datasets.samples import Sample
    from recognizer.training.options import Options

    Bar = Callable[[int], AbstractContextManager[Callable[[int], None]]]
    """Shows that words are loaded: told how many there are, then how many are done."""

SHIPPED = "shipped"
"""Word for the shipped weights in --init."""

SKIPPED = "skipped.tsv"

BYTES_A_WORD = 10_000
"""Memory of a fitted word image, on average."""

MOST_ASIDE = 10_000
"""Words set aside to measure on at most, where there is no --dev: more would not say more."""


def run(
    options: Options,
    samples: Callable[[str], Sequence[Sample]],
    stop: Callable[[], bool],
    report: Callable[[dict[str, float]], None],
    say: Callable[[str], None],
    watch: Callable[[Step], None] = unwatched,
    bar: Bar = lambda total: nullcontext(lambda done: None),  # noqa: ARG005
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
    model, card = _start(options, (s.text for part in sets for s in part))
    _warn(card.charset, say)
    skipped = SkipLog(options.out / SKIPPED, say)
    loading = _Loading(card.charset, skipped, say, bar)
    words = loading.sets(sets, dev, int(options.memory * 1e9))
    measured = loading.set(dev)
    config = _config(options, card, sum(map(len, words)))
    trainer = train.Trainer(options.out, model.to(best_device()), card, config)
    if options.resume:
        trainer.restore()
    opts.remember(options)
    drawn = _with_curves(report, options.out / train.METRICS, say)
    trainer.run(words, measured, stop=stop, report=drawn, watch=watch)
    if skipped:
        say(f"words skipped: {len(skipped)}; {options.out / SKIPPED} names them")
    return trainer.state.best


def _check(options: Options) -> None:
    if not options.resume and (options.out / checkpoint.CHECKPOINT).exists():
        msg = (
            f"{options.out}: holds a run already; "
            f"continue it with --resume {options.out} or choose another --out"
        )
        raise TrainingError(msg)
    if not options.budget and not options.epochs:
        msg = "a run needs an end: give --budget 30m or --epochs 10"
        raise TrainingError(msg)


def _config(options: Options, card: Card, words: int) -> plan.TrainConfig:
    return plan.TrainConfig(
        steps=_steps(options, words),
        budget=options.budget,
        batch_size=options.batch_size,
        learning_rate=options.lr,
        evaluate_every=options.evaluate_every,
        early_stopping=options.early_stopping,
        seed=options.seed,
        freeze_backbone=options.freeze_backbone,
        mix=_mix(options),
        balance_hands=options.balance_hands,
        # a fine-tuned network has learned to straighten already
        transformer_start=0.0 if "init" in card.provenance else plan.TRANSFORMER_START,
    )


def _with_curves(
    report: Callable[[dict[str, float]], None], metrics: Path, say: Callable[[str], None]
) -> Callable[[dict[str, float]], None]:
    """Report an evaluation, then draw all of them."""

    def drawn(row: dict[str, float]) -> None:
        report(row)
        curves.draw(metrics, say)

    return drawn


def _start(options: Options, texts: Iterable[str]) -> tuple[CRNN, Card]:
    """The network to begin with, and its card with where it comes from."""
    if options.resume:
        card = checkpoint.card(options.out / checkpoint.CHECKPOINT)
        return CRNN(card.config), card
    provenance: dict[str, Any] = {"data": list(options.data), "seed": options.seed}
    if options.init is None:
        charset = Charset() if options.charset == "keep" else Charset().union(texts)
        config = ModelConfig(labels=len(charset))
        return CRNN(config), Card(charset, config, provenance=provenance)
    path = pretrained.WEIGHTS if str(options.init) == SHIPPED else options.init
    model, card = weights.load(path)
    provenance["init"] = card.provenance
    charset = card.charset.union(texts) if options.charset == "union" else card.charset
    model = extended(model, len(charset))
    return model, Card(charset, model.config, card.temperature, {}, provenance)


def _warn(charset: Charset, say: Callable[[str], None]) -> None:
    if len(charset) > posteriorgram.MAX_LABELS:
        say(
            f"{len(charset) - 1} characters: with more than {posteriorgram.MAX_LABELS - 1}, "
            "photos are found by their best readings only"
        )


def _split(
    sets: list[Sequence[Sample]], portion: float, seed: int
) -> tuple[list[Sequence[Sample]], Sequence[Sample]]:
    """Set aside words of every set to measure on; the same ones for the same seed."""
    # a part of every set, but no more than MOST_ASIDE of all of them together
    share = min(1 - portion, MOST_ASIDE / max(1, sum(map(len, sets))))
    kept: list[Sequence[Sample]] = []
    dev: list[Sample] = []
    for part in sets:
        order = np.random.default_rng(seed).permutation(len(part))
        aside = len(part) - round(len(part) * (1 - share))
        kept.append(Subset(part, order[aside:]))
        dev += Subset(part, order[:aside])
    return kept, dev


class _Loading:
    """How samples become words: in memory as far as it goes, read when drawn beyond that."""

    def __init__(
        self, charset: Charset, skipped: SkipLog, say: Callable[[str], None], bar: Bar
    ) -> None:
        self.charset, self.skipped, self.say, self.bar = charset, skipped, say, bar

    def sets(
        self, sets: list[Sequence[Sample]], dev: Sequence[Sample], memory: int
    ) -> list[Sequence[LabelledCrop]]:
        """The words of every set; the small ones are held in `memory` (bytes) beside `dev`."""
        room = memory // BYTES_A_WORD - len(dev)
        if room < 0:
            msg = (
                f"{len(dev)} words to measure on do not fit in --memory {memory / 1e9:g}; "
                f"measure on some of them, for example --dev SPEC#{MOST_ASIDE}"
            )
            raise TrainingError(msg)
        held = set()
        for number in sorted(range(len(sets)), key=lambda number: len(sets[number])):
            room -= len(sets[number])
            if room >= 0:
                held.add(number)
        return [self.set(s) if i in held else self.on_disk(s) for i, s in enumerate(sets)]

    def set(self, part: Sequence[Sample]) -> list[LabelledCrop]:
        """The words of `part` in memory; the unusable ones are named and left out."""
        with self.bar(len(part)) as progress:
            loaded = load_all(part, self.charset, progress)
        for name, reason in loaded.skipped.items():
            self.skipped(name, reason)
        if not loaded.words:
            msg = "no word to learn from: every sample was skipped, for the reasons above"
            raise TrainingError(msg)
        return loaded.words

    def on_disk(self, part: Sequence[Sample]) -> StreamedCrops:
        """The words of `part`, each read when it is drawn."""
        self.say(f"{len(part)} words do not fit in --memory: each is read when it is drawn")
        return StreamedCrops(part, self.charset, self.skipped)


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
