"""Opened photos become words: whole or taken apart."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from detector_stub.boxes import Box
from indexer import entities
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits
from indexer.ocr.pipeline import read_photos

from ..conftest import TileDetector, TileRecognizer, draw_photo


def opened(path: Path):
    return path, open_upright(path, Limits())


def test_words_of_several_photos_go_home_to_their_own_photo(tmp_path):
    paths = [
        draw_photo(tmp_path / "a.png", "helios", "luna"),
        draw_photo(tmp_path / "b.png"),
        draw_photo(tmp_path / "c.png", "selene"),
    ]
    opened = [(path, open_upright(path, Limits())) for path in paths]

    readings = list(read_photos(opened, TileDetector(), TileRecognizer()))

    assert [[w.text for w in r.words] for r in readings] == [["helios", "luna"], [], ["selene"]]
    assert [w.line for w in readings[0].words] == [0, 1]


def test_boxes_are_clipped_to_the_photo(tmp_path):
    class Wild(TileDetector):
        def detect(self, photo, path):
            return [[Box(-5, 16, 40, 400)], [Box(900, 900, 950, 950)]]

    path = draw_photo(tmp_path / "a.png", "helios")

    [reading] = read_photos([(path, open_upright(path, Limits()))], Wild(), TileRecognizer())

    assert [w.box for w in reading.words] == [entities.Box(0, 16, 40, 32)]


def test_a_word_is_cut_out_by_its_box_and_not_by_its_bounds(tmp_path):
    """A word that runs downwards: its corners say so, its bounds do not."""
    path = draw_photo(tmp_path / "a.png", "helios")
    Image.open(path).transpose(Image.Transpose.ROTATE_270).save(path)

    class Turned(TileDetector):
        def detect(self, photo, path):
            return [[Box(0, 0, 16, 96, ((16.0, 0.0), (16.0, 96.0), (0.0, 96.0), (0.0, 0.0)))]]

    [reading] = read_photos([(path, open_upright(path, Limits()))], Turned(), TileRecognizer())

    assert [(w.text, w.box) for w in reading.words] == [("helios", entities.Box(0, 0, 16, 96))]


def test_any_detector_can_cut_words_out_its_own_way(tmp_path):
    class Moved(Box):
        def cut(self, photo):
            return photo[32:48, :64]

    class Own(TileDetector):
        def detect(self, photo, path):
            return [[Moved(0, 16, 96, 32)]]

    path = draw_photo(tmp_path / "a.png", "helios", "luna")

    [reading] = read_photos([(path, open_upright(path, Limits()))], Own(), TileRecognizer())

    assert [w.text for w in reading.words] == ["luna"]


class TwoWords(TileRecognizer):
    """Reads two words on each image: one on its first quarter, one on the rest."""

    def read(self, crops, pages=()):
        readings = (0.9, (("helios", 0.9),), b"")
        one = entities.Recognition("helios", *readings, 0.0, 0.25)
        return [[one, entities.Recognition("luna", *readings, 0.25, 1.0)] for _ in crops]


def test_two_words_in_one_box_have_a_part_of_the_box_each(tmp_path):
    path = draw_photo(tmp_path / "a.png", "helios")

    [reading] = read_photos([opened(path)], TileDetector(), TwoWords())

    box = TileDetector().detect(open_upright(path, Limits()).pixels, path)[0][0]
    middle = box.left + (box.right - box.left) // 4
    assert [(w.text, w.box, w.line) for w in reading.words] == [
        ("helios", entities.Box(box.left, box.top, middle, box.bottom), 0),
        ("luna", entities.Box(middle, box.top, box.right, box.bottom), 0),
    ]


def test_two_words_on_a_slanted_line_have_corners_and_bounds_of_their_own(tmp_path):
    corners = ((0.0, 0.0), (80.0, 40.0), (72.0, 56.0), (-8.0, 16.0))

    class Slanted(TileDetector):
        def detect(self, photo, path):
            return [[Box(-8, 0, 80, 56, corners)]]

    path = draw_photo(tmp_path / "a.png", "helios", "luna", "selene")

    [reading] = read_photos([opened(path)], Slanted(), TwoWords())

    one, other = reading.words
    assert one.corners == ((0.0, 0.0), (20.0, 10.0), (12.0, 26.0), (-8.0, 16.0))
    assert other.corners == ((20.0, 10.0), (80.0, 40.0), (72.0, 56.0), (12.0, 26.0))
    assert (one.box, other.box) == (entities.Box(0, 0, 20, 26), entities.Box(12, 10, 80, 56))
