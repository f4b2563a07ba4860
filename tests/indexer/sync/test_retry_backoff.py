from __future__ import annotations

import pytest

from indexer.sync.retry_backoff import retry_wait


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 60), (2, 120), (3, 240), (11, 60 * 1024), (50, 60 * 1024)]
)
def test_the_wait_doubles_with_each_failure_up_to_a_limit(attempts, minutes):
    assert retry_wait(attempts, 60.0) == 60 * minutes


def test_without_a_wait_a_failed_photo_is_due_at_once():
    assert retry_wait(7, 0.0) == 0.0
