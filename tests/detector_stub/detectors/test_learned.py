"""The shipped weights on boards drawn here, so that the truth is known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from safetensors.numpy import save_file

from detector_stub.boxes import DetectorError
from detector_stub.detectors import passes
from detector_stub.detectors.learned import LearnedDetector
from detector_stub.inference import postprocessing
from detector_stub.inference.pretrained import WEIGHTS

TEXT = (("every", "photo", "holds"), ("words", "about", "topics"))
LIGHT, DARK = (225, 225, 222), (32, 34, 40)


@pytest.fixture(scope="module")
def detector():
    return LearnedDetector()


def draw_board(size=44, ground=LIGHT, ink=DARK):
    """Two lines of three words; returns the picture and the corners of the words [6, 4, 2].

    A word is as high as its line, from the ascenders to the descenders: who boxes handwriting by
    hand leaves that room, and boxes that hug the ink of such words share more than half of it.
    """
    font = ImageFont.load_default(size)
    page = Image.new("RGB", (round(21 * size), round(9 * size)), ground)
    brush, truth = ImageDraw.Draw(page), []
    for row, line in enumerate(TEXT):
        x, y = 2 * size, (2 + 3 * row) * size
        for word in line:
            brush.text((x, y), word, fill=ink, font=font)
            left, right = x, x + round(font.getlength(word))
            top, bottom = y, y + sum(font.getmetrics())
            truth.append([(left, top), (right, top), (right, bottom), (left, bottom)])
            x = right + size * 0.75
    return page, np.asarray(truth, np.float32)


def turned(page, quads, degrees):
    """The same, turned counter-clockwise about the middle, with room at the edges."""
    angle, middle = np.radians(-degrees), np.asarray(page.size) / 2
    turn = np.asarray([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    out = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=LIGHT)
    return out, ((quads - middle) @ turn.T + np.asarray(out.size) / 2).astype(np.float32)


def boxes_on(detector, page):
    return [b for line in detector.detect(np.asarray(page), Path("unused")) for b in line]


def bounds(quads):
    return np.concatenate([quads.min(axis=1), quads.max(axis=1)], axis=1)


def found(boxes, truth):
    """Of each true word, whether a box has its bounds: much of what both cover is shared.

    Boxes that are found from far away have wide margins.
    """
    given = np.asarray([(b.left, b.top, b.right, b.bottom) for b in boxes]).reshape(-1, 4)
    hits = []
    for low_x, low_y, high_x, high_y in bounds(truth):
        wide = np.minimum(given[:, 2], high_x) - np.maximum(given[:, 0], low_x)
        tall = np.minimum(given[:, 3], high_y) - np.maximum(given[:, 1], low_y)
        both = wide.clip(0) * tall.clip(0)
        area = (given[:, 2] - given[:, 0]) * (given[:, 3] - given[:, 1])
        either = area + (high_x - low_x) * (high_y - low_y) - both
        hits.append(bool((both > 0.45 * either).any()))
    return hits


@pytest.mark.parametrize("size", [24, 44, 90, 180])
def test_every_word_is_found_once_whatever_its_size(detector, size):
    page, truth = draw_board(size)

    boxes = boxes_on(detector, page)

    assert found(boxes, truth) == [True] * 6
    assert len(boxes) == 6


@pytest.mark.parametrize("share", [0.06, 0.12, 0.2, 0.3])
@pytest.mark.parametrize("longest", [400, 1400])
def test_a_word_is_found_whatever_share_of_the_photo_it_fills(detector, share, longest):
    size = round(share * longest / 1.36)
    page = Image.new("RGB", (longest, round(longest * 0.75)), LIGHT)
    font = ImageFont.load_default(size)
    left, top = round(0.1 * longest), round(0.2 * longest)
    ImageDraw.Draw(page).text((left, top), "depth", fill=DARK, font=font)
    right, bottom = left + round(font.getlength("depth")), top + sum(font.getmetrics())
    truth = np.asarray([[(left, top), (right, top), (right, bottom), (left, bottom)]])

    assert found(boxes_on(detector, page), truth) == [True]


@pytest.mark.thorough
def test_words_of_several_sizes_are_found_on_one_photo(detector):
    large, large_truth = draw_board(100)
    small, small_truth = draw_board(30)
    page = Image.new("RGB", (2100, 1300), LIGHT)
    page.paste(large, (0, 0))
    page.paste(small, (0, 900))
    page.paste(small, (1200, 900))

    places = [large_truth, np.add(small_truth, (0, 900)), np.add(small_truth, (1200, 900))]

    hits = found(boxes_on(detector, page), np.concatenate(places))

    assert sum(hits) >= 17


@pytest.mark.thorough
def test_small_writing_on_a_large_photo_is_looked_at_in_full_resolution(detector, monkeypatch):
    small, truth = draw_board(20)
    page = Image.new("RGB", (4000, 1000), LIGHT)
    page.paste(small, (1700, 300))
    truth += (1700, 300)

    closest = found(boxes_on(detector, page), truth)
    monkeypatch.setattr(passes, "MAX_CLOSEST_SIDE", passes.MAX_CLOSE_SIDE)
    close = found(boxes_on(detector, page), truth)

    assert sum(closest) > sum(close)
    assert sum(closest) >= 5


@pytest.mark.parametrize("degrees", [15, -15])
def test_slanted_words_are_found_with_the_slope_of_their_line(detector, degrees):
    page, truth = turned(*draw_board(), degrees)

    boxes = boxes_on(detector, page)

    assert found(boxes, truth) == [True] * 6
    along = postprocessing.frame(np.asarray([b.corners for b in boxes], np.float32)).along
    slopes = np.degrees(np.arcsin(along[:, 1]))
    assert slopes == pytest.approx(np.full(len(boxes), -degrees), abs=5)


def test_a_slanted_word_is_cut_out_level(detector):
    page, _ = turned(*draw_board(), 15)

    for box in boxes_on(detector, page):
        cut = box.cut(np.asarray(page))

        ink = cut.min(axis=2) < 128
        assert ink.any()
        assert cut.shape[0] < 0.75 * box.height  # the bounds of a slanted word are higher than it


def test_words_come_in_reading_order(detector):
    page, truth = draw_board()

    lines = detector.detect(np.asarray(page), Path("unused"))

    assert [len(line) for line in lines] == [3, 3]
    ordered = [hit for line in lines for hit in line]
    assert [found([box], truth).index(True) for box in ordered] == [0, 1, 2, 3, 4, 5]


def test_chalk_on_a_dark_board_is_found(detector):
    page, truth = draw_board(ground=DARK, ink=LIGHT)

    assert found(boxes_on(detector, page), truth) == [True] * 6


@pytest.mark.parametrize("ink", [(200, 40, 40), (40, 80, 200), (30, 140, 70)])
def test_coloured_pens_are_found(detector, ink):
    page, truth = draw_board(ink=ink)

    assert found(boxes_on(detector, page), truth) == [True] * 6


@pytest.mark.parametrize("ground", [20, 128, 225, 255])
def test_an_empty_board_holds_no_words(detector, ground):
    grain = np.random.default_rng(0).normal(ground, 3, (600, 900, 3)).clip(0, 255)

    assert boxes_on(detector, Image.fromarray(grain.astype(np.uint8))) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (15, 400), (16, 16), (3000, 20)])
def test_a_picture_too_small_for_words_is_no_error(detector, size):
    assert boxes_on(detector, Image.new("RGB", size, LIGHT)) == []


def test_boxes_lie_on_the_photo_and_are_not_empty(detector):
    page, _ = draw_board(60)
    page = page.crop((150, 150, 900, 400))  # through words on three sides

    boxes = boxes_on(detector, page)

    assert boxes
    for box in boxes:
        assert 0 <= box.left < min(box.right, page.width)
        assert 0 <= box.top < min(box.bottom, page.height)


def test_the_same_photo_gives_the_same_boxes():
    page, _ = draw_board()

    assert boxes_on(LearnedDetector(), page) == boxes_on(LearnedDetector(), page)


def test_other_weights_are_another_engine(tmp_path):
    other = tmp_path / "words.safetensors"
    content = bytearray(WEIGHTS.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)

    assert LearnedDetector(other).fingerprint != LearnedDetector().fingerprint
    other.write_bytes(WEIGHTS.read_bytes())
    assert LearnedDetector(other).fingerprint == LearnedDetector().fingerprint


def test_missing_weights_are_named_before_any_photo_is_opened(tmp_path):
    with pytest.raises(DetectorError, match=r"absent\.safetensors: cannot read the weights"):
        _ = LearnedDetector(tmp_path / "absent.safetensors").fingerprint


@pytest.mark.parametrize("size", [0, 7, 100, 200_000])
def test_cut_off_weights_are_named_before_any_photo_is_opened(tmp_path, size):
    (tmp_path / "words.safetensors").write_bytes(WEIGHTS.read_bytes()[:size])

    with pytest.raises(
        DetectorError, match=r"words\.safetensors: damaged, or not weights"
    ) as caught:
        _ = LearnedDetector(tmp_path / "words.safetensors").fingerprint

    assert caught.value.exit_code == 5


def test_weights_of_something_else_are_named_before_any_photo_is_opened(tmp_path):
    save_file({"a": np.zeros(1)}, tmp_path / "words.safetensors")

    with pytest.raises(DetectorError, match=r"words\.safetensors: no weights of the detector"):
        _ = LearnedDetector(tmp_path / "words.safetensors").fingerprint


@pytest.mark.thorough
def test_neither_making_the_detector_nor_its_fingerprint_loads_torch():
    code = (
        "import sys\n"
        "from detector_stub.detectors.learned import LearnedDetector\n"
        "print(LearnedDetector().fingerprint)\n"
        "assert 'torch' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("learned-")
