"""A few inputs of each kind; `make fuzz` takes many."""

from __future__ import annotations

import pytest

from .run import take
from .targets import TARGETS, is_expected

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_odd_input_ends_in_success_or_in_an_error_that_says_what_is_wrong(kind):
    for number in range(12):
        take(kind, 1, number)


def test_other_errors_are_not_expected():
    class Error(Exception):
        exit_code = 2

    assert is_expected(Error("labels.tsv: line 3 has no text"))
    assert not is_expected(Error(""))
    assert not is_expected(ValueError("invalid literal"))
