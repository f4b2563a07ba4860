"""What the network is taught to draw is what words are found in: the two are inverse."""

from __future__ import annotations

import numpy as np
import pytest

from detector_stub.inference import postprocessing
from detector_stub.inference.postprocessing import Words
from detector_stub.training import targets

from ..conftest import quad_at

SHAPE = (480, 960)
HALF_A_CELL = postprocessing.STRIDE / 2
SURE = 8.0
"""Logit of a network that does not hesitate."""


def taught(*quads, legible=None, doubtful=None):
    return targets.draw(
        np.stack(quads) if quads else np.empty((0, 4, 2), np.float32),
        np.ones(len(quads), bool) if legible is None else np.asarray(legible),
        np.zeros(SHAPE, np.uint8) if doubtful is None else doubtful,
    )


def answer(targets, sure=SURE):
    """Maps of a network that has learned `targets` by heart."""
    logit = np.where(targets.kernel > 0, sure, -SURE)
    return np.stack([logit, targets.above, targets.below, targets.slope]).astype(np.float32)


def again(*quads):
    return postprocessing.find(answer(taught(*quads))).quads


def words(*quads):
    return Words(np.stack(quads), np.ones(len(quads), np.float32))


def cell(x, y):
    return int(y) // postprocessing.STRIDE, int(x) // postprocessing.STRIDE


@pytest.mark.parametrize("degrees", [0, 3, -10, 17, 30, -30])
@pytest.mark.parametrize("size", [(24, 12), (60, 14), (120, 30), (300, 60), (700, 160)])
def test_a_drawn_word_is_found_again_where_it_was(size, degrees):
    for shift in (0.0, 1.3, 2.9):
        truth = quad_at((480 + shift, 240 - shift), *size, degrees)

        found = again(truth)

        assert len(found) == 1
        axes, off = postprocessing.frame(truth[None]), found[0] - truth
        assert np.abs(off @ axes.along[0]).max() <= HALF_A_CELL + 0.1  # the kernel ends in a cell
        assert np.abs(off @ axes.across[0]).max() <= 0.1  # the sides are told, not counted


@pytest.mark.parametrize("degrees", [0, 10, -30])
def test_a_word_narrower_than_high_is_found_with_less_precise_ends(degrees):
    truth = quad_at((480, 240), 40, 120, degrees)

    [found] = again(truth)

    # what is missing of so narrow a kernel is a share of its width, rounding included
    assert np.abs(found - truth).max() <= HALF_A_CELL / (1 - 2 * postprocessing.MAX_ALONG) + 0.1


@pytest.mark.parametrize("height", [14, 24, 60])
@pytest.mark.parametrize("degrees", [0, 15, -30])
def test_neighbours_that_touch_stay_apart(height, degrees):
    """From 14 pixels on: of lower words, the gap between the kernels can lack a cell."""
    width, centre = 2.5 * height, np.asarray([480.7, 241.2])
    turned = quad_at((0, 0), width, height, degrees)
    right, down = turned[1] - turned[0], turned[3] - turned[0]
    places = [centre + x * right + y * down for x in (-1, 0, 1) for y in (-1, 0, 1)]
    truth = [quad_at(place, width, height, degrees) for place in places]

    found = again(*truth)

    assert len(found) == 9
    for quad in truth:
        assert np.abs(found - quad).max(axis=(1, 2)).min() <= HALF_A_CELL + 0.1


def test_words_of_all_sizes_and_slopes_are_found_on_one_picture():
    truth = [
        quad_at((150, 60), 180, 40, 0),
        quad_at((500, 100), 220, 50, 12),
        quad_at((800, 250), 160, 90, -20),
        quad_at((160, 300), 60, 18, 5),
        quad_at((400, 380), 30, 14, -8),
    ]

    found = again(*truth)

    assert len(found) == len(truth)
    for quad in truth:
        assert np.abs(found - quad).max(axis=(1, 2)).min() <= HALF_A_CELL + 0.1


def test_a_word_that_leaves_the_picture_is_taught_as_far_as_it_is_seen():
    found = again(quad_at((0, 240), 200, 40))

    assert found[0, 1, 0] == pytest.approx(100, abs=HALF_A_CELL + 0.1)
    assert found[0, 0, 0] == pytest.approx(0, abs=40)


def test_a_word_outside_the_picture_is_not_taught():
    assert taught(quad_at((2000, 240), 200, 40)).kernel.max() == 0


def test_a_large_word_outweighs_a_small_one_only_by_the_root_of_its_cells():
    small, large = taught(quad_at((480, 240), 60, 20)), taught(quad_at((480, 240), 600, 200))

    for one in (small, large):
        cells = one.kernel.sum()
        assert one.share.sum() == pytest.approx(np.sqrt(cells), rel=1e-4)


def test_illegible_boxes_are_neither_word_nor_ground():
    word, scrawl = quad_at((200, 240), 120, 40), quad_at((600, 240), 120, 40)

    targets = taught(word, scrawl, legible=[True, False])

    assert targets.weight[cell(600, 240)] == 0
    assert targets.kernel[cell(600, 240)] == 0
    assert targets.weight[cell(200, 240)] == 1
    assert targets.kernel[cell(200, 240)] == 1


def test_a_word_inside_an_illegible_box_is_taught():
    targets = taught(
        quad_at((480, 240), 400, 120), quad_at((480, 240), 100, 40), legible=[False, True]
    )

    assert targets.weight[cell(480, 240)] == 1
    assert targets.weight[cell(320, 240)] == 0


