"""The beam in arrays reads what the beam text by text reads, under every kind of prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.decoding.decoder import decode, decode_all, likeliest_texts
from recognizer.decoding.language_mixture import LanguageMixture
from recognizer.decoding.lexicon import Lexicon
from recognizer.decoding.ngram_lm import END, START, UNKNOWN, LanguageModel
from recognizer.decoding.prior import ProductPrior
from recognizer.posteriors.charset import Charset

from . import reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recognizer.decoding.automaton import Prior

pytestmark = pytest.mark.thorough

CHARSET = Charset("abcABC9.éÉ")

SPELLED = (
    {UNKNOWN: -3.0, "a": -0.5, "b": -1.0, "c": -0.9, "é": -1.5, END: -0.3, "9": -1.2, START: -99.0,
     "ab": -0.1, START + "a": -0.2, "bc": -0.3, "b" + END: -0.2, "a.": -0.4, ".b": -0.2,
     "abc": -0.05, START + "ab": -0.1, "cab": -0.2, ".bc": -0.1},
    {"a": -0.4, "b": -0.1, START: -0.3, "ab": -0.5, START + "a": 0.2, ".": -0.2, "bc": -0.7},
)  # fmt: skip

OTHER_SPELLING = ({UNKNOWN: -1.0, "a": -2.0, "c": -0.2, "cc": -0.1, "ccc": -0.05}, {"c": -0.3})

LISTED = {"ab": 0.01, "abc": 1e-4, "bab": 1e-3, "cab9": 1e-4, "éa": 1e-3, "Bé": 1e-4, "aa": 0.02}

PRIORS: dict[str, tuple[Prior | None, reference.Prior | None]] = {
    "none": (None, None),
    "letters": (LanguageModel(*SPELLED), reference.Spelling(*SPELLED)),
    "single letters": (
        LanguageModel({UNKNOWN: -2.0, "a": -0.1}, {}),
        reference.Spelling({UNKNOWN: -2.0, "a": -0.1}, {}),
    ),
    "words": (Lexicon(LISTED), reference.Words(LISTED)),
    "no words": (Lexicon({}), reference.Words({})),
    "both": (
        ProductPrior(LanguageModel(*SPELLED), Lexicon(LISTED)),
        reference.Both(reference.Spelling(*SPELLED), reference.Words(LISTED)),
    ),
    "mixture": (
        LanguageMixture(
            [
                (0.5, ProductPrior(LanguageModel(*SPELLED), Lexicon(LISTED))),
                (0.3, LanguageModel(*OTHER_SPELLING)),
                (0.2, None),
            ]
        ),
        reference.Mean(
            [
                (0.5, reference.Both(reference.Spelling(*SPELLED), reference.Words(LISTED))),
                (0.3, reference.Spelling(*OTHER_SPELLING)),
            ]
        ),
    ),
}


def drawn(
    seed: int, frames: int, sharpness: float, charset: Charset = CHARSET
) -> NDArray[np.float32]:
    """Probabilities [frames, labels], the sharper the surer; blanks and pauses are frequent."""
    random = np.random.default_rng(seed)
    logits = random.normal(0.0, sharpness, (frames, len(charset)))
    logits[:, 0] += sharpness * random.choice([0.0, 1.0, 9.0], frames)
    values = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (values / values.sum(axis=1, keepdims=True)).astype(np.float32)


def assert_same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    """Equal texts and probabilities, in the same order but for ties."""
    assert [p for _, p in found] == pytest.approx([p for _, p in expected], abs=1e-9)
    assert dict(found) == pytest.approx(dict(expected), abs=1e-9)


@pytest.mark.parametrize("kind", PRIORS)
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(0, 25),
    sharpness=st.sampled_from([0.5, 1.5, 3.0, 6.0]),
    width=st.sampled_from([1, 2, 3, 10, 20, 24]),
)
def test_a_word_is_read_as_text_by_text(
    kind: str, seed: int, frames: int, sharpness: float, width: int
) -> None:
    probabilities, (prior, plain) = drawn(seed, frames, sharpness), PRIORS[kind]

    found = likeliest_texts(probabilities, CHARSET, width=width, prior=prior)

    assert_same(found, reference.beam_search(probabilities, CHARSET, width=width, prior=plain))


@pytest.mark.parametrize("kind", PRIORS)
@settings(max_examples=200, deadline=None)
@given(text=st.text(CHARSET.symbols, max_size=12))
def test_any_text_and_any_beginning_score_as_defined(kind: str, text: str) -> None:
    prior, plain = PRIORS[kind]
    if prior is None or plain is None:
        return

    assert prior.score(text) == pytest.approx(plain.score(text))
    assert prior.prefix_score(text) == pytest.approx(plain.prefix_score(text))


@pytest.mark.parametrize("kind", [kind for kind in PRIORS if kind != "none"])
@settings(max_examples=100, deadline=None)
@given(text=st.text(CHARSET.symbols, max_size=10))
def test_no_longer_text_scores_above_the_bound(kind: str, text: str) -> None:
    prior, _ = PRIORS[kind]
    assert prior is not None
    automaton, first = prior.automaton(CHARSET), np.array([0])
    state = automaton.start(1)
    for label in CHARSET.encode(text):
        bound = automaton.bounds(state)[0]
        labels = np.arange(1, len(CHARSET))
        longer = automaton.extend(state, np.zeros(len(labels), dtype=np.intp), labels)
        scores = automaton.prefix_scores(longer)
        state = automaton.extend(state, first, np.array([label]))

        assert scores.max() <= bound * (1 + 1e-9)
        assert automaton.prefix_scores(state)[0] == scores[label - 1]


def test_words_of_many_lengths_are_read_as_each_alone() -> None:
    words = [drawn(seed, seed % 40, 2.0) for seed in range(120)]
    kinds = [prior for prior, _ in PRIORS.values()]
    priors = [kinds[seed % len(kinds)] for seed in range(len(words))]

    together = decode_all(words, CHARSET, alternatives=8, priors=priors)

    for word, prior, reading in zip(words, priors, together, strict=True):
        alone = decode(word, CHARSET, alternatives=8, prior=prior)
        assert_same(list(reading.alternatives), list(alone.alternatives))


def test_no_words_have_no_readings() -> None:
    assert decode_all([], CHARSET) == []


def test_rows_that_are_forgotten_between_batches_are_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [drawn(seed, 20, 1.5) for seed in range(40)]
    prior = ProductPrior(LanguageModel(*SPELLED), Lexicon(LISTED))
    first = decode_all(words, CHARSET, priors=[prior] * 40)
    monkeypatch.setattr("recognizer.decoding.rows.MAX_ROWS", 2)

    assert decode_all(words, CHARSET, priors=[prior] * 40) == first
