from __future__ import annotations

import pytest

from recognizer.runs.budget import seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5h", 5400)]
)
def test_a_budget_is_a_number_with_a_unit(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["30", "m", "half", "1d", "", "-5m", "0s", "nanm", "infh", "1e999h"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}': expected a number and s, m or h"):
        seconds(text)
