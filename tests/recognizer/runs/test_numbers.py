from __future__ import annotations

import click
import pytest

from recognizer.runs.numbers import POSITIVE, SEED, Number


@pytest.mark.parametrize("text", ["nan", "-nan", "inf", "-inf", "infinity", "1e999"])
@pytest.mark.parametrize("number", [Number(), Number(min=0), Number(0, 1), POSITIVE])
def test_what_is_not_finite_is_refused(number: Number, text: str) -> None:
    with pytest.raises(click.BadParameter):
        number.convert(text, None, None)


def test_nan_is_refused_with_what_is_expected() -> None:
    with pytest.raises(click.BadParameter, match=r"^'nan': expected a finite number$"):
        POSITIVE.convert("nan", None, None)


@pytest.mark.parametrize("text", ["0", "-1", "1e10", "half"])
def test_a_positive_number_is_above_zero_and_not_too_large_to_compute_with(text: str) -> None:
    with pytest.raises(click.BadParameter):
        POSITIVE.convert(text, None, None)


def test_other_numbers_are_taken_as_they_are() -> None:
    assert POSITIVE.convert("3e-4", None, None) == 3e-4
    assert Number(0, 1).convert("1", None, None) == 1.0


@pytest.mark.parametrize("text", ["-1", "nan", "1.5", str(2**63)])
def test_a_seed_that_no_generator_takes_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SEED.convert(text, None, None)
