from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.datasets.zip_archive import read_zip
from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.synthesis import words
from recognizer.synthesis.fonts import draw_text, random_pen
from recognizer.synthesis.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = Vocabulary(["river", "stone", "lamp"])


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(out: Path, fonts: list[Path], count: int = 12, seed: int = 0) -> Path:
    words.write_words(out, count, words.font_source(VOCABULARY, fonts), seed, lambda done: None)
    return out


def test_a_drawn_word_is_a_grey_image_wider_than_high(fonts: list[Path]) -> None:
    picture, font = words.draw_word("Mississippi", fonts, np.random.default_rng(0))

    assert (str(picture.dtype), picture.ndim, font) == ("uint8", 2, "Pillow")
    assert picture.shape[1] > 2 * picture.shape[0]


def test_ink_is_darker_than_its_ground(fonts: list[Path]) -> None:
    random = np.random.default_rng(0)

    for _ in range(20):
        picture, _ = words.draw_word("lamp", fonts, random)
        assert np.median(picture) - picture.min() > 15


def test_words_are_cut_and_lit_differently_every_time(fonts: list[Path]) -> None:
    random = np.random.default_rng(0)

    pictures = [words.draw_word("lamp", fonts, random)[0] for _ in range(20)]

    assert len({picture.shape for picture in pictures}) > 10
    assert np.ptp([np.median(picture) for picture in pictures]) > 50


def test_the_same_seed_draws_the_same_word(fonts: list[Path]) -> None:
    one, again, other = (
        words.draw_word("lamp", fonts, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )

    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_flat_texts_are_mostly_cut_as_high_as_the_line(fonts: list[Path]) -> None:
    random = np.random.default_rng(0)

    heights = [words.draw_word("-", fonts, random)[0].shape[0] for _ in range(40)]

    assert np.median(heights) > 30


def test_a_font_that_lacks_a_character_is_passed_over(
    tmp_path: Path, fonts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    poor, rich = tmp_path / "poor.ttf", tmp_path / "rich.ttf"
    shutil.copy(fonts[0], poor)
    shutil.copy(fonts[0], rich)
    monkeypatch.setattr(words, "supports", lambda font, text: font.stem == "rich")
    random = np.random.default_rng(0)

    used = {words.draw_word("lamp", [poor, rich], random)[1] for _ in range(10)}

    assert used == {"rich"}


@pytest.mark.parametrize("text", ["漢字", "New York"])
def test_a_text_that_no_font_can_draw_is_an_error_that_names_it(
    fonts: list[Path], text: str
) -> None:
    with pytest.raises(DataError, match=f"'{text}'"):
        words.draw_word(text, fonts, np.random.default_rng(0))


def test_written_words_are_read_back_with_text_and_font(tmp_path: Path, fonts: list[Path]) -> None:
    samples = read_zip(write(tmp_path / "words.zip", fonts))

    texts = [sample.text for sample in samples]
    assert len(texts) == 12
    assert any("lamp" in text.lower() for text in texts)
    assert {sample.hand for sample in samples} == {"Pillow"}
    assert all(sample.load().shape[0] == images.HEIGHT for sample in samples)


def test_the_same_seed_writes_the_same_words(tmp_path: Path, fonts: list[Path]) -> None:
    one = members(write(tmp_path / "one.zip", fonts, seed=5))
    again = members(write(tmp_path / "again.zip", fonts, seed=5))
    other = members(write(tmp_path / "other.zip", fonts, seed=6))

    assert one == again
    assert one != other


def test_progress_is_told_after_every_word(tmp_path: Path, fonts: list[Path]) -> None:
    done: list[int] = []

    words.write_words(tmp_path / "w.zip", 3, words.font_source(VOCABULARY, fonts), 0, done.append)

    assert done == [1, 2, 3]


def test_an_interrupted_file_never_counts_as_complete(tmp_path: Path, fonts: list[Path]) -> None:
    def interrupt(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    out = tmp_path / "words.zip"
    with pytest.raises(KeyboardInterrupt):
        words.write_words(out, 5, words.font_source(VOCABULARY, fonts), 0, interrupt)

    assert not out.exists()


def test_nothing_but_the_file_remains(tmp_path: Path, fonts: list[Path]) -> None:
    out = write(tmp_path / "words.zip", fonts, count=2)

    assert list(tmp_path.iterdir()) == [out]


def test_a_checkbox_or_bullet_stands_before_the_word(fonts: list[Path]) -> None:
    pen = random_pen(fonts, np.random.default_rng(0))
    ink = draw_text("lamp", pen, np.random.default_rng(0))

    def length(marked: float) -> float:
        """Mean width / height."""
        random = np.random.default_rng(5)
        pictures = [words.render(ink, random, marked) for _ in range(20)]
        return float(np.mean([picture.shape[1] / picture.shape[0] for picture in pictures]))

    assert length(marked=1.0) > length(marked=0.0) + 0.5


@pytest.mark.thorough
def test_one_word_in_twenty_stands_behind_a_checkbox_or_bullet(
    fonts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = []
    draw = words._mark
    monkeypatch.setattr(words, "_mark", lambda *args: marked.append(1) or draw(*args))
    random = np.random.default_rng(0)

    for _ in range(400):
        words.draw_word("on", fonts, random)

    assert 8 < len(marked) < 36