@pytest.mark.parametrize(
    ("height", "weight"), [(targets.MIN_TAUGHT_HEIGHT - 1, 0), (targets.MIN_TAUGHT_HEIGHT + 1, 1)]
)
def test_words_too_small_for_the_stride_are_not_taught(height, weight):
    targets = taught(quad_at((482, 242), 40, height))

    assert targets.weight[cell(482, 242)] == weight
    assert targets.kernel[cell(482, 242)] == weight


def test_unboxed_ink_is_doubtful_and_boxed_ink_is_not():
    ink = np.zeros(SHAPE, np.uint8)
    ink[220:260, 100:300] = 255
    ink[220:260, 500:700] = 255

    drawn = taught(quad_at((600, 240), 200, 40), doubtful=ink)

    assert drawn.weight[cell(200, 240)] == np.float32(targets.DOUBTFUL_WEIGHT)
    assert drawn.weight[cell(600, 240)] == 1
    assert drawn.weight[cell(400, 100)] == 1


def test_all_targets_together_keep_their_order():
    targets = taught(quad_at((480, 240), 120, 40, 10))

    stacked = targets.stacked()

    assert stacked.shape == (
        6,
        SHAPE[0] // postprocessing.STRIDE,
        SHAPE[1] // postprocessing.STRIDE,
    )
    assert (stacked[0] == targets.kernel).all()
    assert (stacked[1] == targets.weight).all()
    assert stacked[4].max() == pytest.approx(np.sin(np.radians(10)), abs=1e-3)


def test_a_picture_without_words_teaches_only_ground():
    targets = taught()

    assert (targets.weight == 1).all()
    assert (targets.kernel == 0).all()


def test_empty_maps_give_no_words():
    found = postprocessing.find(answer(taught()))

    assert found.quads.shape == (0, 4, 2)
    assert found.scores.shape == (0,)
    assert found.heights().shape == (0,)


@pytest.mark.parametrize(("probability", "count"), [(0.45, 0), (0.55, 0), (0.65, 1), (0.9, 1)])
def test_a_word_is_kept_if_its_kernel_is_sure_enough_on_average(probability, count):
    logit = np.log(probability / (1 - probability))

    found = postprocessing.find(answer(taught(quad_at((480, 240), 120, 40)), sure=logit))

    assert len(found.quads) == count
    assert found.scores == pytest.approx([probability] * count, abs=1e-3)


def test_specks_and_kernels_of_no_height_are_noise():
    speck = answer(taught())
    speck[postprocessing.KERNEL, 50, 50:52] = SURE
    speck[[postprocessing.ABOVE, postprocessing.BELOW]] = np.log1p(5)
    flat = answer(taught())
    flat[postprocessing.KERNEL, 50, 50:80] = SURE
    flat[[postprocessing.ABOVE, postprocessing.BELOW]] = np.log1p(0.5)

    assert len(postprocessing.find(speck).quads) == 0
    assert len(postprocessing.find(flat).quads) == 0


def test_the_height_of_a_word_is_measured_across_its_line():
    slanted = words(quad_at((480, 240), 300, 40, 30))

    assert slanted.heights() == pytest.approx([40], abs=0.01)


def test_of_two_words_that_overlap_the_larger_one_is_kept():
    piece, whole = quad_at((440, 240), 80, 30), quad_at((480, 240), 200, 40)

    for others in (words(piece, whole), words(whole, piece)):
        joined = Words.none().joined(others, covered=0.6)

        assert (joined.quads == whole[None]).all()


def test_a_word_seen_before_goes_before_one_that_it_covers():
    before, now = words(quad_at((480, 240), 200, 40)), words(quad_at((482, 241), 196, 38))

    assert (before.joined(now, covered=0.6).quads == before.quads).all()


def test_a_word_seen_before_is_kept_beside_a_larger_one_that_it_does_not_cover():
    before, now = words(quad_at((480, 240), 60, 30)), words(quad_at((480, 240), 400, 60))

    assert len(before.joined(now, covered=0.6).quads) == 2


@pytest.mark.parametrize("degrees", [0, 15, -30])
def test_words_that_stand_alone_are_never_dropped(degrees):
    """Lines so close and slanted that the bounds of their words cover each other."""
    down = quad_at((0, 0), 1, 45, degrees)
    step = down[3] - down[0]
    lines = [quad_at((480 + n * step[0], 200 + n * step[1]), 300, 35, degrees) for n in range(4)]

    joined = words(lines[0]).joined(words(*lines[1:]), covered=0.6)

    assert len(joined.quads) == 4


def test_a_score_stays_with_its_word():
    small = Words(np.stack([quad_at((100, 100), 60, 20)]), np.asarray([0.7], np.float32))
    others = Words(
        np.stack([quad_at((300, 100), 60, 20), quad_at((500, 300), 200, 60)]),
        np.asarray([0.8, 0.9], np.float32),
    )

    joined = small.joined(others, covered=0.6)

    by_place = {
        round(float(q[:, 0].mean())): s for q, s in zip(joined.quads, joined.scores, strict=True)
    }
    assert by_place == {100: np.float32(0.7), 300: np.float32(0.8), 500: np.float32(0.9)}


def test_nothing_joined_with_nothing_is_nothing():
    assert len(Words.none().joined(Words.none(), covered=0.6).quads) == 0


def test_words_can_be_picked():
    both = words(quad_at((100, 100), 60, 20), quad_at((300, 100), 60, 40))

    assert both.where(both.heights() > 30).heights() == pytest.approx([40], abs=0.01)


def test_a_word_grows_longer_along_its_own_line():
    word = Words(np.stack([quad_at((200, 150), 120, 40, 20)]), np.ones(1, np.float32))

    longer = word.longer(0.25)

    assert np.allclose(longer.quads[0], quad_at((200, 150), 140, 40, 20), atol=0.01)
