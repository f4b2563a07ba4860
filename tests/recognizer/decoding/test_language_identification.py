"""Which languages words are found to be in, from readings and from likelihoods that are given."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.decoding import languages, ngram_lm
from recognizer.decoding.language_identification import ORDER, LanguageIdentifier, weights

CODES = tuple(languages.SHIPPED)

SAMPLES = {
    "en": "the water of that house which they would have brought through every night was right",
    "fr": "nous avons toujours voulu que cette maison soit pour les enfants dont il était question",
    "de": "wir haben nicht gewusst dass diese schule für die kinder zwischen den häusern steht",
    "es": "los niños que siempre quieren hacer todas las cosas también están en nuestra ciudad",
    "it": "questa città della quale abbiamo sempre parlato anche degli altri giorni perché piove",
    "pt": "não podemos dizer que as crianças também estão muito longe da nossa educação então",
    "nl": "wij hebben altijd gezegd dat deze kinderen niet door het huis mogen lopen omdat zij",
}


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    models = [ngram_lm.load(name, ORDER) for name in languages.SHIPPED.values()]
    return LanguageIdentifier([model for model in models if model])


def found(identifier: LanguageIdentifier, texts: list[str], p: float = 0.9) -> list[set[str]]:
    """Languages of each text, read with probability `p`."""
    seen = identifier.likelihoods([[(text, p)] for text in texts])
    names = [*CODES, "none"]
    return [{n for n, part in zip(names, row, strict=True) if part} for row in weights(seen)]


@pytest.mark.parametrize("code", CODES)
def test_words_of_a_language_get_that_language_alone(identifier, code):
    each = found(identifier, SAMPLES[code].split() * 2)

    assert each == [{code}] * len(each)


@pytest.mark.parametrize("code", CODES[1:])
def test_a_page_of_english_and_another_language_gets_both(identifier, code):
    pairs = zip(SAMPLES["en"].split(), SAMPLES[code].split(), strict=False)

    middle = found(identifier, [word for pair in pairs for word in pair])[12]

    assert {"en", code} <= middle


def test_where_a_page_changes_its_language_each_half_gets_its_own(identifier):
    each = found(identifier, SAMPLES["en"].split() * 4 + SAMPLES["fr"].split() * 4)

    assert (each[0], each[-1]) == ({"en"}, {"fr"})


@pytest.mark.parametrize(
    "texts", [["1984"], ["12.5", "=", "2024-11-27", "#", "->"] * 9, ["", "", "7"]]
)
def test_numbers_and_signs_alone_leave_the_first_language(identifier, texts):
    assert found(identifier, texts) == [{"en"}] * len(texts)


def test_numbers_among_words_change_nothing(identifier):
    words = SAMPLES["fr"].split() * 2
    among = [text for word in words for text in (word, "1984", "+")]

    assert found(identifier, among) == [{"fr"}] * len(among)


def test_readings_without_rival_in_any_language_change_nothing(identifier):
    """What is illegible is as likely in one language as in another."""
    texts = [(word, p) for word in SAMPLES["fr"].split() * 2 for p in (0.9, 1e-6)]

    seen = identifier.likelihoods([[reading] for reading in texts])

    assert all(row[CODES.index("fr")] == 10 for row in weights(seen))


@pytest.mark.parametrize("word", ["und", "Lycée", "con", "het", "não"])
def test_one_foreign_word_among_english_ones_changes_nothing(identifier, word):
    texts = SAMPLES["en"].split()

    assert found(identifier, [*texts[:7], word, *texts[7:]])[7] == {"en"}


def test_letters_by_lot_are_in_no_language(identifier):
    draw = np.random.default_rng(0)
    texts = ["".join(draw.choice(list("bcdfghjklmnpqrstvwxz"), 7)) for _ in range(30)]

    assert found(identifier, texts, 1.0)[15] == {"none"}


@pytest.mark.parametrize("case", [str.upper, str.capitalize, lambda word: f"({word}),"])
def test_case_and_signs_tell_nothing(identifier, case):
    texts = SAMPLES["de"].split() * 2

    assert found(identifier, [case(text) for text in texts]) == found(identifier, texts)


def test_a_word_is_a_single_vote_however_much_likelier_it_is_in_its_language():
    seen = np.array([[1.0, 30.0]] * 5 + [[1e9, 1.0]] * 5)

    assert weights(seen)[0] == (5, 5)


def test_words_beyond_the_window_do_not_count():
    seen = np.array([[1.0, 50.0]] * 6 + [[50.0, 1.0]] * 6)

    each = weights(seen, window=2)

    assert each[:3] == [(0, 10)] * 3
    assert each[-3:] == [(10, 0)] * 3


@pytest.mark.parametrize("count", [1, 2, 3, 41, 90])
def test_weights_are_tenths_and_sum_to_one(count):
    seen = np.random.default_rng(count).random((count, 5)) + 1e-3

    assert [sum(row) for row in weights(seen)] == [10] * count
