"""A glyph bank: new words composed of letters that were segmented from labelled ones.

The letters of a hand look the same in words that it never wrote: a few thousand labelled words
give any text in real ink. Runs of up to four letters keep some of the joins between them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import torch
from PIL import Image

from recognizer.errors import DataError
from recognizer.inference.images import fit
from recognizer.synthesis.forced_alignment import align, align_words
from recognizer.synthesis.ink import WordInk
from recognizer.synthesis.segmentation import SegmentedWord, segment
from recognizer.synthesis.words import DrawnWord, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from recognizer.datasets.labelled_crops import LabelledCrop
    from recognizer.network.model import CRNN
    from recognizer.recognize import Recognizer
    from recognizer.synthesis.vocabulary import Vocabulary

X_HEIGHT = 22
"""Rows of a small letter in composed words."""

_BASELINE = 5 * X_HEIGHT
"""Row of the canvas that they stand on."""

_OWN_TEXTS = 0.3
"""Share of the texts that are those of the labelled words, often in another hand."""

_MAX_TRIES = 500
"""Texts in a row that may fail before drawing gives up."""

_RUN_ODDS = (0.35, 0.3, 0.2, 0.15)
"""Probabilities of taking one, two, three or four letters at a time."""

_Place: TypeAlias = tuple[int, int, int]
"""A glyph: number of the word, first column, column after the last."""


class GlyphBank:
    """The glyphs of one hand: single letters and runs of up to four, from segmented words."""

    def __init__(self, words: Sequence[SegmentedWord]) -> None:
        """Take the glyphs from `words`, which are all of one hand."""
        self.words = words

    @cached_property
    def glyphs(self) -> dict[str, list[_Place]]:
        """For each run of letters the places where it is written."""
        found: dict[str, list[_Place]] = defaultdict(list)
        for number, word in enumerate(self.words):
            letters = len(word.text)
            for size in range(1, len(_RUN_ODDS) + 1):
                # a whole word would only be repeated
                starts = range(letters - size + 1) if size < letters or size == 1 else ()
                for start in starts:
                    left, right = word.edges[start], word.edges[start + size]
                    if right - left > 1:
                        found[word.text[start : start + size]].append((number, left, right))
        return dict(found)

    def write(self, text: str, random: np.random.Generator) -> WordInk | None:
        """Compose the ink of `text`; None if a letter of it is not in the bank."""
        strips = []
        for run in self._runs(text, random):
            if run not in self.glyphs:
                return None
            found = self.glyphs[run]
            number, left, right = found[int(random.integers(len(found)))]
            strips.append(_scaled(self.words[number], left, right, random))
        ink = _joined(strips, random)
        inked = np.flatnonzero(ink.max(0) > 0.3)
        if not len(inked):
            return None
        foot = _BASELINE + round(0.8 * X_HEIGHT)
        coverage = ink[:, inked[0] : inked[-1] + 1]
        return WordInk(coverage, top=_BASELINE - round(1.9 * X_HEIGHT), foot=foot)

    def _runs(self, text: str, random: np.random.Generator) -> Iterator[str]:
        """Split `text` into runs of random length that the bank holds, where it can."""
        start = 0
        while start < len(text):
            size = int(random.choice(len(_RUN_ODDS), p=_RUN_ODDS)) + 1
            while size > 1 and text[start : start + size] not in self.glyphs:
                size -= 1
            yield text[start : start + size]
            start += size


def _scaled(
    word: SegmentedWord, left: int, right: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Columns `left` to `right` of a word on a canvas, scaled to X_HEIGHT and put on the baseline."""
    factor = float(np.clip(X_HEIGHT / word.x_height * np.exp(random.normal(0, 0.05)), 0.5, 2.2))
    strip = word.ink[:, left:right].astype(np.float32) / np.float32(255)
    width = max(2, round(strip.shape[1] * factor))
    down = _BASELINE - word.baseline * factor + random.normal(0, 0.6)
    matrix = np.array([[width / strip.shape[1], 0, 0], [0, factor, down]], np.float32)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(
        cv2.warpAffine(strip, matrix, (width, 8 * X_HEIGHT), flags=how), dtype=np.float32
    )


