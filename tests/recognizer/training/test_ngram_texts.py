"""Which texts a language model is estimated from."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.training import ngram_texts

pytestmark = pytest.mark.thorough


def test_the_parts_of_a_mixture_have_their_shares_whatever_they_count() -> None:
    words = {"tree": 0.01, "leaf": 0.0001}

    mixture = ngram_texts.mixture(["Node"] * 3, words, np.random.default_rng(0))

    assert sum(mixture.values()) == pytest.approx(60_000)
    assert mixture["Node"] == pytest.approx(24_000)
    assert mixture["tree"] > mixture["leaf"] > 0
    assert any(text.startswith("tree.") for text in mixture)


def test_labels_with_spaces_count_by_their_parts() -> None:
    mixture = ngram_texts.mixture(["to do", "do\x07"], {}, np.random.default_rng(0))

    assert mixture == pytest.approx({"to": 30_000, "do": 30_000})


def test_without_words_nothing_is_made_up() -> None:
    mixture = ngram_texts.mixture(["x", "y", "y"], {}, np.random.default_rng(0))

    assert mixture == pytest.approx({"x": 60_000 / (1 + 2**0.7), "y": 60_000 / (1 + 2**-0.7)})
