"""New words put together from letters that were cut out of real ones.

A hand's letters are the same in words that it never wrote: a few thousand labelled words give
any text in real ink. Pieces of up to four letters keep some of the joins between them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from PIL import Image

from recognizer.errors import DataError
from recognizer.inference.images import HEIGHT, MAX_WIDTH, STRETCH, fit
from recognizer.network.model import FRAME_STRIDE
from recognizer.synthesis.forced_alignment import aligned, letter_spans
from recognizer.synthesis.words import Drawn, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from recognizer.datasets.loading import LabelledCrop
    from recognizer.recognize import Recognizer
    from recognizer.synthesis.forced_alignment import Span
    from recognizer.synthesis.vocabulary import Vocabulary

_ROWS = round(HEIGHT * STRETCH)
"""Rows of a cut word: the height at which a widened word has its own proportions."""

X_HEIGHT = 22
"""Rows of a small letter in the words that are put together."""

_BASELINE = 5 * X_HEIGHT
"""Row of the canvas on which they stand."""

_OWN_TEXTS = 0.3
"""Share of the texts that are those of the labelled words, as often in another hand."""

_TRIES = 500

_PIECES = (0.35, 0.3, 0.2, 0.15)
"""Odds of taking one, two, three or four letters at a time."""

_ON_LINE = frozenset("abcdehiklmnorstuvwxzABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
"""Characters that stand on the line."""

_LOW = frozenset("acegmnopqrsuvwxyz")
"""Characters whose top is that of a small letter."""

_HIGH = frozenset("bdhklABCDEFGHIKLMNOPRSTUVWXYZ0123456789")
_LOW_OF_HIGH = 0.62
"""Height of a small letter, as a share of that of a capital."""


@dataclass(frozen=True)
class CutWord:
    """A word taken apart.

    Attributes:
        ink: coverage 0..255, [rows, columns].
        edges: columns between which its letters stand; one more than letters.
        text: what it says.
        baseline: row on which its letters stand.
        x_height: rows of a small letter.

    """

    ink: NDArray[np.uint8]
    edges: tuple[int, ...]
    text: str
    baseline: float
    x_height: float


def cut(crop: NDArray[np.uint8], text: str, spans: Sequence[Span]) -> CutWord | None:
    """Take a fitted crop (HEIGHT × width) apart; None if it is too faint or too odd to be used.

    `spans` are the frames of its letters, see `spans.letter_spans`.
    """
    if crop.shape[1] >= MAX_WIDTH:  # squeezed
        return None
    grey = cv2.resize(crop, (crop.shape[1], _ROWS), interpolation=cv2.INTER_LINEAR)
    ink = _ink(grey.astype(np.float32))
    if ink is None:
        return None
    edges = _edges(ink, spans)
    lines = _lines(ink, edges, text)
    if lines is None or not _ROWS * 0.11 <= lines[1] <= _ROWS * 0.53:
        return None
    return CutWord((ink * 255).astype(np.uint8), edges, text, *lines)


def _ink(grey: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Coverage 0..1 of dark ink, without what the lines above and below left at the edges."""
    least = 14.0  # grey levels; fainter ink would bring the grain of its ground along
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    wide = cv2.copyMakeBorder(soft, 18, 18, 18, 18, cv2.BORDER_REFLECT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 35))
    ground = cv2.GaussianBlur(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel), (0, 0), 6)
    depth = (ground[18:-18, 18:-18] - grey).clip(0, None)
    darkest = float(np.percentile(depth, 98.5))
    if darkest < least:
        return None
    ink = (depth / darkest).clip(0, 1).astype(np.float32)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((ink > 0.35).astype(np.uint8))
    rows = len(ink)
    away = np.zeros(ink.shape, np.uint8)
    for number in range(1, count):
        top, foot = boxes[number][1], boxes[number][1] + boxes[number][3]
        if (top <= 1 and foot < rows * 0.3) or (foot >= rows - 1 and top > rows * 0.72):
            away[labels == number] = 1
    return np.where(cv2.dilate(away, np.ones((5, 5), np.uint8)) > 0, np.float32(0), ink)


def _edges(ink: NDArray[np.float32], spans: Sequence[Span]) -> tuple[int, ...]:
    """Between two letters, the column with the least ink; outside, where the ink ends."""
    width = ink.shape[1]
    weight = (ink > 0.35).sum(0) + 0.2 * ink.sum(0)
    edges = [0]
    for (_, last), (first, _) in pairwise(spans):
        low = min(max(round((last + 0.5) * FRAME_STRIDE), edges[-1] + 2), width - 2)
        high = min(max(round((first + 0.5) * FRAME_STRIDE), low + 1), width - 1)
        away = np.abs(np.arange(low, high + 1) - (low + high) / 2)
        edges.append(low + int((weight[low : high + 1] + 0.02 * away).argmin()))
    inked = np.flatnonzero(weight > 1)
    first, last = (int(inked[0]), int(inked[-1])) if len(inked) else (0, width)
    after = edges[1] if len(edges) > 1 else width
    edges[0] = max(0, min(first - 2, after - 2))
    return (*edges, min(width, max(last + 3, edges[-1] + 2)))