def _joined(
    strips: Sequence[NDArray[np.float32]], random: np.random.Generator
) -> NDArray[np.float32]:
    """Strips side by side, with a little more or less space than they were written with."""
    spacing = random.normal(0, 0.9)
    places, place = [], 0
    for strip in strips:
        places.append(max(0, place))
        place = places[-1] + strip.shape[1] + round(float(random.normal(spacing, 0.5)))
    ends = [p + s.shape[1] for p, s in zip(places, strips, strict=True)]
    canvas = np.zeros((len(strips[0]), max(ends)), np.float32)
    for at, strip in zip(places, strips, strict=True):
        part = canvas[:, at : at + strip.shape[1]]
        np.maximum(part, strip, out=part)
    return canvas


class GlyphSource:
    """A source of words (see `words.WordSource`) in the hands of labelled words.

    A drawn word is kept only if the recogniser can align it with its text: what was segmented
    wrongly is left out.
    """

    def __init__(
        self,
        banks: Mapping[str, GlyphBank],
        texts: Sequence[str],
        vocabulary: Vocabulary,
        recognizer: Recognizer,
    ) -> None:
        """Write texts of `texts` and of `vocabulary` with `banks`, the glyphs of each hand.

        A hand of n words is chosen in proportion to the square root of n.
        """
        self._hands = sorted(banks)
        self._banks = [banks[hand] for hand in self._hands]
        self._texts, self._vocabulary, self._recognizer = texts, vocabulary, recognizer
        weights = np.array([len(bank.words) ** 0.5 for bank in self._banks])
        self._odds = weights / weights.sum()

    def __call__(self, random: np.random.Generator) -> DrawnWord:
        """Draw a word; raises DataError if _MAX_TRIES texts in a row cannot be written."""
        for _ in range(_MAX_TRIES):
            text = self._text(random)
            hand = int(random.choice(len(self._banks), p=self._odds))
            ink = self._banks[hand].write(text, random)
            if ink and self._is_legible(render(ink, random, marked=0.0), text):
                return DrawnWord(render(ink, random), text, self._hands[hand])
        msg = f"{_MAX_TRIES} texts in a row cannot be written in the letters of the labelled words; add words"
        raise DataError(msg)

    def _text(self, random: np.random.Generator) -> str:
        if random.random() < _OWN_TEXTS:
            return _recased(self._texts[int(random.integers(len(self._texts)))], random)
        return self._vocabulary.draw(random)

    def _is_legible(self, image: NDArray[np.uint8], text: str) -> bool:
        """Whether the recogniser aligns a grey word image with its text."""
        logits = self._recognizer.logits([fit(Image.fromarray(image))])[0]
        log_probabilities = torch.from_numpy(logits).log_softmax(1).double().numpy()
        return bool(align(log_probabilities, self._recognizer.card.charset.encode(text)))


def glyph_source(
    words: Sequence[LabelledCrop], model: CRNN, recognizer: Recognizer, vocabulary: Vocabulary
) -> GlyphSource:
    """A source of words composed of the letters of `words`, one glyph bank for each hand.

    The cost is that of `forced_alignment.fit_aligner`.

    Args:
        words: what is cut into letters.
        model: the network whose features are aligned with the labels.
        recognizer: tells whether what was composed is legible; of the same alphabet.
        vocabulary: texts to write beside those of the words.

    Raises:
        DataError: no letter could be segmented.

    """
    texts = [recognizer.card.charset.decode(word.labels) for word in words]
    banks = {hand: GlyphBank(part) for hand, part in _segmented(words, texts, model).items()}
    if not banks:
        msg = f"no letters can be cut from the {len(words)} words: none is read as its label says; check the labels"
        raise DataError(msg)
    return GlyphSource(banks, texts, vocabulary, recognizer)


def _segmented(
    words: Sequence[LabelledCrop], texts: Sequence[str], model: CRNN
) -> dict[str, list[SegmentedWord]]:
    """The words that can be aligned and segmented, by hand."""
    by_hand: dict[str, list[SegmentedWord]] = defaultdict(list)
    aligned = align_words(model, words) if words else []
    for word, text, spans in zip(words, texts, aligned, strict=True):
        segmented = segment(word.crop, text, spans) if spans else None
        if segmented:
            by_hand[word.hand].append(segmented)
    return dict(by_hand)


def _recased(text: str, random: np.random.Generator) -> str:
    """`text` as it is, in lower case, in capitals or capitalised."""
    kind = random.random()
    if kind < 0.5:
        return text
    return text.lower() if kind < 0.62 else text.upper() if kind < 0.8 else text.capitalize()
