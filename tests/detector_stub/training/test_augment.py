from __future__ import annotations

import cv2
import numpy as np
import pytest

from detector_stub.inference.postprocessing import STRIDE, frame
from detector_stub.training import augment, sheets
from detector_stub.training.pages import LoadedPage

SIDE = 256


def sheet_with(quads, legible=None, size=(400, 600), ground=220, ink=20):
    """A page whose words are filled quads, dark on light."""
    photo = np.full((*size, 3), ground, np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(photo, np.round(quad).astype(np.int32), (ink,) * 3)
    quads = np.asarray(quads, np.float32).reshape(-1, 4, 2)
    legible = np.ones(len(quads), bool) if legible is None else np.asarray(legible)
    return LoadedPage(photo, quads, legible, np.zeros(size, np.uint8))


def block(left, top, width=90, height=30):
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]


def plain(monkeypatch):
    """Leave the light as it is, so that ink can be told from ground."""
    monkeypatch.setattr(augment, "relit", lambda photo, _: photo.astype(np.float32) / 255)
    monkeypatch.setattr(sheets, "on_paper", lambda sheet, *_: sheet)


@pytest.fixture
def page():
    return sheet_with([block(60, 60), block(320, 80), block(80, 240), block(340, 250)])


def test_the_quads_move_along_with_the_picture(page, monkeypatch):
    plain(monkeypatch)
    inside, outside = [], []

    for seed in range(30):
        crop = augment.random_crop(page, SIDE, np.random.default_rng(seed))
        covered = np.zeros((SIDE, SIDE), np.uint8)
        around = np.zeros((SIDE, SIDE), np.uint8)
        for quad in crop.quads:
            middle = quad.mean(axis=0)
            shrunk, grown = (middle + by * (quad - middle) for by in (0.85, 1.1))
            cv2.fillConvexPoly(covered, np.round(shrunk).astype(np.int32), 1)
            cv2.fillConvexPoly(around, np.round(grown).astype(np.int32), 1)
        grey = crop.photo.mean(axis=2)
        inside.append((grey[covered > 0] < 0.3).mean() if covered.any() else 1.0)
        outside.append((grey[around == 0] < 0.2).mean() if not around.all() else 0.0)

    assert min(inside) > 0.97
    assert max(outside) < 0.01


def test_picture_and_quads_stay_together_to_a_fifth_of_a_pixel(monkeypatch):
    plain(monkeypatch)
    monkeypatch.setattr(augment, "_GREY", (255, 255, 255))
    monkeypatch.setattr(augment, "HEIGHTS", (60.0, 60.0))  # three times the size
    page = sheet_with([], ground=255)
    page.photo[180:200, 240:280] = 0
    word = np.asarray([[(240, 180), (280, 180), (280, 200), (240, 200)]], np.float32)
    page = LoadedPage(page.photo, word, np.ones(1, bool), page.doubtful)
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    apart = []

    for seed in range(60):
        crop = augment.random_crop(page, SIDE, np.random.default_rng(seed))
        dark = 1 - crop.photo.mean(axis=2)
        if len(crop.quads) and crop.quads.min() > 3 and crop.quads.max() < SIDE - 3:
            middle = np.asarray([(dark * xs).sum(), (dark * ys).sum()]) / dark.sum()
            apart.append(middle - crop.quads[0].mean(axis=0))

    assert len(apart) > 10
    assert np.abs(np.mean(apart, axis=0)).max() < 0.2


def test_the_kernels_lie_on_the_words(page, monkeypatch):
    plain(monkeypatch)

    for seed in range(10):
        crop = augment.random_crop(page, SIDE, np.random.default_rng(seed))
        cells = crop.photo.mean(axis=2).reshape(SIDE // STRIDE, STRIDE, -1, STRIDE).mean((1, 3))

        assert crop.targets.kernel.shape == (SIDE // STRIDE, SIDE // STRIDE)
        assert (cells[crop.targets.kernel > 0] < 0.3).all()


def test_the_same_seed_cuts_the_same_crop_and_another_one_another(page):
    one, same, other = (
        augment.random_crop(page, SIDE, np.random.default_rng(n)) for n in (3, 3, 4)
    )

    assert np.array_equal(one.photo, same.photo)
    assert np.array_equal(one.targets.stacked(), same.targets.stacked())
    assert not np.array_equal(one.photo, other.photo)


@pytest.mark.thorough
def test_words_are_shown_large_and_small_whatever_their_size_on_the_page():
    for height in (15, 120):
        page = sheet_with([block(100, 100, 3 * height, height)])
        seen = [augment.random_crop(page, SIDE, np.random.default_rng(n)).quads for n in range(40)]
        heights = np.concatenate([frame(quads).height for quads in seen if len(quads)])

        assert heights.min() < 30
        assert heights.max() > (50 if height == 15 else 60)
        assert heights.max() < 110


def test_levels_stay_between_0_and_1(page):
    for seed in range(20):
        photo = augment.random_crop(page, SIDE, np.random.default_rng(seed)).photo

        assert photo.dtype == np.float32
        assert 0 <= photo.min() <= photo.max() <= 1


def test_thin_strokes_survive_when_a_page_is_shrunk(monkeypatch):
    plain(monkeypatch)
    page = sheet_with([block(200, 100, 400, 160)], size=(900, 1200))
    page.photo[:] = 220
    page.photo[:, ::16] = 0  # a line of one pixel in sixteen
    monkeypatch.setattr(augment, "HEIGHTS", (20.0, 20.0))  # an eighth of the size

    crop = augment.random_crop(page, SIDE, np.random.default_rng(1))

    middle = crop.photo[96:160, 96:160]
    assert middle.mean() == pytest.approx(220 * 15 / 16 / 255, abs=0.03)
    assert middle.std() < 0.1


def test_illegible_ink_is_neither_taught_nor_held_against_the_network(monkeypatch):
    page = sheet_with([block(200, 150, 160, 60)], legible=[False])
    monkeypatch.setattr(augment, "WORD_SHARE", 1.0)

    targets = augment.random_crop(page, SIDE, np.random.default_rng(0)).targets

    assert targets.kernel.sum() == 0
    assert (targets.weight == 0).any()


def test_a_page_without_words_is_background():
    crop = augment.random_crop(sheet_with([]), SIDE, np.random.default_rng(0))

    assert crop.quads.shape == (0, 4, 2)
    assert crop.targets.kernel.sum() == 0
    assert (crop.targets.weight == 1).all()


def test_doubtful_ink_moves_along_with_the_picture(monkeypatch):
    plain(monkeypatch)
    page = sheet_with([block(100, 100), block(250, 200)])
    page.doubtful[205:225, 255:335] = 1

    without = LoadedPage(page.photo, page.quads[:1], page.legible[:1], page.doubtful)
    shown = 0
    for seed in range(20):
        crop = augment.random_crop(without, SIDE, np.random.default_rng(seed))
        cells = crop.photo.mean(axis=2).reshape(SIDE // STRIDE, STRIDE, -1, STRIDE).mean((1, 3))
        less = crop.targets.weight < 1
        shown += less.sum()
        assert (cells[less] < 0.3).mean() > 0.9 if less.any() else True

    assert shown > 100
