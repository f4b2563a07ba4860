from __future__ import annotations

import os

import pytest

from indexer.cli.hit_pictures import _shortened


@pytest.mark.parametrize("stem", ["a" * 251, "図" * 82, "é" * 125, "a" + "図" * 80])
def test_a_long_name_is_cut_between_letters_so_that_a_number_fits(stem):
    short = _shortened(stem)

    assert stem.startswith(short)
    assert 190 < len(os.fsencode(short)) <= 200


@pytest.mark.parametrize("stem", ["garden", "\udcff", "a" * 200])
def test_a_name_that_fits_is_kept(stem):
    assert _shortened(stem) == stem
