from __future__ import annotations

import numpy as np
import pytest

from recognizer.errors import DataError
from recognizer.synthesis.strokes import UNIT, draw_strokes, read_strokes


def write(path, words):
    """An archive of (text, style, strokes as lists of points in units)."""
    points, starts, offsets = [], [], [0]
    for _, _, lines in words:
        for line in lines:
            points += [(round(x * UNIT), round(y * UNIT)) for x, y in line]
            starts += [1] + [0] * (len(line) - 1)
        offsets.append(len(points))
    np.savez(
        path,
        points=np.array(points, np.int16),
        starts=np.packbits(np.array(starts, np.uint8)),
        offsets=np.array(offsets, np.int32),
        text=np.array([text for text, _, _ in words]),
        style=np.array([style for _, style, _ in words], np.uint8),
    )
    return path


L = [(0, -8), (0, 0), (4, 0)]
DASH = [(6, -3), (10, -3)]
STEM = [(0, -8), (0, 0)]


def test_words_come_back_with_their_strokes(tmp_path):
    path = write(tmp_path / "s.npz", [("L-", 3, [L, DASH]), ("l", 5, [STEM])])

    first, second = read_strokes(path)

    assert (first.text, first.style, second.text) == ("L-", "style3", "l")
    assert [line.tolist() for line in first.lines] == [
        [list(map(float, p)) for p in L],
        [list(map(float, p)) for p in DASH],
    ]
    assert len(second.lines) == 1


def test_ink_stands_within_the_line_and_strokes_stay_apart(tmp_path):
    [word] = read_strokes(write(tmp_path / "s.npz", [("L-", 0, [L, DASH])]))

    ink, top, foot = draw_strokes(word, np.random.default_rng(0))

    rows = np.flatnonzero(ink.max(axis=1) > 0.5)
    assert top <= rows[0]
    assert rows[-1] < foot
    assert ink.max() == pytest.approx(1.0)
    assert (ink.max(axis=0) < 0.1).any()  # the gap between the two strokes


def test_the_same_seed_draws_the_same_ink(tmp_path):
    [word] = read_strokes(write(tmp_path / "s.npz", [("L", 0, [L])]))

    first, second = (draw_strokes(word, np.random.default_rng(7))[0] for _ in range(2))

    assert np.array_equal(first, second)


def test_a_file_that_is_no_archive_is_named(tmp_path):
    (tmp_path / "s.npz").write_bytes(b"no")

    with pytest.raises(DataError, match=r"s\.npz"):
        read_strokes(tmp_path / "s.npz")
