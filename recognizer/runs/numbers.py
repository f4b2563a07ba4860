"""Numbers on the command line, none of which is NaN or infinite."""

from __future__ import annotations

import math
from typing import Any

import click

SEED = click.IntRange(0, 2**63 - 1)
"""A random seed: what the generators of both NumPy and torch take."""


class Number(click.FloatRange):
    """A command-line option whose value is a finite number, within bounds where they are given.

    click takes NaN for every range, because it is neither below nor above a bound.
    """

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click declares it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """See `click.FloatRange`; a usage error for NaN and infinity, too."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r}: expected a finite number", param, ctx)
        return number


POSITIVE = Number(min=0, min_open=True, max=1e9)
"""A number above 0; bounded, because what is computed from it must be finite, too."""
