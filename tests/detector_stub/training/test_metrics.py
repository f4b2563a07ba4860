"""Values are computed by hand from the definitions in `evaluate`."""

from __future__ import annotations

import numpy as np
import pytest

from detector_stub.boxes import Box
from detector_stub.training.metrics import Scores, compare, evaluate, iou, word_hits
from detector_stub.training.pages import read

WORD = [100, 100, 200, 140]  # 100 wide, 40 high


def boxes(*rows):
    return np.asarray(rows, np.float64).reshape(-1, 4)


def overlap(found, truth=WORD):
    return float(iou(boxes(truth), boxes(found))[0, 0])


def hits(found, truth=WORD):
    return bool(word_hits(boxes(truth), boxes(found))[0, 0])


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (WORD, 1.0),
        ([100, 110, 200, 130], 1.0),  # cut closer, but along the line the same
        ([150, 100, 250, 140], 50 / 150),
        ([100, 100, 150, 140], 0.5),
        ([0, 100, 400, 140], 0.25),
        ([100, 120, 200, 160], 1.0),  # half of the height is shared
        ([100, 121, 200, 161], 0.0),  # less than half
        ([200, 100, 300, 140], 0.0),
    ],
)
def test_overlap_is_that_along_the_line(found, value):
    assert overlap(found) == pytest.approx(value)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (WORD, True),
        ([112, 100, 200, 140], True),  # 12 missing: all but 0.3 heights is 88 of 100
        ([113, 100, 200, 140], False),
        ([10, 100, 200, 140], True),  # 190 wide: 1.5 times and one height
        ([9, 100, 200, 140], False),
        ([100, 80, 200, 160], True),  # twice as high
        ([100, 79, 200, 160], False),
        ([100, 121, 200, 161], False),  # on the next line
    ],
)
def test_a_hit_shows_the_word_whole_and_nearly_alone(found, expected):
    assert hits(found) is expected


def test_of_a_long_word_nine_tenths_are_not_enough_to_miss_it():
    long = [0, 0, 1000, 40]

    assert hits([12, 0, 1000, 40], long)
    assert hits([100, 0, 1000, 40], long)
    assert not hits([101, 0, 1000, 40], long)


def test_every_box_is_matched_once_the_best_pair_first():
    truth = boxes([0, 0, 100, 40], [100, 0, 200, 40])
    # the first covers 0.8 of the first word, the second all of it, the third is elsewhere
    found = boxes([0, 0, 80, 40], [0, 0, 100, 40], [500, 500, 600, 540])

    scores = compare(truth, found)

    assert scores == Scores(truth=2, detected=3, matched=1, hits=1)
    assert scores.recall == 0.5
    assert scores.precision == pytest.approx(1 / 3)
    assert scores.f1 == pytest.approx(0.4)
    assert scores.word_hit == 0.5
    assert scores.mean == pytest.approx(0.45)


def test_the_better_pair_leaves_the_other_word_to_the_other_box():
    truth = boxes([0, 0, 100, 40], [40, 0, 140, 40])
    found = boxes([40, 0, 140, 40], [0, 0, 75, 40])

    assert compare(truth, found).matched == 2


def test_the_best_pair_is_taken_even_if_two_worse_ones_would_count_more():
    truth = boxes([0, 0, 100, 40], [30, 0, 130, 40])
    # the first fits the first word wholly and the second by 70 / 130, the second only the first
    found = boxes([0, 0, 100, 40], [0, 0, 60, 40])

    assert compare(truth, found).matched == 1


def test_one_box_matches_one_word_but_may_be_a_hit_of_two():
    truth = boxes([0, 0, 100, 40], [0, 0, 100, 40])
    # both words fit the second box as well; the first box fits neither
    found = boxes([60, 0, 160, 40], [0, 0, 100, 40])

    assert compare(truth, found) == Scores(truth=2, detected=2, matched=1, hits=2)


def test_nothing_found_and_nothing_there_are_no_errors_of_arithmetic():
    nothing, word = boxes(), boxes(WORD)

    assert compare(word, nothing) == Scores(truth=1)
    assert compare(nothing, word) == Scores(detected=1)
    assert (Scores().f1, Scores().word_hit, Scores(truth=1).f1) == (0, 0, 0)


class Told:
    """Finds the boxes that it is told, on every page."""

    fingerprint = "told"

    def __init__(self, *found):
        self.found = [Box(*box) for box in found]
        self.asked = []

    def detect(self, photo, path):
        self.asked.append((path.name, photo.shape))
        return [self.found]

    def has_known_boxes(self, path):
        return False


def test_pages_are_counted_together_and_those_without_a_box_left_out(tmp_path, write_page):
    word = {"text": "a", "box": [100, 100, 200, 140]}
    write_page(tmp_path, "a", words=[word])
    write_page(tmp_path, "b", words=[word, {"text": "b", "box": [0, 0, 50, 40]}])
    write_page(tmp_path, "c", words=[{"text": "unplaced", "box": None}])
    detector, steps = Told((100, 100, 200, 140)), []

    scores = evaluate(detector, read(tmp_path), steps.append)

    assert detector.asked == [("a.png", (220, 360, 3)), ("b.png", (220, 360, 3))]
    assert scores == Scores(truth=3, detected=2, matched=2, hits=2)
    assert scores.rates() == {
        "recall_50": 0.6667,
        "precision_50": 1.0,
        "f1_50": 0.8,
        "word_hit": 0.6667,
    }
    assert steps == [1, 1, 1]
