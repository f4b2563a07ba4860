"""The built-in detector on boards and sheets drawn here, so that the truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from detector_stub.detectors.classical import ClassicalConfig, ClassicalDetector

TEXT = (("every", "photo", "holds"), ("words", "about", "topics"))
SIZE = (900, 420)


def draw_board(ground=225, ink=(30, 30, 40), size=44, scale=1.0):
    """A board with two lines of three words; returns the picture and the boxes of the words."""
    page = Image.new("RGB", SIZE, (ground,) * 3 if isinstance(ground, int) else ground)
    brush, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    truth = []
    for row, words in enumerate(TEXT):
        x = 80
        for word in words:
            brush.text((x, 80 + 130 * row), word, fill=ink, font=font)
            box = brush.textbbox((x, 80 + 130 * row), word, font=font)
            truth.append(box)
            x = box[2] + size * 0.75
    if scale != 1.0:
        page = page.resize((round(page.width * scale), round(page.height * scale)))
    return page, [tuple(edge * scale for edge in box) for box in truth]


def found_on(page, config=None):
    photo = np.asarray(page.convert("RGB"))
    lines = ClassicalDetector(config).detect(photo, Path("unused"))
    return [(b.left, b.top, b.right, b.bottom) for line in lines for b in line]


def covers(box, word):
    """Whether `box` holds the word and little else."""
    tall = word[3] - word[1]
    return (
        box[0] <= word[0] + 3
        and box[2] >= word[2] - 3
        and box[1] <= word[1] + 0.2 * tall
        and box[3] >= word[3] - 0.2 * tall
        and box[2] - box[0] < word[2] - word[0] + tall
        and box[3] - box[1] < 2 * tall
    )


def hits(page, truth):
    boxes = found_on(page)
    return [any(covers(box, word) for box in boxes) for word in truth], boxes


def shaded(page):
    """Light that falls from the left, and a reflection."""
    pixels = np.asarray(page, dtype=np.float32) * np.linspace(1, 0.55, page.width)[None, :, None]
    y, x = np.mgrid[: page.height, : page.width]
    glare = 90 * np.exp(-(((x - 600) / 120) ** 2 + ((y - 330) / 30) ** 2))
    return Image.fromarray((pixels + glare[..., None]).clip(0, 255).astype(np.uint8))


def framed(page):
    """A dark frame and a tray with pens."""
    brush = ImageDraw.Draw(page)
    brush.rectangle((0, 0, page.width, 26), fill=(40, 40, 44))
    brush.rectangle((0, 0, 18, page.height), fill=(40, 40, 44))
    brush.rectangle((0, 380, page.width, 396), fill=(60, 60, 62))
    return page


def ruled(page, step=38, upright=False):
    """Lines of a notebook below the ink, a little slanted as in photos."""
    brush = ImageDraw.Draw(page)
    for y in range(20, page.height, step):
        brush.line((0, y, page.width, y + 5), fill=(180, 192, 214), width=2)
    for x in range(20, page.width if upright else 0, step):
        brush.line((x, 0, x + 4, page.height), fill=(180, 192, 214), width=2)
    words, truth = draw_board(ground=255)
    return Image.fromarray(np.minimum(np.asarray(page), np.asarray(words))), truth


def test_each_word_of_a_clean_board_gets_one_box_in_reading_order():
    page, truth = draw_board()

    boxes = found_on(page)

    assert len(boxes) == len(truth)
    assert all(covers(box, word) for box, word in zip(boxes, truth, strict=True))


def test_a_faint_marker_is_found():
    page, truth = draw_board(ground=225, ink=(198, 198, 200))

    assert all(hits(page, truth)[0])


@pytest.mark.parametrize("ink", [(200, 40, 40), (40, 80, 200), (30, 140, 70), (210, 120, 20)])
def test_coloured_pens_are_found(ink):
    page, truth = draw_board(ink=ink)

    assert all(hits(page, truth)[0])


def test_a_coloured_board_is_no_obstacle():
    page, truth = draw_board(ground=(228, 206, 120))

    assert all(hits(page, truth)[0])


def test_shade_and_glare_are_no_obstacle():
    page, truth = draw_board()

    found, boxes = hits(shaded(page), truth)

    assert all(found)
    assert len(boxes) <= len(truth) + 1


def test_frames_and_trays_are_not_taken_for_words():
    page, truth = draw_board()

    found, boxes = hits(framed(page), truth)

    assert all(found)
    assert len(boxes) <= len(truth) + 2


@pytest.mark.parametrize("upright", [False, True])
def test_lined_and_squared_paper_is_no_obstacle(upright):
    page, truth = ruled(Image.new("RGB", SIZE, (244, 243, 236)), upright=upright)

    found, boxes = hits(page, truth)

    assert sum(found) >= len(truth) - 1
    assert len(boxes) <= len(truth) + 3


def test_camera_noise_is_not_taken_for_words():
    page, truth = draw_board()
    grain = np.random.default_rng(0).normal(0, 6, (*page.size[::-1], 3))
    noisy = Image.fromarray((np.asarray(page) + grain).clip(0, 255).astype(np.uint8))

    found, boxes = hits(noisy, truth)

    assert all(found)
    assert len(boxes) <= len(truth) + 2


def test_an_empty_board_holds_no_words():
    grain = np.random.default_rng(0).normal(220, 3, (400, 600, 3)).clip(0, 255).astype(np.uint8)

    assert len(found_on(Image.fromarray(grain))) <= 1


def test_a_diagram_beside_the_text_is_left_out():
    page, truth = draw_board()
    brush = ImageDraw.Draw(page)
    brush.ellipse((640, 40, 860, 260), outline=(30, 30, 40), width=4)
    brush.line((640, 300, 860, 380), fill=(30, 30, 40), width=4)

    found, boxes = hits(page, truth)

    assert all(found)
    assert not any(box[2] - box[0] > 180 and box[3] - box[1] > 120 for box in boxes)


@pytest.mark.thorough
def test_boxes_of_a_large_photo_are_in_its_own_pixels():
    page, truth = draw_board(scale=4.0)

    found, _ = hits(page, truth)

    assert all(found)


def test_other_constants_are_another_engine():
    wide = ClassicalDetector(ClassicalConfig(gap=0.6))

    assert wide.fingerprint != ClassicalDetector().fingerprint


def test_a_tiny_photo_is_no_error():
    assert found_on(Image.new("RGB", (3, 2))) == []


def test_squared_paper_that_is_hardly_visible_leaves_no_boxes():
    """Its lines waver around the threshold of ink and break into dashes and crosses."""
    samples = Path(__file__).parents[3] / "samples"
    with Image.open(samples / "001-sprint-planning.jpg") as page:
        boxes = found_on(page)

    assert 22 <= len(boxes) <= 28  # 25 words
