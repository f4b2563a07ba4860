from __future__ import annotations

import pytest

from indexer.entities import Stamp
from indexer.sync.racy_stamps import without_racy_time


@pytest.mark.parametrize(
    ("age", "stored"), [(-1.9, -1), (0.0, -1), (1.9, -1), (2.0, 5), (3600.0, 5)]
)
def test_a_file_as_young_as_a_clock_is_coarse_gets_a_size_that_no_file_has(age, stored):
    stamp = Stamp(5, 8 * 10**9)

    assert without_racy_time(stamp, now=8.0 + age) == Stamp(stored, 8 * 10**9)
