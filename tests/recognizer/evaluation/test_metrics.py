from __future__ import annotations

import json

import pytest

from recognizer.evaluation.metrics import score
from recognizer.posteriors.folding import fold


def test_perfect_readings_have_no_errors() -> None:
    scores = score([("Hello", "Hello"), ("it's", "it's")])

    assert scores.words == 2
    assert set(scores.as_dict().values()) == {2, 0.0}


def test_characters_are_counted_over_all_words_together() -> None:
    # 3 edits of 8 characters; a mean over words would give 0.5
    scores = score([("ab", "xy"), ("abcdef", "abcdeg")])

    assert scores.cer == pytest.approx(3 / 8)


def test_a_missing_and_an_added_character_are_one_edit_each() -> None:
    scores = score([("abcd", "abd"), ("abcd", "abccd")])

    assert scores.cer == pytest.approx(2 / 8)


def test_a_word_is_wrong_when_any_character_is() -> None:
    scores = score([("Word", "word"), ("word", "word"), ("long", "lnog"), ("a", "a")])

    assert scores.wer == 0.5
    assert scores.folded_wer == 0.25


def test_folded_scores_forgive_case_and_signs() -> None:
    scores = score([("It's", "its")])

    assert scores.cer == pytest.approx(2 / 4)
    assert scores.folded_cer == 0


def test_words_of_signs_only_count_unfolded() -> None:
    scores = score([("--", "ab"), ("ab", "ab")])

    assert scores.cer == pytest.approx(2 / 4)
    assert scores.folded_cer == 0
    assert scores.mean_edit_distance == 0


def test_edit_distances_are_means_over_words() -> None:
    # 2 edits in 4 characters, 1 in 1, 0 in 1
    scores = score([("Abcd", "axyd"), ("b", "c"), ("d", "D")])

    assert scores.mean_edit_distance == pytest.approx((2 + 1 + 0) / 3)
    assert scores.normalized_edit_distance == pytest.approx((0.5 + 1 + 0) / 3)


def test_no_words_have_no_errors() -> None:
    assert set(score([]).as_dict().values()) == {0}


def test_scores_can_be_written_as_json() -> None:
    scores = score(iter([("a", "b")]))

    assert json.loads(json.dumps(scores.as_dict()))["wer"] == 1


@pytest.mark.parametrize(
    ("text", "folded"), [("Don't!", "dont"), ("R2-D2", "r2d2"), ("--", ""), ("", "")]
)
def test_folding_keeps_lower_case_letters_and_digits(text: str, folded: str) -> None:
    assert fold(text) == folded
