"""Pictures of photos are drawn in a process of their own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from indexer.entities import Box, Photo, PhotoId, State
from indexer.errors import PhotoError
from indexer.ocr.content_hash import content_hash
from indexer.ocr.photo_file import Limits
from indexer.renditions.drawing import Drawn, DrawRequest, LastPhoto, Part, Refused, Size
from indexer.renditions.renderer import BusyError, Renderer

LIMITS = Limits()


def photo(path: Path, size=(1000, 500), **options) -> Photo:
    Image.linear_gradient("L").resize(size).convert("RGB").save(path, **options)
    content, _ = content_hash(path, LIMITS)
    return Photo(PhotoId(1), content, State.READ, *size, None, (path,))


def draw(known: Photo, wanted, parts=None):
    request = DrawRequest(known.places[0], known.hash, wanted, LIMITS)
    return request.answer(parts or LastPhoto())


def opened(answer) -> Image.Image:
    assert isinstance(answer, Drawn)
    return Image.open(io.BytesIO(answer.content))


def test_a_size_bounds_the_longer_side_and_never_enlarges(tmp_path):
    known = photo(tmp_path / "a.png")

    assert opened(draw(known, Size(480, "WEBP", 75))).size == (480, 240)
    assert opened(draw(known, Size(4096, "JPEG", 85))).size == (1000, 500)


def test_a_part_is_cut_to_the_photo(tmp_path):
    known = photo(tmp_path / "a.png")

    assert opened(draw(known, Part(Box(900, 400, 1100, 600), 50))).size == (50, 50)
    assert opened(draw(known, Part(Box(2000, 2000, 3000, 3000), 50))).size == (1, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_those_of_the_upright_photo_whatever_its_exif_says(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    known = photo(tmp_path / "a.jpg", (1000, 500), exif=exif)
    upright = opened(draw(known, Size(4096, "WEBP", 75))).size

    assert upright == ((1000, 500) if orientation < 5 else (500, 1000))
    assert opened(draw(known, Part(Box(0, 0, *upright), 100))).size[1] == 100


def test_the_last_photo_is_not_opened_again(tmp_path):
    known, parts = photo(tmp_path / "a.png"), LastPhoto()
    draw(known, Size(480, "WEBP", 75), parts)
    known.places[0].unlink()

    assert isinstance(draw(known, Part(Box(0, 0, 9, 9), 9), parts), Drawn)


def test_another_photo_under_the_same_name_is_refused(tmp_path):
    known = photo(tmp_path / "a.png")
    photo(tmp_path / "a.png", (10, 10))

    answer = draw(known, Size(480, "WEBP", 75))

    assert isinstance(answer, Refused)
    assert answer.changed


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_cannot_be_opened_is_refused_with_a_reason(tmp_path, content):
    known = photo(tmp_path / "a.png")
    known.places[0].write_bytes(content)

    answer = draw(known, Size(480, "WEBP", 75))

    assert isinstance(answer, Refused)
    assert answer.reason


@pytest.mark.slow
def test_a_process_draws_and_a_closed_renderer_draws_no_more(tmp_path):
    known, other = photo(tmp_path / "a.png"), photo(tmp_path / "b.png", (10, 10))
    renderer = Renderer(tmp_path / "renditions", LIMITS, 10)

    first = renderer.photo(known, 480)
    renderer.part(other, Box(0, 0, 9, 9), 9)  # the process has this one in memory now
    known.places[0].unlink()
    kept = renderer.photo(known, 480)
    with pytest.raises(PhotoError, match=r"changed|gone"):
        renderer.photo(known, 2048)
    renderer.close()

    assert Image.open(io.BytesIO(first)).size == (480, 240)
    assert kept == first
    with pytest.raises(BusyError):
        renderer.part(known, Box(0, 0, 9, 9), 9)
