"""Where a box may hold two words."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from detector_stub.boxes import Box, gaps

from .conftest import quad_at

HEIGHT = 40


def draw(*spans, width=400, ground=230, ink=30):
    """A word image whose ink stands in these spans of columns."""
    word = np.full((HEIGHT, width, 3), ground, np.uint8)
    for start, end in spans:
        word[10:30, start:end] = ink
    return word


def test_the_gap_between_two_words_is_found_in_its_middle():
    assert gaps(draw((5, 180), (220, 395))) == [pytest.approx(0.5)]


@pytest.mark.parametrize(("ground", "ink"), [(230, 30), (20, 220), (200, 160)])
def test_chalk_and_faint_pens_have_gaps_as_well(ground, ink):
    assert len(gaps(draw((5, 180), (220, 395), ground=ground, ink=ink))) == 1


def test_letters_that_stand_close_leave_no_gap():
    assert gaps(draw(*((start, start + 18) for start in range(5, 390, 20)))) == []


def test_the_widest_gaps_come_first_and_no_more_than_two():
    found = gaps(draw((5, 80), (90, 180), (210, 290), (310, 395)))

    assert found == pytest.approx([195 / 400, 300 / 400])


def test_what_is_narrow_is_one_word():
    assert gaps(draw((5, 30), (45, 70), width=75)) == []


def test_a_gap_near_an_end_is_none():
    assert gaps(draw((5, 8), (14, 380))) == []


def test_an_empty_picture_has_no_gap():
    assert gaps(draw()) == []


def test_a_box_that_was_given_is_not_doubted():
    photo = draw((5, 180), (220, 395))

    assert Box(0, 0, 400, HEIGHT).halves(photo) == []


@pytest.mark.parametrize("degrees", [0, 20, -30])
def test_the_halves_of_a_slanted_word_lie_along_its_line(degrees):
    photo = np.full((500, 500, 3), 230, np.uint8)
    whole = quad_at((250, 250), 300, HEIGHT, degrees)
    along = (whole[1] - whole[0]) / 300
    for middle in (-85, 85):
        ink = quad_at(tuple(np.array((250, 250)) + along * middle), 120, 20, degrees)
        cv2.fillConvexPoly(photo, np.round(ink).astype(np.int32), (30, 30, 30))

    [(left, right)] = Box.around(whole.astype(np.float32)).halves(photo)

    assert np.allclose(
        left.corners, quad_at(tuple((250, 250) - along * 75), 150, HEIGHT, degrees), atol=3
    )
    assert np.allclose(
        right.corners, quad_at(tuple((250, 250) + along * 75), 150, HEIGHT, degrees), atol=3
    )
