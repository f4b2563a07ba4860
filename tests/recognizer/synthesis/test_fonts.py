from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.errors import DataError
from recognizer.synthesis.fonts import Pen, draw_text, fonts_in, random_pen, supports

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def pen(font: Path, **changes: float) -> Pen:
    usual: dict[str, float] = {"size": 40, "stroke": 0, "joined": False, "spacing": 0, "jitter": 0}
    return Pen(font, **(usual | changes))  # type: ignore[arg-type]


def ink(text: str, pen: Pen, seed: int = 0) -> NDArray[np.float32]:
    return draw_text(text, pen, np.random.default_rng(seed))[0]


def ink_rows(drawn: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.flatnonzero(drawn.max(axis=1) > 0.5)


def test_fonts_are_found_by_their_ending_and_sorted(tmp_path: Path) -> None:
    for name in ("b.ttf", "a.OTF", "readme.txt", "c.TTF"):
        (tmp_path / name).touch()

    assert [font.name for font in fonts_in(tmp_path)] == ["a.OTF", "b.ttf", "c.TTF"]


def test_fonts_are_found_in_the_folders_below_as_packages_hold_them(tmp_path: Path) -> None:
    (tmp_path / "truetype" / "hand").mkdir(parents=True)
    (tmp_path / "truetype" / "hand" / "b.ttf").touch()
    (tmp_path / "a.otf").touch()
    (tmp_path / "no-font.ttf").mkdir()

    assert [font.name for font in fonts_in(tmp_path)] == ["a.otf", "b.ttf"]


def test_a_folder_without_fonts_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=str(tmp_path)):
        fonts_in(tmp_path)


@pytest.mark.parametrize(
    ("text", "supported"), [("Hello", True), ("(x_1)!", True), ("漢", False), ("a漢", False)]
)
def test_a_font_supports_a_text_if_it_has_every_character(
    fonts: list[Path], text: str, *, supported: bool
) -> None:
    assert supports(fonts[0], text) is supported


def test_a_space_is_no_ink_and_so_not_supported(fonts: list[Path]) -> None:
    assert not supports(fonts[0], "a b")


def test_the_same_seed_takes_the_same_pen(fonts: list[Path]) -> None:
    pens = [random_pen(fonts, np.random.default_rng(seed)) for seed in (7, 7, 8)]

    assert pens[0] == pens[1] != pens[2]


def test_pens_suit_word_images_of_64_rows(fonts: list[Path]) -> None:
    random = np.random.default_rng(0)

    pens = [random_pen(fonts, random) for _ in range(200)]

    assert all(34 <= p.size < 48 and p.stroke in (0, 1, 2) and p.jitter <= 0.05 for p in pens)
    assert {p.joined for p in pens} == {True, False}


@pytest.mark.parametrize("joined", [True, False])
def test_ink_is_coverage_cut_at_its_sides(fonts: list[Path], *, joined: bool) -> None:
    drawn = ink("dog", pen(fonts[0], joined=joined))

    assert drawn.dtype == np.float32
    assert (drawn.min(), drawn.max()) == (0, 1)
    assert drawn[:, 0].any()
    assert drawn[:, -1].any()


@pytest.mark.parametrize("text", ["dog", "ace", "d", "p", "dp"])
def test_letters_stand_between_the_top_and_the_foot_of_the_line(
    fonts: list[Path], text: str
) -> None:
    drawn, top, foot = draw_text(text, pen(fonts[0]), np.random.default_rng(0))

    rows = ink_rows(drawn)
    assert top - 1 <= rows[0] < rows[-1] <= foot + 1


def test_top_and_foot_do_not_depend_on_the_text(fonts: list[Path]) -> None:
    random = np.random.default_rng(0)

    lines = {draw_text(text, pen(fonts[0]), random)[1:] for text in ("ace", "dpq", "-")}

    assert len(lines) == 1


def test_a_wider_spacing_makes_a_wider_word(fonts: list[Path]) -> None:
    close, wide = (ink("dog", pen(fonts[0], spacing=s)).shape[1] for s in (0.0, 0.3))

    assert wide == pytest.approx(close + 2 * 0.3 * 40, abs=6)


def test_a_thicker_stroke_leaves_more_ink(fonts: list[Path]) -> None:
    thin, thick = (ink("dog", pen(fonts[0], stroke=s)).sum() for s in (0, 2))

    assert thick > 1.5 * thin


def test_an_unsteady_hand_does_not_keep_the_line(fonts: list[Path]) -> None:
    steady, unsteady = (ink("ooooooooo", pen(fonts[0], jitter=j)) for j in (0.0, 0.1))

    assert len(ink_rows(unsteady)) > len(ink_rows(steady)) + 4


def test_the_same_seed_draws_the_same_ink(fonts: list[Path]) -> None:
    unsteady = pen(fonts[0], jitter=0.05)

    one, again, other = (ink("dog", unsteady, seed) for seed in (1, 1, 2))

    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_text_without_ink_is_one_empty_column(fonts: list[Path]) -> None:
    drawn = ink(" ", pen(fonts[0]))

    assert drawn.shape[1] == 1
    assert not drawn.any()
