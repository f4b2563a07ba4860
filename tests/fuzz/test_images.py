"""Damaged pictures of every format: opened, or refused with a reason, and nothing else."""

from __future__ import annotations

import pytest

from indexer.errors import PhotoError
from indexer.ocr.image import open_upright
from indexer.ocr.photo_file import Limits
from tests.fuzz.images import FORMATS, mutations

LIMITS = Limits(pixels=4e6, bytes=1e7)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_damaged_picture_is_opened_or_refused_with_a_reason(tmp_path, kind):
    ends = []
    for name, content in mutations(50, seed=7, formats=(kind,)):
        (tmp_path / name).write_bytes(content)
        try:
            pixels = open_upright(tmp_path / name, LIMITS).pixels
        except PhotoError as error:
            ends.append(str(error))
        else:
            ends.append("")
            assert pixels.ndim == 3
            assert pixels.size <= 3 * LIMITS.pixels

    assert len(ends) == 50
    assert all(end.isprintable() and len(end) < 300 for end in ends)


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_pictures():
    once = list(mutations(2, seed=3))

    assert once == list(mutations(2, seed=3))
    assert once != list(mutations(2, seed=4))
    assert {name.split("-")[0] for name, _ in once} == set(FORMATS)
