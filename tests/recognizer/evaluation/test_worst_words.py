from __future__ import annotations

from recognizer.evaluation.evaluated_word import EvaluatedWord
from recognizer.evaluation.worst_words import worst


def word(truth: str, text: str, confidence: float = 0.5) -> EvaluatedWord:
    return EvaluatedWord(truth, text, confidence, (text,))


def test_the_worst_words_have_the_most_edits_for_their_length() -> None:
    words = [word("word", "ward"), word("cat", "dog"), word("street", "stroof"), word("on", "on")]

    assert worst(words, 50) == [1, 2, 0]
    assert worst(words, 1) == [1]


def test_of_words_equally_wrong_the_surest_is_the_worst() -> None:
    words = [word("cat", "cut", 0.2), word("dog", "dug", 0.9), word("sun", "son", 0.5)]

    assert worst(words, 50) == [1, 2, 0]


def test_a_wrong_case_is_the_least_of_all_errors() -> None:
    words = [word("A", "a", 0.99), word("street", "streat", 0.01)]

    assert worst(words, 50) == [1, 0]


def test_a_wrong_sign_is_as_bad_as_a_wrong_letter() -> None:
    assert worst([word("street", "streat", 0.9), word("+", "-", 0.1)], 50) == [1, 0]
