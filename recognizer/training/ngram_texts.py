"""Mixture of the texts that a language model is estimated from: labels, words, generated texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from recognizer.synthesis.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

_TOTAL_COUNT = 60_000.0
"""Sum of a mixture's counts: the lower it is, the more weight shorter n-grams have."""

_GENERATED_TEXTS = 100_000
"""Texts that are generated from the words of a list."""

_MAX_COMMON_WORDS = 40_000
"""The most frequent words of a list, from which texts are generated."""

_SHARES = {"generated": 0.4, "words": 0.2, "labels": 0.4}
"""Parts of a mixture; a part that is missing is shared out among the others."""

_FREQUENCY_POWER = 0.7
"""Exponent of a frequency, because rare words are more frequent in notes than in running text."""


def mixture(
    labels: Iterable[str], words: Mapping[str, float], random: np.random.Generator
) -> dict[str, float]:
    """Texts with their counts: labels, words with frequencies, and texts generated from these words.

    Labels are split at spaces; what cannot be printed is left out.
    """
    parts: dict[str, Mapping[str, float]] = {}
    if counted := Counter(t for label in labels for t in label.split() if t.isprintable()):
        parts["labels"] = counted
    if words:
        parts["words"] = words
        common = sorted(words, key=words.__getitem__, reverse=True)[:_MAX_COMMON_WORDS]
        draw = Vocabulary(common).draw
        parts["generated"] = Counter(draw(random) for _ in range(_GENERATED_TEXTS))
    whole = sum(_SHARES[name] for name in parts)
    counts: defaultdict[str, float] = defaultdict(float)
    for name, part in parts.items():
        weights = {text: frequency**_FREQUENCY_POWER for text, frequency in part.items()}
        each = _TOTAL_COUNT * _SHARES[name] / whole / sum(weights.values())
        for text, weight in weights.items():
            counts[text] += each * weight
    return counts
