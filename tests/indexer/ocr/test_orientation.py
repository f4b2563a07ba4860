"""Photos are read whichever way up they lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector_stub.boxes import Box
from detector_stub.word_cut import level
from indexer import entities
from indexer.ocr.image import open_upright
from indexer.ocr.orientation import FEW
from indexer.ocr.photo_file import Limits
from indexer.ocr.pipeline import read_photos

from ..conftest import TILE, TileDetector, TileRecognizer, draw_photo

WORDS = ("helios", "selene", "eos")


class Lines(TileDetector):
    """Finds each row of tiles, wherever it begins, and says how often it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def detect(self, photo, path):
        self.asked += 1
        lines = []
        for top in range(0, photo.shape[0], TILE):
            green = np.flatnonzero(photo[top + 2, ::TILE, 1] == 255)
            if len(green):
                lines.append([Box(green[0] * TILE, top, (green[-1] + 1) * TILE, top + TILE)])
        return lines

    def has_known_boxes(self, path):
        return False


@dataclass
class Literate(TileRecognizer):
    """Is sure of the words it knows, and the less of others the longer they are."""

    known: set[str] = field(default_factory=lambda: set(WORDS))

    def read(self, crops, pages=()):
        return [
            [
                entities.Recognition(
                    s.text,
                    c := 0.9 if s.text in self.known else 0.5 ** len(s.text),
                    ((s.text, c),),
                    b"",
                )
            ]
            for [s] in super().read(crops)
        ]


def opened(path: Path):
    return path, open_upright(path, Limits())


def turned_photo(path: Path, turns: int, *words: str):
    """A photo that lies so that it is upright after `turns` quarter turns counter-clockwise."""
    draw_photo(path, *words)
    upright = np.asarray(Image.open(path))
    Image.fromarray(np.rot90(upright, -turns)).save(path, "PNG")
    return opened(path), upright


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photo_is_read_whichever_way_up_it_lies(tmp_path, turns):
    lying, upright = turned_photo(tmp_path / "a.png", turns, *WORDS)

    [reading] = read_photos([lying], Lines(), Literate())

    assert [w.text for w in reading.words] == list(WORDS)
    pixels = lying[1].pixels
    assert (reading.height, reading.width) == pixels.shape[:2]
    for number, word in enumerate(reading.words, start=1):
        there = pixels[word.box.top : word.box.bottom, word.box.left : word.box.right]
        size = len(word.text) * TILE
        drawn = upright[number * TILE : (number + 1) * TILE, :size]
        assert (np.rot90(there, turns) == drawn).all()
        # the corners follow the word, so that it is cut out as it was read
        assert (level(pixels, word.outline) == drawn).all()


def test_a_legible_photo_is_looked_at_once(tmp_path):
    lying, _ = turned_photo(tmp_path / "a.png", 0, *WORDS)
    detector, reader = Lines(), Literate()

    list(read_photos([lying], detector, reader))

    assert (detector.asked, reader.reads) == (1, 1)


def test_of_a_photo_in_doubt_a_few_words_are_read_in_the_other_orientations(tmp_path):
    class Counting(Literate):
        crops = 0

        def read(self, crops, pages=()):
            self.crops += len(crops)
            return super().read(crops, pages)

    words = [f"{letter}elios" for letter in "abcdefghijklmnop"]
    lying, _ = turned_photo(tmp_path / "a.png", 0, *words)
    reader = Counting(known=set())

    [reading] = read_photos([lying], Lines(), reader)

    assert [word.text for word in reading.words] == words
    assert reader.reads == 2
    assert reader.crops <= len(words) + 3 * FEW


def test_a_photo_that_is_illegible_every_way_stays_as_it_lies(tmp_path):
    lying, _ = turned_photo(tmp_path / "a.png", 2, *WORDS)

    [reading] = read_photos([lying], Lines(), Literate(known=set()))

    assert [w.text for w in reading.words] == [word[::-1] for word in reversed(WORDS)]


def test_a_single_short_word_turns_no_photo(tmp_path):
    lying, _ = turned_photo(tmp_path / "a.png", 2, "eos")

    [reading] = read_photos([lying], Lines(), Literate())

    assert [w.text for w in reading.words] == ["soe"]


def test_another_way_up_must_show_twice_as_many_letters_and_not_only_some_more(tmp_path):
    same_both_ways, turned = ("aaa", "bbb", "ccc"), "defghijk"
    too_short = ("a", "b", "c", "d", "e", "f")
    lying, _ = turned_photo(tmp_path / "a.png", 2, *same_both_ways, turned, *too_short)

    [reading] = read_photos([lying], Lines(), Literate(known={*same_both_ways, turned}))

    assert turned[::-1] in [word.text for word in reading.words]


def test_a_photo_whose_boxes_are_given_is_never_turned(tmp_path):
    class Given(Lines):
        def has_known_boxes(self, path):
            return True

    lying, _ = turned_photo(tmp_path / "a.png", 2, *WORDS)
    detector = Given()

    [reading] = read_photos([lying], detector, Literate())

    assert reading.words[0].text == "soe"
    assert detector.asked == 1


def test_a_photo_without_words_has_none_on_its_side_either(tmp_path):
    lying, _ = turned_photo(tmp_path / "a.png", 0)
    detector = Lines()

    [reading] = read_photos([lying], detector, Literate())

    assert reading.words == ()
    assert detector.asked == 2
