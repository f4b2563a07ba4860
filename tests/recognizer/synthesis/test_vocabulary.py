from __future__ import annotations

import re
from collections import Counter

import numpy as np

from recognizer.posteriors.charset import Charset
from recognizer.synthesis.vocabulary import Vocabulary

WORDS = ["the", "river", "stone", "lamp"]


def draw(vocabulary: Vocabulary, count: int, seed: int = 0) -> list[str]:
    random = np.random.default_rng(seed)
    return [vocabulary.draw(random) for _ in range(count)]


def test_the_same_seed_draws_the_same_texts() -> None:
    vocabulary = Vocabulary(WORDS)

    assert draw(vocabulary, 50, seed=1) == draw(vocabulary, 50, seed=1)
    assert draw(vocabulary, 50, seed=1) != draw(vocabulary, 50, seed=2)


def test_every_text_can_be_written_in_the_default_alphabet() -> None:
    texts = draw(Vocabulary(WORDS), 2000)

    assert all(text and not Charset().missing(text) for text in texts)


def test_no_other_words_than_the_given_ones_come() -> None:
    letters = {re.sub(r"[^a-z]", "", text.lower()) for text in draw(Vocabulary(["lamp"]), 1000)}

    # formulas bring letters of their own, five at most: O(logn)
    assert {text[:8] for text in letters if len(text) > 5} == {"lamplamp"}
    assert "lamp" in letters


def test_words_come_small_capitalized_and_in_capitals() -> None:
    drawn = set(draw(Vocabulary(WORDS), 1000))

    assert {"river", "River", "RIVER"} <= drawn


def test_numbers_signs_and_names_of_programs_come_too() -> None:
    drawn = draw(Vocabulary(WORDS), 2000)

    kinds = {
        "number": r"\d+",
        "sum": r"\d+[./:-]\d+",
        "sign": r"[-+=<>!*/&%#]+",
        "snake": r"[a-z]+_[a-z]+",
        "camel": r"[a-z]+[A-Z][a-z]+",
        "call": r"[a-z_.A-Z]+\(\)",
        "generic": r"[A-Z][a-z]+<[A-Z][a-z]+>",
        "indexed": r"[a-z]+\[[a-z]+\]",
        "list": r"\[[a-z]+,[a-z]+\]",
        "punctuated": r"[A-Za-z]+[.,:;?!]",
        "quoted": r"\"[A-Za-z]+\"",
    }
    absent = [k for k, form in kinds.items() if not any(re.fullmatch(form, t) for t in drawn)]
    assert absent == []


def share(texts: list[str], form: str) -> float:
    return sum(bool(re.fullmatch(form, text)) for text in texts) / len(texts)


def test_one_text_in_twelve_is_a_single_letter_or_digit() -> None:
    drawn = draw(Vocabulary(WORDS), 8000)

    assert 0.07 < share(drawn, r"[A-Za-z0-9]") < 0.09
    assert share(drawn, r"[a-z]") > 0.02
    assert share(drawn, r"[A-Z]") > 0.02
    assert share(drawn, r"[0-9]") > 0.02


def test_one_text_in_twenty_five_is_a_piece_of_a_formula() -> None:
    drawn = draw(Vocabulary(["lampshade"]), 8000)

    mixed = re.compile(r"(?=.*[a-zA-Z])(?=.*[^a-zA-Z]).{2,8}")
    assert 0.03 < sum(bool(mixed.fullmatch(text)) for text in drawn) / len(drawn) < 0.045
    kinds = [r"O\(.+\)", r"[a-z]\^\d", r"arr\[[a-z]\]", r"[a-z]\+\+", r"[a-z]=\d"]
    assert [kind for kind in kinds if share(drawn, kind) == 0] == []


def test_most_texts_are_plain_words() -> None:
    drawn = draw(Vocabulary(WORDS), 2000)

    assert 0.6 < sum(text.isalpha() for text in drawn) / len(drawn) < 0.85


def test_common_words_come_more_often_but_rare_ones_come_too() -> None:
    words = [f"{a}{b}" for a in "bcdfghjklmnp" for b in "aeiou"]

    counts = Counter(text.lower() for text in draw(Vocabulary(words), 6000))

    assert counts[words[0]] > 1.3 * counts[words[-1]] > 0


def test_without_a_list_the_commonest_english_words_are_drawn() -> None:
    words = Vocabulary(size=300).words

    assert words[0] == "the"
    assert {"and", "time", "people"} <= set(words)
    assert 250 < len(words) <= 300
    assert all(word.isascii() and word.isalnum() for word in words)


def test_the_callers_list_is_left_as_it_is() -> None:
    given = list(WORDS)

    Vocabulary(given).words.append("extra")

    assert given == WORDS
