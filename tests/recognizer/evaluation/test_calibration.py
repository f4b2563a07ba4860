from __future__ import annotations

import pytest

from recognizer.evaluation.calibration import calibration, expected_calibration_error
from recognizer.evaluation.evaluated_word import EvaluatedWord


def word(truth: str, text: str, confidence: float = 0.5) -> EvaluatedWord:
    return EvaluatedWord(truth, text, confidence, (text,))


def test_confidence_is_compared_with_accuracy_in_intervals() -> None:
    words = [word("a", "a", 0.92), word("a", "b", 0.98), word("a", "b", 0.2)]

    low, high = calibration(words)

    assert (low.low, low.high, low.words, low.right) == (0.2, 0.3, 1, 0)
    assert (high.low, high.high, high.words, high.right) == (0.9, 1.0, 2, 0.5)
    assert high.confidence == pytest.approx(0.95)


def test_confidence_one_falls_into_the_last_interval() -> None:
    assert [each.high for each in calibration([word("a", "a", 1.0)])] == [1.0]


def test_confidence_that_equals_accuracy_has_no_calibration_error() -> None:
    words = [word("a", "a", 0.75)] * 3 + [word("a", "b", 0.75)]

    assert expected_calibration_error(calibration(words)) == pytest.approx(0)


def test_overconfidence_and_its_opposite_do_not_cancel_out() -> None:
    # 10 words at 0.9 of which half are right, 10 at 0.1 of which half are right
    words = [word("a", text, sure) for text in "ab" for sure in (0.9, 0.1) for _ in range(5)]

    assert expected_calibration_error(calibration(words)) == pytest.approx(0.4)


def test_a_right_text_in_the_wrong_case_is_not_right_for_the_calibration() -> None:
    assert calibration([word("Cat", "cat", 0.5)])[0].right == 0
