"""One meaning of folding in search, in the figures of the recogniser and in the posteriorgrams."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.query.folding import fold
from indexer.query.indexed_words import tokens
from recognizer.posteriors import folding
from recognizer.posteriors.charset import ASCII
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import MAX_LABELS, pack

TEXTS = {
    "Émile": "emile",
    "naïve": "naive",
    "Straße": "strasse",
    "œuvre": "oeuvre",
    "№5": "no5",
    "ŁÓDŹ": "lodz",
    "søren": "soren",
}
LATIN = "".join(map(chr, range(0x21, 0x180)))
FURTHER = "€₤„“”‚‘’‹›–—…•′″†‡№℃™½⅓²₂ﬁﬃ①½ΔμπΩЖйאあ漢한ẞẽſĲ"
ALPHABET = ASCII + "ŒœÆæßÉéèêëÈÊË"
"""Some French and German letters beside ASCII."""


def said(symbols: str) -> dict[str, set[str]]:
    """For each symbol the texts, of one character or of its own, that its label says."""
    alone = [pack(row[None]) for row in np.eye(len(symbols) + 1, dtype=np.float32)[1:]]
    words = PosteriorCodec().unpack(alone, symbols)
    texts = {*folding.FOLDED, *map(folding.fold, symbols)} - {""}
    scores = {text: words.score(text) for text in texts}
    return {
        symbol: {text for text in texts if scores[text][number] > 0.5}
        for number, symbol in enumerate(symbols)
    }


@pytest.mark.parametrize("text", TEXTS)
def test_texts_fold_to_what_people_type(text: str) -> None:
    assert tokens(text) == [TEXTS[text]]
    assert folding.fold(text) == TEXTS[text]


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_read_with_all_its_letters_is_found_as_it_is_typed(text: str) -> None:
    alphabet = "".join(dict.fromkeys(text))
    path = [1 + alphabet.index(character) for character in text]
    frames = np.zeros((2 * len(path), len(alphabet) + 1), np.float32)
    frames[::2, 0] = 1.0
    frames[np.arange(1, 2 * len(path), 2), path] = 1.0

    words = PosteriorCodec().unpack([pack(frames)], alphabet)

    assert words.score(TEXTS[text])[0] == pytest.approx(1.0)
    assert words.score(TEXTS[text][:-1])[0] < 0.01


def test_search_figures_and_posteriorgrams_fold_a_character_alike() -> None:
    symbols = LATIN + FURTHER
    size = MAX_LABELS - 1  # one is the blank
    for start in range(0, len(symbols), size):
        for symbol, texts in said(symbols[start : start + size]).items():
            searched = "".join(tokens(symbol))
            sayable = bool(searched) and set(searched) <= set(folding.FOLDED)

            assert folding.fold(symbol) == searched, symbol
            assert texts == ({searched} if sayable else set()), symbol


def test_every_letter_of_latin_is_asked_for_with_ascii_letters() -> None:
    letters = [c for c in LATIN if unicodedata.category(c)[0] == "L" and c != "µ"]

    assert [c for c in letters if not set(folding.fold(c)) <= set(folding.FOLDED)] == []
    assert [c for c in letters if not folding.fold(c)] == []


def test_a_letter_that_cannot_be_asked_for_is_no_sign_that_may_be_left_out() -> None:
    frames = np.array([[0.05, 0.9, 0.05], [0.05, 0.05, 0.9]], np.float32)

    assert PosteriorCodec().unpack([pack(frames)], "-s").score("s")[0] > 0.8
    assert PosteriorCodec().unpack([pack(frames)], "μs").score("s")[0] < 0.2


def test_a_folded_alphabet_has_one_class_for_all_labels_that_say_the_same() -> None:
    alphabet = folding.fold_alphabet(ALPHABET)
    classes = dict(zip(ALPHABET, alphabet.classes[1:].tolist(), strict=False))

    assert len({classes[c] for c in "eEéÈêË"}) == 1
    assert classes["œ"] == classes["Œ"] != classes["o"]
    assert [folding.FOLDED[c - 1] for c in alphabet.expansions[-1]] == ["s", "s"]


@pytest.mark.thorough
def test_every_character_folds_on_its_own_and_once() -> None:
    # beyond these there is nothing that folds
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x30000))))
    folded = fold(every)

    assert fold(folded) == folded
    assert folding.fold(every) == "".join(filter(str.isalnum, folded))


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert tokens(fold(text)) == tokens(text)
    assert "".join(map(fold, text)) == fold(text)
    assert folding.fold(text) == "".join(tokens(text))


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_tokens_are_letters_and_digits(text: str) -> None:
    assert all(token.isalnum() for token in tokens(text))
