from __future__ import annotations

import pytest

from indexer.search.calibration import calibrated


def test_calibration_keeps_the_order_and_what_is_certain_and_trusts_middling_scores_less():
    scores = [0.0, 1e-9, 0.001, 0.03, 0.5, 0.8, 0.9, 0.99, 0.9999, 1.0]

    after = [calibrated(score) for score in scores]

    assert after == sorted(set(after))
    assert (after[0], after[-1]) == (0, 1)
    assert after[4:7] == pytest.approx([0.29, 0.47, 0.58], abs=0.01)  # 0.84 becomes one half
    assert after[3] > 0.03
