from __future__ import annotations

import numpy as np
import pytest

from detector_stub.inference.postprocessing import STRIDE
from detector_stub.training import augment, sheets
from tests.detector_stub.training.test_augment import SIDE, block, plain, sheet_with


def sheet(*quads, ground=220):
    page = sheet_with(list(quads), size=(SIDE, SIDE), ground=ground)
    return sheets.Sheet(page.photo, page.quads, page.legible, page.doubtful)


NOTE = sheets.Note((128.0, 128.0), (100.0, 100.0), 0.0)


@pytest.fixture
def random():
    return np.random.default_rng(1)


def test_words_under_a_note_are_gone_and_those_at_its_edge_illegible(random):
    free, half, covered = block(10, 10), block(40, 120), block(85, 100, width=80)

    below = sheets.stuck(sheet(free, half, covered), sheet(), NOTE, random)

    assert np.allclose(below.quads, np.asarray([free, half], np.float32))
    assert below.legible.tolist() == [True, False]


def test_of_the_words_of_a_note_whole_ones_are_legible_and_those_beyond_it_are_gone(random):
    inside, cut, beyond = block(85, 100, width=80), block(140, 140), block(10, 10)

    above = sheets.stuck(sheet(), sheet(inside, cut, beyond), NOTE, random)

    assert np.allclose(above.quads, np.asarray([inside, cut], np.float32))
    assert above.legible.tolist() == [True, False]


def test_illegible_ink_stays_illegible_on_a_note(random):
    blot = sheet(block(85, 100, width=80))
    blot.legible[:] = False

    assert not sheets.stuck(sheet(), blot, NOTE, random).legible.any()


def test_a_note_hides_what_is_under_it_and_nothing_beside_it(random, monkeypatch):
    monkeypatch.setattr(sheets, "coloured", lambda photo, _: photo)
    photo = sheets.stuck(sheet(ground=220), sheet(ground=100), NOTE, random).photo

    assert (photo[90:166, 90:166] == 100).all()
    assert (photo[:40] == 220).all()


def test_a_colour_leaves_the_ink_darker_than_the_paper():
    for seed in range(100):
        photo = sheets.coloured(sheet(block(80, 100)).photo, np.random.default_rng(seed))
        assert photo[115, 120].sum() < photo[10, 10].sum()


def test_rules_are_level_upright_or_both():
    level = upright = 0
    for seed in range(40):
        paper = np.full((SIDE, SIDE, 3), 250, np.uint8)
        dark = sheets.ruled(paper, 20.0, np.random.default_rng(seed)).min(axis=2) < 245
        level += dark.mean(axis=0).std() < dark.mean(axis=1).std()
        upright += dark.mean(axis=1).std() < dark.mean(axis=0).std()
        assert 0.01 < dark.mean() < 0.6

    assert min(level, upright) > 5


@pytest.mark.parametrize(("height", "changes"), [(9.0, False), (60.0, True)])
def test_detail_is_lost_only_where_words_stay_legible(random, height, changes):
    noise = random.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)

    assert (sheets.coarse(noise, height, random).std() < noise.std()) == changes


def test_in_crops_with_notes_of_other_pages_the_kernels_lie_on_words(monkeypatch):
    plain(monkeypatch)
    monkeypatch.setattr(augment, "NOTES_SHARE", 1.0)
    monkeypatch.setattr(sheets, "coloured", lambda photo, _: photo)
    written = sheet_with([block(60 + 110 * i, 60 + 50 * j) for i in range(4) for j in range(6)])
    dark = []

    for seed in range(20):
        crop = augment.random_crop(
            sheet_with([], ground=250), SIDE, np.random.default_rng(seed), lambda: written
        )
        grey = crop.photo[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].mean(axis=2)
        dark += (grey[crop.targets.kernel > 0] < 0.3).tolist()

    assert len(dark) > 1000
    assert np.mean(dark) > 0.98
