from __future__ import annotations

import pytest

from indexer.sync.batch_size import BATCH_SECONDS, BatchSize


@pytest.mark.parametrize(
    ("shares", "photos"),
    [
        ([], 4),
        ([1 / 8], 4),
        ([1.0], 2),
        ([1.0, 1.0], 1),
        ([5.0], 1),
        ([4.0, 0.0, 0.0], 2),
        ([0.001], 4),
    ],
)
def test_as_many_photos_as_take_about_three_seconds_are_read_together(shares, photos):
    size = BatchSize()

    for share in shares:  # of the time that a batch should take
        size.note(share * BATCH_SECONDS)

    assert size.photos(4) == photos
