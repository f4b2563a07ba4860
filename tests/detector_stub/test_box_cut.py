"""A word's own picture: cut out of the photo, level and as large as the word."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from detector_stub.boxes import Box

from .conftest import quad_at

GROUND, INK, DOT = (230, 230, 230), (30, 30, 30), (200, 0, 0)


def box_of(quad):
    left, top = np.floor(quad.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(quad.max(axis=0)).astype(int).tolist()
    return Box(left, top, right, bottom, tuple((float(x), float(y)) for x, y in quad))


def draw_bar(centre, width, height, degrees, size=(300, 400)):
    """A dark bar with a red start, and its corners."""
    photo = np.full((*size, 3), GROUND, np.uint8)
    quad = quad_at(centre, width, height, degrees)
    start = quad.copy()
    start[1:3] = quad[[0, 3]] + (quad[[1, 2]] - quad[[0, 3]]) / 4
    for corners, colour in ((quad, INK), (start, DOT)):
        cv2.fillConvexPoly(photo, np.round(corners * 16).astype(np.int32), colour, shift=4)
    return photo, quad


def noise(rows=60, columns=80):
    return np.random.default_rng(0).integers(0, 255, (rows, columns, 3), dtype=np.uint8)


def test_a_level_word_is_a_plain_piece_of_the_photo():
    photo = noise()

    cut = Box(10, 20, 50, 45).cut(photo)

    assert (cut == photo[20:45, 10:50]).all()
    assert cut.shape == (25, 40, 3)


def test_a_level_word_is_cut_as_far_as_the_photo_goes():
    photo = noise()

    assert (Box(-5, -3, 20, 10).cut(photo) == photo[:10, :20]).all()
    assert (Box(70, 50, 300, 200).cut(photo) == photo[50:, 70:]).all()


def test_corners_of_a_level_word_cut_what_its_box_cuts():
    photo = noise()
    corners = ((10.0, 20.0), (50.0, 20.0), (50.0, 45.0), (10.0, 45.0))

    assert (Box(10, 20, 50, 45, corners).cut(photo) == photo[20:45, 10:50]).all()


@pytest.mark.parametrize("degrees", [5, 15, -15, 30, -40, 90, 180])
def test_a_slanted_word_comes_out_level_and_in_its_own_size(degrees):
    photo, quad = draw_bar((200, 150), 160, 40, degrees)

    cut = box_of(quad).cut(photo)

    assert cut.shape == (40, 160, 3)
    inside = cut[3:-3, 3:-3].astype(int)
    assert np.abs(inside[:, 45:] - INK).max() < 12  # ink in every corner: nothing of the ground
    assert np.abs(inside[:, :34] - DOT).max() < 12  # and its start is on the left


def test_the_ground_around_a_slanted_word_is_cut_level_too():
    photo, _ = draw_bar((200, 150), 160, 40, 20)

    cut = box_of(quad_at((200, 150), 200, 80, 20)).cut(photo)

    dark = cut[..., 1] < 130
    rows, columns = np.nonzero(dark)
    found = (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1)
    assert found == pytest.approx((20, 60, 20, 180), abs=2)  # drawing thickens by a pixel
    assert dark.sum() == pytest.approx(160 * 40, rel=0.05)


@pytest.mark.parametrize("centre", [(10, 150), (395, 150), (200, 3), (200, 297), (0, 0)])
def test_a_word_partly_outside_the_photo_keeps_its_size_and_what_is_seen(centre):
    photo, quad = draw_bar(centre, 160, 40, 15)

    cut = box_of(quad).cut(photo)

    assert cut.shape == (40, 160, 3)
    assert (cut[..., 1] < 60).mean() > 0.2


@pytest.mark.parametrize("centre", [(-500, 150), (900, 150), (200, -500), (200, 900)])
def test_a_word_outside_the_photo_is_no_error(centre):
    photo, _ = draw_bar((200, 150), 160, 40, 0)

    cut = box_of(quad_at(centre, 160, 40, 15)).cut(photo)

    assert cut.shape == (40, 160, 3)
    assert np.abs(cut.astype(int) - GROUND).max() == 0


def test_a_word_without_extent_is_cut_as_two_pixels():
    photo = noise()

    assert Box(10, 10, 11, 11, ((10.0, 10.0),) * 4).cut(photo).shape[2:] == (3,)


def test_words_are_cut_from_panoramas():
    """OpenCV 4 cannot turn a picture of 32,767 pixels a side."""
    photo = np.full((60, 40_000, 3), GROUND, np.uint8)
    photo[:, 39_000:] = INK

    cut = box_of(quad_at((39_500, 30), 100, 20, 10)).cut(photo)

    assert np.abs(cut.astype(int) - INK).max() == 0


def test_a_photo_that_must_not_be_written_is_cut():
    photo, quad = draw_bar((200, 150), 160, 40, 15)
    photo.flags.writeable = False

    assert box_of(quad).cut(photo).shape == (40, 160, 3)


@pytest.mark.parametrize("centre", [(200, 150), (10, 3)])
def test_a_grey_photo_is_cut_as_each_colour_of_a_coloured_one_is(centre):
    photo, quad = draw_bar(centre, 160, 40, 15)
    box = box_of(quad)

    assert (box.cut(photo[..., 1]) == box.cut(photo)[..., 1]).all()
