from __future__ import annotations

import json

import pytest

from recognizer.evaluation.evaluated_word import EvaluatedWord
from recognizer.evaluation.metrics import score
from recognizer.evaluation.n_best_recall import Recall
from recognizer.evaluation.report import EvaluationSettings, measure

BEAM = EvaluationSettings("beam", 10, 400.0)


def word(truth: str, text: str, confidence: float = 0.5, **more: object) -> EvaluatedWord:
    return EvaluatedWord(truth, text, confidence, **({"readings": (text,)} | more))


def test_hands_are_scored_apart_in_the_order_of_their_names() -> None:
    words = [word("cat", "cot", hand="b"), word("dog", "dog", hand="a"), word("a", "a", hand="b")]

    hands = measure(words, BEAM).hands

    assert list(hands) == ["a", "b"]
    assert hands["a"] == score([("dog", "dog")])
    assert hands["b"] == score([("cat", "cot"), ("a", "a")])


def test_data_without_hands_has_no_scores_by_hand() -> None:
    assert measure([word("cat", "cat")], BEAM).hands == {}


def test_words_are_grouped_by_the_letters_and_digits_they_have() -> None:
    texts = ["--", "it's", "cat", "a" * 11, "a" * 12, "a" * 30]

    lengths = measure([word(text, text) for text in texts], BEAM).lengths

    assert {name: part.words for name, part in lengths.items()} == {
        "0": 1,
        "3": 2,
        "11": 1,
        "12+": 2,
    }


def test_lengths_come_shortest_first() -> None:
    texts = ["a" * 12, "a" * 10, "a" * 2]

    assert list(measure([word(t, t) for t in texts], BEAM).lengths) == ["2", "10", "12+"]


def test_the_truth_is_looked_for_among_the_best_readings() -> None:
    words = [
        word("cat", "cat", readings=("cat", "cot")),
        word("dog", "dug", readings=("dug", "dig", "dog")),
        word("Sun", "san", readings=("san", "son", "sin", "san.", "sn", "sun")),
        word("--", "x", readings=("x", "--")),
    ]

    recall = measure(words, BEAM).recall

    assert recall == {
        1: Recall(exact=1 / 4, folded=1 / 3),
        5: Recall(exact=3 / 4, folded=2 / 3),
        10: Recall(exact=3 / 4, folded=3 / 3),
    }


def test_the_truth_is_not_looked_for_beyond_the_readings_asked_for() -> None:
    assert list(measure([word("a", "a")], EvaluationSettings("beam", 7, 1.0)).recall) == [1, 5]
    assert list(measure([word("a", "a")], EvaluationSettings("greedy", 1, 1.0)).recall) == [1]


def test_a_report_as_json_has_the_scores_on_top_and_the_tables_by_name() -> None:
    report = measure([word("Cat", "cot.", 0.3, hand="a"), word("is", "is", 0.8, hand="b")], BEAM)

    told = json.loads(json.dumps(report.as_dict()))

    scores = score([("Cat", "cot."), ("is", "is")])
    assert told | scores.as_dict() == told
    assert (told["decoding"], told["alternatives"], told["words_per_second"]) == ("beam", 10, 400)
    assert told["recall"]["10"] == {"exact": 0.5, "folded": 0.5}
    assert told["hands"]["a"]["cer"] == 1
    assert told["lengths"]["2"]["words"] == 1
    assert told["classes"]["capitals"] == {
        "characters": 1,
        "replaced": 1,
        "missed": 0,
        "added": 0,
        "rate": 1,
    }
    assert told["classes"]["signs"]["rate"] is None
    assert {"truth": "", "read": ".", "count": 1} in told["confusions"]
    assert told["calibration"][1] == {
        "low": 0.8,
        "high": 0.9,
        "words": 1,
        "confidence": 0.8,
        "right": 1,
    }
    assert told["calibration_error"] == pytest.approx((0.3 + 0.2) / 2)
