from __future__ import annotations

import numpy as np
import pytest
import torch

from detector_stub.inference.postprocessing import KERNEL, SLOPE
from detector_stub.training.loss import detection_loss, dice_loss, mined_cross_entropy
from detector_stub.training.targets import draw

QUAD = [[(20, 20), (100, 20), (100, 60), (20, 60)]]


def targets(legible=True):
    quads = np.asarray(QUAD, np.float32)
    drawn = draw(quads, np.asarray([legible]), np.zeros((128, 128), np.uint8)).stacked()
    return torch.from_numpy(drawn)[None]


def answer(wanted, sure=12.0):
    """Maps that say exactly what is wanted."""
    kernel, _, above, below, slope, _ = wanted[0]
    return torch.stack([(2 * kernel - 1) * sure, above, below, slope])[None]


def test_the_right_answer_costs_next_to_nothing_and_a_wrong_one_much():
    wanted = targets()
    right = answer(wanted)

    assert float(detection_loss(right, wanted)) < 0.01
    assert float(detection_loss(-right, wanted)) > 5


@pytest.mark.parametrize("channel", range(4))
def test_the_gradient_reaches_every_map(channel):
    wanted = targets()
    maps = (answer(wanted) + 0.3).requires_grad_()

    detection_loss(maps, wanted).backward()

    assert maps.grad.isfinite().all()
    assert maps.grad[0, channel].abs().sum() > 0


def test_a_step_along_the_gradient_lowers_the_loss():
    wanted = targets()
    maps = torch.zeros_like(answer(wanted)).requires_grad_()
    before = detection_loss(maps, wanted)

    before.backward()

    assert detection_loss(maps - 0.5 * maps.grad, wanted).item() < before.item()


def test_what_is_drawn_on_illegible_ink_counts_nowhere():
    wanted = targets(legible=False)
    nothing = torch.full((1, 4, 32, 32), -12.0)
    ignored = wanted[:, 1] == 0
    something = nothing.clone()
    something[:, KERNEL][ignored] = 12.0
    elsewhere = nothing.clone()
    elsewhere[:, KERNEL, 30] = 12.0

    assert ignored.any()
    assert float(detection_loss(something, wanted)) == float(detection_loss(nothing, wanted))
    assert float(detection_loss(elsewhere, wanted)) > float(detection_loss(nothing, wanted)) + 0.1


def test_geometry_counts_in_kernels_only():
    wanted = targets()
    right = answer(wanted)
    inside = wanted[:, 0] > 0
    off_outside, off_inside = right.clone(), right.clone()
    off_outside[:, SLOPE][~inside] += 1
    off_inside[:, SLOPE][inside] += 1

    assert float(detection_loss(off_outside, wanted)) == float(detection_loss(right, wanted))
    # the weight of a slope, as the shares of one word's cells sum to more than 1
    assert float(
        detection_loss(off_inside, wanted) - detection_loss(right, wanted)
    ) == pytest.approx(2, abs=1e-4)


def test_a_large_and_a_small_word_weigh_by_the_root_of_their_areas():
    quads = np.asarray(
        [[(0, 0), (64, 0), (64, 32), (0, 32)], [(0, 40), (256, 40), (256, 168), (0, 168)]]
    )
    drawn = draw(quads.astype(np.float32), np.ones(2, bool), np.zeros((256, 256), np.uint8))

    small, large = drawn.share[:9].sum(), drawn.share[9:].sum()

    assert large / small == pytest.approx(4, rel=0.1)  # of sixteen times the area


def test_the_hardest_background_counts_beyond_its_share():
    kernel, weight = torch.zeros(1, 64, 64), torch.ones(1, 64, 64)
    kernel[0, :8, :8] = 1
    logits = (2 * kernel - 1) * 12
    mistaken = logits.clone()
    mistaken[0, 40, 40] = 12.0

    # 12 nats in one of 500 + 64 hardest cells, and in one of 4096
    assert float(mined_cross_entropy(mistaken, kernel, weight)) == pytest.approx(
        12 / 564 + 12 / 4096, rel=0.01
    )


def test_a_batch_without_words_is_learned_from():
    nothing, weight = torch.zeros(1, 32, 32), torch.ones(1, 32, 32)
    logits = torch.zeros(1, 32, 32, requires_grad=True)

    (mined_cross_entropy(logits, nothing, weight) + dice_loss(logits, nothing, weight)).backward()

    assert (logits.grad > 0).all()


def test_half_an_overlap_is_measured_as_such():
    wanted = torch.zeros(1, 64, 64)
    wanted[0, :32] = 1
    drawn = torch.zeros(1, 64, 64)
    drawn[0, 16:48] = 1

    one = dice_loss((2 * drawn - 1) * 30, wanted, torch.ones_like(wanted))

    assert float(one) == pytest.approx(0.5, abs=0.001)
