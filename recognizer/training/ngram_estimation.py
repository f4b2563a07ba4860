"""Estimates character n-gram models from texts, and writes them in the ARPA format."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from math import log, log10
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from recognizer.decoding.ngram_lm import END, START, TOKENS, UNKNOWN
from recognizer.errors import DataError
from recognizer.synthesis.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy as np

_Seen: TypeAlias = defaultdict[str, defaultdict[str, float]]

_SYMBOLS = 128
"""Characters between which nothing decides where nothing was seen."""

_TEXTS = 60_000.0
"""Texts that a mixture stands for: the fewer, the more shorter n-grams have a say."""

_DRAWN = 100_000
"""Texts that are made of the words of a list."""

_COMMON = 40_000
"""Words that are common enough for that."""

_SHARES = {"drawn": 0.4, "words": 0.2, "labels": 0.4}
"""Parts of a mixture; what is missing leaves its part to the others."""

_TEMPER = 0.7
"""Power of a frequency: a note says rare words more often than running text does."""

_NEVER = 1e-99
"""Probability of <s>: it only ever stands before other characters."""

_LITTLE = 1e-12
"""Probability that counts as none."""

_TOKENS = {character: token for token, character in TOKENS.items()}


class Model(NamedTuple):
    """Probabilities of n-grams, and the shares left to shorter ones where they are contexts."""

    probabilities: dict[str, float]
    backoffs: dict[str, float]


def mixed(
    labels: Iterable[str], words: Mapping[str, float], random: np.random.Generator
) -> dict[str, float]:
    """Texts and how often each counts: labels, words with frequencies, texts made of these.

    Labels count by their parts between spaces; what cannot be printed is left out.
    """
    parts: dict[str, Mapping[str, float]] = {}
    if seen := Counter(t for label in labels for t in label.split() if t.isprintable()):
        parts["labels"] = seen
    if words:
        parts["words"] = words
        common = sorted(words, key=words.__getitem__, reverse=True)[:_COMMON]
        draw = Vocabulary(common).draw
        parts["drawn"] = Counter(draw(random) for _ in range(_DRAWN))
    whole = sum(_SHARES[name] for name in parts)
    mixture: defaultdict[str, float] = defaultdict(float)
    for name, part in parts.items():
        weights = {text: frequency**_TEMPER for text, frequency in part.items()}
        each = _TEXTS * _SHARES[name] / whole / sum(weights.values())
        for text, weight in weights.items():
            mixture[text] += each * weight
    return mixture


def estimate(counts: Mapping[str, float], order: int, least: float) -> Model:
    """N-grams of up to `order` characters of texts that were seen so often, capitals folded.

    Source: interpolated smoothing of Witten & Bell 1991 (SRILM's advice for small alphabets),
    pruned by relative entropy (Stolcke 1998): an n-gram stays if it betters the model by more
    than `least`, in nats a character.
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
            if common * p * log(p / (spare * probabilities[ngram[1:]])) > least:
                kept.update(ngram[:length] for length in range(1, len(ngram) + 1))
    # a text begins once, and what is asked for is what follows
    return _backed_off({ngram: probabilities.get(ngram, _NEVER) for ngram in kept})


def _count(counts: Mapping[str, float], order: int) -> _Seen:
    """How often each character followed each context of up to `order` - 1 characters."""
    seen: _Seen = defaultdict(lambda: defaultdict(float))
    for text, count in counts.items():
        line = START + text.lower() + END
        for place in range(1, len(line)):
            for first in range(max(0, place - order + 1), place + 1):
                seen[line[first:place]][line[place]] += count
    return seen


def _spare(following: Mapping[str, float]) -> float:
    """Share of what follows a context that shorter contexts decide."""
    return len(following) / (sum(following.values()) + len(following))


def _smooth(seen: _Seen) -> dict[str, float]:
    probabilities = {UNKNOWN: _spare(seen[""]) / _SYMBOLS}
    for context in sorted(seen, key=len):
        spare = _spare(seen[context])
        total = sum(seen[context].values())
        for character, count in seen[context].items():
            shorter = probabilities[context[1:] + character] if context else 1 / _SYMBOLS
            probabilities[context + character] = (1 - spare) * count / total + spare * shorter
    return probabilities


def _backed_off(probabilities: dict[str, float]) -> Model:
    """With the factor that makes the probabilities after each context sum to one."""
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
            # where all was seen after a context, rounding may leave nothing, or less
            backoffs[context] = max(left, _LITTLE) / max(below, _LITTLE)
    return Model(probabilities, backoffs)


def write(path: Path, model: Model) -> None:
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
    try:
        # without a time, the same model is the same file
        path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    except OSError as error:
        msg = f"{path}: cannot write ({error.strerror})"
        raise DataError(msg) from error


def _line(ngram: str, model: Model) -> str:
    tokens = " ".join(_TOKENS.get(character, character) for character in ngram)
    fields = [f"{log10(model.probabilities[ngram]):.2f}", tokens]
    if ngram in model.backoffs:
        fields.append(f"{log10(model.backoffs[ngram]):.2f}")
    return "\t".join(fields)
