from __future__ import annotations

import random

from detector_stub.boxes import Box
from detector_stub.reading_order import lines_of, reading_order


def word(left, top, width=60, height=20):
    return Box(left, top, left + width, top + height)


def test_words_beside_each_other_form_a_line_from_left_to_right():
    a, b, c = word(0, 0), word(80, 3), word(160, -2)

    assert lines_of([c, a, b]) == [[a, b, c]]


def test_lines_follow_from_top_to_bottom_whatever_the_order_found():
    boxes = [word(x, y) for y in (0, 40, 80) for x in (0, 80)]
    shuffled = random.Random(1).sample(boxes, len(boxes))

    lines = lines_of(shuffled)

    assert [box for line in lines for box in line] == boxes


def test_a_slanted_line_stays_one_line():
    slanted = [word(80 * n, 5 * n) for n in range(8)]

    assert lines_of(slanted) == [slanted]


def test_columns_are_read_one_after_the_other():
    left = [[word(0, y), word(80, y)] for y in (0, 40, 80)]
    right = [[word(400, y), word(480, y)] for y in (5, 45, 85)]

    assert lines_of([b for line in left + right for b in line]) == left + right


def test_a_headline_over_two_columns_comes_first():
    headline = [Box(0, 0, 500, 30)]
    left, right = [word(0, 60)], [word(400, 60)]

    assert reading_order([right, left, headline]) == [headline, left, right]


def test_a_line_that_runs_on_below_two_columns_comes_last():
    left = [[word(0, y), word(80, y)] for y in (0, 40)]
    right = [[word(400, y), word(480, y)] for y in (5, 45)]
    footer = [Box(0, 90, 540, 120)]

    assert reading_order([footer, *right, *left]) == [*left, *right, footer]


def test_no_box_is_lost_or_doubled():
    chance = random.Random(3)
    boxes = [word(chance.randrange(800), chance.randrange(800)) for _ in range(150)]

    found = [box for line in lines_of(boxes) for box in line]

    assert sorted(map(str, found)) == sorted(map(str, boxes))
