"""Learning from corrected words: training, measuring before and after, and the verdict. Loads torch when it runs."""

from __future__ import annotations

import io
import json
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from indexer.corrections import learning_words, own_weights
from indexer.corrections.lessons import MIN_LEARNED, MIN_PHOTOS, MIN_WORDS
from indexer.corrections.measured import ReadWord, figures, judge
from indexer.errors import UsageError
from indexer.ocr.builtin import CRNNRecognizer, weights_path
from recognizer.files.printable import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.config import Settings
    from indexer.corrections.inked_word import InkedWord
    from indexer.corrections.learning_words import Chosen
    from indexer.corrections.own_weights import ChangedWord, LearningProgress
    from recognizer.runs.state import Step

MAX_SHOWN = 500
"""Words that became right or wrong that a report names."""


@dataclass(frozen=True)
class KnownWord:
    """A word whose truth is known.

    Attributes:
        group: its photo, or its hand.
        truth: what stands there.
        picture: its image.

    """

    group: str
    truth: str
    picture: Image.Image


def learn(settings: Settings, learned: Chosen, held: Chosen) -> dict[str, Any]:
    """Train the weights in use on corrected words, and measure them before and after.

    Args:
        settings: name the weights in use, and how `index` reads.
        learned: the words to learn from.
        held: those to measure on.

    Returns:
        The report of the run, which is also written beside its weights.

    Raises:
        UsageError: too few words.
        UserError: the run failed.

    """
    if len(learned.words) < MIN_LEARNED:
        msg = (
            f"{counted(len(learned.words), 'word')} to learn from; correct or confirm {MIN_LEARNED} at least "
            "(those of one photo in five are held out to measure on)"
        )
        raise UsageError(msg)
    from recognizer.runs.console import Console
    from recognizer.runs.interrupts import stop_requests
    from recognizer.training import finetuning  # loads torch

    start = time.time()
    folder, before = settings.own_weights, weights_path(settings)
    note = _Noted(folder)
    number = own_weights.next_number(folder)
    words = learning_words.write(learned.words, folder / "words")
    with (
        closing(note),
        stop_requests() as stop,
        closing(Console("words", lambda _: "")) as console,
    ):
        after = finetuning.finetune(
            before,
            words,
            len(learned.words),
            folder / str(number),
            stop=stop,
            say=console.say,
            watch=note.watching(console.watch),
        )
        console.say("measuring before and after")
        note.say({"doing": "measuring before and after", "done": 1.0, "seconds_left": None})
        report = _measured(settings, before, after, held)
    report |= {
        "created": start,
        "seconds": round(time.time() - start, 1),
        "from": own_weights.used(folder),
        "learned": len(learned.words),
        "left_out": learned.several,
    }
    (after.parent / own_weights.RUN).write_text(json.dumps(report), encoding="utf-8")
    return {"n": number, **report, "used": False}


class _Noted:
    """Notes for other processes how far learning is, once a second, until it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._last = folder, float("-inf")
        self.say({"doing": "starting", "done": 0.0, "seconds_left": None})

    def watching(self, watch: Callable[[Step], None]) -> Callable[[Step], None]:
        """What `watch` does with each step, and a note of it."""
        from recognizer.runs.schedule import seconds_left

        def noted(step: Step) -> None:
            watch(step)
            if time.monotonic() - self._last >= 1.0:
                self._last = time.monotonic()
                left = seconds_left(step.elapsed, step.progress)
                self.say({"doing": "training", "done": step.progress, "seconds_left": left})

        return noted

    def say(self, progress: LearningProgress) -> None:
        own_weights.note_progress(self._folder, progress)

    def close(self) -> None:
        own_weights.note_progress(self._folder, None)


def _measured(settings: Settings, before: Path, after: Path, held: Chosen) -> dict[str, Any]:
    """Figures before and after, interval, guard, verdict, and the words that became right and wrong."""
    words, others = [asked(word) for word in held.words], guard()
    old, new = (read(weights, settings, words + others) for weights in (before, after))
    count = len(words)
    judged = judge(old[:count], new[:count], old[count:], new[count:])
    pairs = list(zip(held.words, old[:count], new[:count], strict=True))
    return {
        "held_out": count,
        "held_out_needed": MIN_WORDS,
        "photos": len({word.group for word in words}),
        "photos_needed": MIN_PHOTOS,
        "before": _figures(old[:count]),
        "after": _figures(new[:count]),
        "interval": judged.interval,
        "guard": {"before": _figures(old[count:]), "after": _figures(new[count:])},
        "verdict": str(judged.verdict),
        "why": judged.why,
        "became_right": _changed(pairs, lambda one, two: not one.is_right and two.is_right),
        "became_wrong": _changed(pairs, lambda one, two: one.is_right and not two.is_right),
    }


def _figures(words: Sequence[ReadWord]) -> dict[str, float] | None:
    return asdict(figures(words)) if words else None


def _changed(
    pairs: Sequence[tuple[InkedWord, ReadWord, ReadWord]],
    how: Callable[[ReadWord, ReadWord], bool],
) -> list[ChangedWord]:
    changed: list[ChangedWord] = [
        {
            "photo": word.photo_hash,
            "box": word.box.as_list(),
            "text": word.text,
            "before": one.text,
            "after": two.text,
        }
        for word, one, two in pairs
        if how(one, two)
    ]
    return changed[:MAX_SHOWN]


def asked(word: InkedWord) -> KnownWord:
    """A corrected word as one whose truth is known."""
    return KnownWord(word.photo_hash, word.text, Image.open(io.BytesIO(word.ink)))


def guard() -> list[KnownWord]:
    """The shipped words of other hands."""
    from recognizer.training import finetuning

    return [KnownWord(hand, text, picture) for hand, text, picture in finetuning.guard()]


def read(weights: Path, settings: Settings, words: Sequence[KnownWord]) -> list[ReadWord]:
    """Words as `index` reads them with these weights: those of one photo find its languages together."""
    groups = {word.group: number for number, word in enumerate(words)}
    recognizer = CRNNRecognizer(weights, settings, None)
    found = recognizer.read([word.picture for word in words], [groups[w.group] for w in words])
    joined = []
    for word, parts in zip(words, found, strict=True):
        confidence = 1.0
        for part in parts:
            confidence *= part.confidence
        text = " ".join(part.text for part in parts)
        joined.append(ReadWord(word.group, word.truth, text, confidence))
    return joined
