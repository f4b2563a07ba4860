"""From the options of `ocrsearch train` to a run: data, alphabet, model, then `train.Trainer`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from recognizer import checkpoint, options, plan, posteriorgram, shipped, train, weights
from recognizer.charset import Charset
from recognizer.datasets.batches import Labelled, load_all
from recognizer.datasets.ondisk import OnDisk, Skipped
from recognizer.datasets.samples import Chosen
from recognizer.errors import TrainingError
from recognizer.model import CRNN, ModelConfig, extended
from recognizer.recognize import best_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from recognizer.datasets.samples import Sample
    from recognizer.options import Options

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
    chosen: Options,
    samples: Callable[[str], Sequence[Sample]],
    stop: Callable[[], bool],
    report: Callable[[dict[str, float]], None],
    say: Callable[[str], None],
    bar: Bar = lambda total: nullcontext(lambda done: None),  # noqa: ARG005
) -> float:
    """Train as asked; returns the best CER on the dev words.

    Raises:
        TrainingError: options that contradict each other, or nothing to learn from.
        DataError: data that cannot be read.
        WeightsError: --init names no usable weights.

    """
    _check(chosen)
    torch.manual_seed(chosen.seed)
    sets = [samples(spec) for spec in chosen.data]
    if chosen.dev:
        dev = samples(chosen.dev)
    else:
        sets, dev = _split(sets, chosen.train_portion, chosen.seed)
    model, card = _start(chosen, (s.text for part in sets for s in part))
    _warn(card.charset, say)
    skipped = Skipped(chosen.out / SKIPPED, say)
    loading = _Loading(card.charset, skipped, say, bar)
    words = loading.sets(sets, dev, int(chosen.memory * 1e9))
    measured = loading.set(dev)
    config = _config(chosen, card, sum(map(len, words)))
    trainer = train.Trainer(chosen.out, model.to(best_device()), card, config)
    if chosen.resume:
        trainer.restore()
    options.remember(chosen)
    trainer.run(words, measured, stop=stop, report=report)
    if skipped:
        say(f"words skipped: {len(skipped)}; {chosen.out / SKIPPED} names them")
    return trainer.state.best


def _check(chosen: Options) -> None:
    if not chosen.resume and (chosen.out / checkpoint.CHECKPOINT).exists():
        msg = (
            f"{chosen.out}: holds a run already; "
            f"continue it with --resume {chosen.out} or choose another --out"
        )
        raise TrainingError(msg)
    if not chosen.budget and not chosen.epochs:
        msg = "a run needs an end: give --budget 30m or --epochs 10"
        raise TrainingError(msg)


def _config(chosen: Options, card: weights.Card, words: int) -> plan.TrainConfig:
    return plan.TrainConfig(
        steps=_steps(chosen, words),
        budget=chosen.budget,
        batch_size=chosen.batch_size,
        learning_rate=chosen.lr,
        evaluate_every=chosen.evaluate_every,
        early_stopping=chosen.early_stopping,
        seed=chosen.seed,
        freeze_backbone=chosen.freeze_backbone,
        mix=_mix(chosen),
        balance_hands=chosen.balance_hands,
        # a fine-tuned network has learned to straighten already
        transformer_start=0.0 if "init" in card.provenance else plan.TRANSFORMER_START,
    )


def _start(chosen: Options, texts: Iterable[str]) -> tuple[CRNN, weights.Card]:
    """The network to begin with, and its card with where it comes from."""
    if chosen.resume:
        card = checkpoint.card(chosen.out / checkpoint.CHECKPOINT)
        return CRNN(card.config), card
    provenance: dict[str, Any] = {"data": list(chosen.data), "seed": chosen.seed}
    if chosen.init is None:
        charset = Charset() if chosen.charset == "keep" else Charset().union(texts)
        config = ModelConfig(labels=len(charset))
        return CRNN(config), weights.Card(charset, config, provenance=provenance)
    path = shipped.WEIGHTS if str(chosen.init) == SHIPPED else chosen.init
    model, card = weights.load(path)
    provenance["init"] = card.provenance
    charset = card.charset.union(texts) if chosen.charset == "union" else card.charset
    model = extended(model, len(charset))
    return model, weights.Card(charset, model.config, card.temperature, {}, provenance)


def _warn(charset: Charset, say: Callable[[str], None]) -> None:
    if len(charset) > posteriorgram.MOST_LABELS:
        say(
            f"{len(charset) - 1} characters: with more than {posteriorgram.MOST_LABELS - 1}, "
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
        kept.append(Chosen(part, order[aside:]))
        dev += Chosen(part, order[:aside])
    return kept, dev


class _Loading:
    """How samples become words: in memory as far as it goes, read when drawn beyond that."""

    def __init__(
        self, charset: Charset, skipped: Skipped, say: Callable[[str], None], bar: Bar
    ) -> None:
        self.charset, self.skipped, self.say, self.bar = charset, skipped, say, bar

    def sets(
        self, sets: list[Sequence[Sample]], dev: Sequence[Sample], memory: int
    ) -> list[Sequence[Labelled]]:
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

    def set(self, part: Sequence[Sample]) -> list[Labelled]:
        """The words of `part` in memory; the unusable ones are named and left out."""
        with self.bar(len(part)) as progress:
            loaded = load_all(part, self.charset, progress)
        for name, reason in loaded.skipped.items():
            self.skipped(name, reason)
        if not loaded.words:
            msg = "no word to learn from: every sample was skipped, for the reasons above"
            raise TrainingError(msg)
        return loaded.words

    def on_disk(self, part: Sequence[Sample]) -> OnDisk:
        """The words of `part`, each read when it is drawn."""
        self.say(f"{len(part)} words do not fit in --memory: each is read when it is drawn")
        return OnDisk(part, self.charset, self.skipped)


def _steps(chosen: Options, words: int) -> int | None:
    if chosen.epochs is None:
        return None
    return max(1, round(chosen.epochs * words / chosen.batch_size))


def _mix(chosen: Options) -> tuple[float, ...]:
    if chosen.mix is None:
        return ()
    try:
        mix = tuple(float(share) for share in chosen.mix.split(","))
    except ValueError as error:
        msg = f"--mix {chosen.mix!r}: expected numbers with commas, for example 0.7,0.3"
        raise TrainingError(msg) from error
    if len(mix) != len(chosen.data) or min(mix) < 0 or not sum(mix):
        msg = f"--mix {chosen.mix!r}: expected one share for each of {len(chosen.data)} --data"
        raise TrainingError(msg)
    return mix