def _lines(ink: NDArray[np.float32], edges: Sequence[int], text: str) -> tuple[float, float] | None:
    """Baseline and height of small letters, as most letters have it; None if none says."""
    feet, tops, high = [], [], []
    for character, (left, right) in zip(text, pairwise(edges), strict=True):
        rows = np.flatnonzero((ink[:, left:right] > 0.45).any(1))
        if len(rows) < 4:
            continue
        if character in _ON_LINE:
            feet.append(rows[-1])
        if character in _LOW:
            tops.append(rows[0])
        if character in _HIGH:
            high.append(rows[0])
    if not feet or not (tops or high):
        return None
    baseline = float(np.median(feet))
    if tops:
        return baseline, baseline - float(np.median(tops))
    return baseline, (baseline - float(np.median(high))) * _LOW_OF_HIGH


class Letters:
    """The letters of one hand, as cut words have them."""

    def __init__(self, words: Sequence[CutWord]) -> None:
        """Take the pieces from `words`, which are one hand's."""
        self.words = words

    @cached_property
    def pieces(self) -> dict[str, list[tuple[int, int, int]]]:
        """For each piece of text, where it is written: word, first and last column."""
        found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for number, word in enumerate(self.words):
            letters = len(word.text)
            for size in range(1, len(_PIECES) + 1):
                # a whole word would only be seen again
                starts = range(letters - size + 1) if size < letters or size == 1 else ()
                for start in starts:
                    left, right = word.edges[start], word.edges[start + size]
                    if right - left > 1:
                        found[word.text[start : start + size]].append((number, left, right))
        return dict(found)

    def write(
        self, text: str, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], int, int] | None:
        """Ink of `text`, top and foot of its line, as `handwriting.draw`; None if letters lack."""
        strips = []
        for piece in self._taken_apart(text, random):
            if piece not in self.pieces:
                return None
            found = self.pieces[piece]
            number, left, right = found[int(random.integers(len(found)))]
            strips.append(_scaled(self.words[number], left, right, random))
        ink = _joined(strips, random)
        inked = np.flatnonzero(ink.max(0) > 0.3)
        if not len(inked):
            return None
        foot = _BASELINE + round(0.8 * X_HEIGHT)
        return ink[:, inked[0] : inked[-1] + 1], _BASELINE - round(1.9 * X_HEIGHT), foot

    def _taken_apart(self, text: str, random: np.random.Generator) -> Iterator[str]:
        """The pieces of `text`, as long as chance and this hand have them."""
        start = 0
        while start < len(text):
            size = int(random.choice(len(_PIECES), p=_PIECES)) + 1
            while size > 1 and text[start : start + size] not in self.pieces:
                size -= 1
            yield text[start : start + size]
            start += size


def _scaled(
    word: CutWord, left: int, right: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """A strip of a word on a canvas of its own: small letters as high as in the other strips."""
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
    """Strips side by side, a little closer or wider than they were written."""
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


def from_words(
    words: Sequence[LabelledCrop], recognizer: Recognizer, vocabulary: Vocabulary
) -> Callable[[np.random.Generator], Drawn]:
    """A source of words in the letters of `words`, hand by hand: its texts and the vocabulary's.

    What `recognizer` does not believe to be its text was cut wrongly and is left out.

    Raises:
        DataError: no letter could be cut; or, when drawing, no hand has the letters.

    """
    charset = recognizer.card.charset
    texts = [charset.decode(word.labels) for word in words]
    cut_words: dict[str, list[CutWord]] = defaultdict(list)
    spans = letter_spans(recognizer.model, words) if words else []
    for word, text, found in zip(words, texts, spans, strict=True):
        taken = cut(word.crop, text, found) if found else None
        if taken:
            cut_words[word.hand].append(taken)
    if not cut_words:
        msg = f"no letters can be cut from the {len(words)} words: none is read as its label says"
        raise DataError(msg)
    names = sorted(cut_words)
    hands = [Letters(cut_words[name]) for name in names]
    weights = np.array([len(cut_words[name]) ** 0.5 for name in names])
    odds = weights / weights.sum()

    def draw(random: np.random.Generator) -> Drawn:
        for _ in range(_TRIES):
            if random.random() < _OWN_TEXTS:
                text = _recased(texts[int(random.integers(len(texts)))], random)
            else:
                text = vocabulary.draw(random)
            chosen = int(random.choice(len(hands), p=odds))
            written = hands[chosen].write(text, random)
            if written is None:
                continue
            word = picture(*written, random, boxed=0.0)
            crop = fit(Image.fromarray(word))
            likely = torch.from_numpy(recognizer.logits([crop])[0]).log_softmax(1)
            if aligned(likely.double().numpy(), charset.encode(text)):
                return Drawn(picture(*written, random), text, names[chosen])
        msg = f"{_TRIES} texts in a row cannot be written in the letters of the labelled words"
        raise DataError(msg)

    return draw


def _recased(text: str, random: np.random.Generator) -> str:
    kind = random.random()
    if kind < 0.5:
        return text
    return text.lower() if kind < 0.62 else text.upper() if kind < 0.8 else text.capitalize()
