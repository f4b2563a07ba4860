"""Estimation of character n-gram models from counted texts, and their ARPA file."""

from __future__ import annotations

import gzip
from collections import defaultdict
from math import log, log10
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from recognizer.decoding.ngram_lm import END, START, TOKENS, UNKNOWN
from recognizer.files.partial_output import writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_Counts: TypeAlias = defaultdict[str, defaultdict[str, float]]

_ALPHABET_SIZE = 128
"""Characters that are equally likely where nothing was counted."""

_START_PROBABILITY = 1e-99
"""Probability of <s>: it is a context only, and never predicted."""

_MIN_PROBABILITY = 1e-12
"""Lower probabilities count as this one."""

_TOKENS = {character: token for token, character in TOKENS.items()}


class BackoffModel(NamedTuple):
    """An n-gram model in backoff form.

    Attributes:
        probabilities: of the last character of an n-gram after the others.
        backoffs: factor of the shorter n-gram's probability where the n-gram as a context is known
            but not with the character that follows.

    """

    probabilities: dict[str, float]
    backoffs: dict[str, float]


def estimate(counts: Mapping[str, float], order: int, threshold: float) -> BackoffModel:
    """Estimate a model of lower-case n-grams from texts with their counts.

    Source: interpolated smoothing of Witten & Bell 1991 (SRILM's advice for small alphabets),
    pruned by relative entropy (Stolcke 1998).

    Args:
        counts: of texts; capitals are folded.
        order: characters of the longest n-grams.
        threshold: nats a character by which an n-gram must improve the model to be kept.

    """
    seen = _count(counts, order)
    probabilities = _smooth(seen)
    total = sum(seen[""].values())
    kept = {ngram for ngram in probabilities if len(ngram) == 1}
    for context, following in seen.items():
        if not context:
            continue
        common = sum(following.values()) / total
        spare = _spare(following)
        for character in following:
            ngram = context + character
            p = probabilities[ngram]
            if common * p * log(p / (spare * probabilities[ngram[1:]])) > threshold:
                kept.update(ngram[:length] for length in range(1, len(ngram) + 1))
    # a text begins only once, and the model is asked only for what follows
    return _backed_off({ngram: probabilities.get(ngram, _START_PROBABILITY) for ngram in kept})


def _count(counts: Mapping[str, float], order: int) -> _Counts:
    """Counts of each character after each context of up to `order` - 1 characters."""
    seen: _Counts = defaultdict(lambda: defaultdict(float))
    for text, count in counts.items():
        line = START + text.lower() + END
        for place in range(1, len(line)):
            for first in range(max(0, place - order + 1), place + 1):
                seen[line[first:place]][line[place]] += count
    return seen


def _spare(following: Mapping[str, float]) -> float:
    """Probability after a context that is left to shorter contexts."""
    return len(following) / (sum(following.values()) + len(following))


def _smooth(seen: _Counts) -> dict[str, float]:
    probabilities = {UNKNOWN: _spare(seen[""]) / _ALPHABET_SIZE}
    for context in sorted(seen, key=len):
        spare = _spare(seen[context])
        total = sum(seen[context].values())
        for character, count in seen[context].items():
            shorter = probabilities[context[1:] + character] if context else 1 / _ALPHABET_SIZE
            probabilities[context + character] = (1 - spare) * count / total + spare * shorter
    return probabilities


def _backed_off(probabilities: dict[str, float]) -> BackoffModel:
    """Add the backoff factors, with which the probabilities after each context sum to one."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    for ngram in probabilities:
        following[ngram[:-1]].append(ngram)
    backoffs: dict[str, float] = {}

    def probability(ngram: str) -> float:
        known = probabilities.get(ngram)
        if known is None:
            return backoffs.get(ngram[:-1], 1.0) * probability(ngram[1:])
        return known

    for context in sorted(following, key=len):
        if context:
            left = 1 - sum(probabilities[ngram] for ngram in following[context])
            below = 1 - sum(probability(ngram[1:]) for ngram in following[context])
            # where every character was counted after a context, rounding may leave nothing, or less
            backoffs[context] = max(left, _MIN_PROBABILITY) / max(below, _MIN_PROBABILITY)
    return BackoffModel(probabilities, backoffs)


def write(path: Path, model: BackoffModel) -> None:
    """Write `model` in the ARPA format, compressed with gzip if the name ends in .gz.

    Raises:
        DataError: the file cannot be written.

    """
    by_length: defaultdict[int, list[str]] = defaultdict(list)
    for ngram in sorted(model.probabilities):
        by_length[len(ngram)].append(ngram)
    lines = ["\\data\\", *(f"ngram {n}={len(by_length[n])}" for n in sorted(by_length)), ""]
    for length in sorted(by_length):
        lines += [f"\\{length}-grams:", *(_line(ngram, model) for ngram in by_length[length]), ""]
    text = "\n".join([*lines, "\\end\\", ""]).encode()
    with writing(path):
        # without a time, the same model is the same file
        path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def _line(ngram: str, model: BackoffModel) -> str:
    tokens = " ".join(_TOKENS.get(character, character) for character in ngram)
    fields = [f"{log10(model.probabilities[ngram]):.2f}", tokens]
    if ngram in model.backoffs:
        fields.append(f"{log10(model.backoffs[ngram]):.2f}")
    return "\t".join(fields)
