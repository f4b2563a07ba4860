from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from recognizer.synthesis.segmentation import segment

from ..spelled import Spelled, spell


def rows_of(ink: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero((ink > 0.5).any(1))
    return int(rows[0]), int(rows[-1])


def test_a_word_is_segmented_between_its_letters() -> None:
    word = spell("stone")

    taken = segment(word.crop, word.text, word.spans)

    assert taken is not None
    for edge, ((_, left), (right, _)) in zip(
        taken.edges[1:-1], pairwise(word.columns), strict=True
    ):
        assert left - 1 <= edge <= right + 1


def test_baseline_and_x_height_are_measured() -> None:
    low, high, capitals = (spell(text) for text in ("noun", "hold", "TIE"))

    found = [segment(word.crop, word.text, word.spans) for word in (low, high, capitals)]

    baselines = [word.baseline for word in found if word]
    heights = [word.x_height for word in found if word]
    assert len(heights) == 3
    assert max(baselines) - min(baselines) <= 2
    assert max(heights) / min(heights) < 1.3


@pytest.mark.parametrize(
    "word",
    [spell("noun", ink=220), spell("-"), spell("m" * 26, gap=20)],
    ids=["faint", "nothing on the line", "squeezed"],
)
def test_a_word_without_measurable_lines_is_not_segmented(word: Spelled) -> None:
    assert segment(word.crop, word.text, word.spans) is None


def test_remains_of_the_line_above_are_removed() -> None:
    clean, cluttered = spell("noun"), spell("noun", tail=True)

    taken = [segment(word.crop, word.text, word.spans) for word in (clean, cluttered)]

    assert not np.array_equal(clean.crop, cluttered.crop)
    tops = [rows_of(word.ink / 255)[0] for word in taken if word]
    assert tops[0] == tops[1] > 10
