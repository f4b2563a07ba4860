"""Time budgets, such as 30m or 1.5h."""

from __future__ import annotations

import math

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> float:
    """Seconds of a budget: a positive number and s, m or h.

    Raises:
        ValueError: anything else, NaN and infinity included; says what is expected.

    """
    try:
        value = float(text[:-1]) * _SECONDS[text[-1]]
    except (KeyError, ValueError, IndexError):
        value = 0.0
    if not 0 < value < math.inf:
        msg = f"{text!r}: expected a number and s, m or h, for example 30m"
        raise ValueError(msg)
    return value


class Budget(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3
    """A command-line option whose value is a budget; the command is given seconds."""

    name = "text"

    def convert(
        self,
        value: str | float,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """See `seconds`; a usage error for what is none."""
        if not isinstance(value, str):
            return value
        try:
            return seconds(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
