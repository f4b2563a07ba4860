"""Options and types that several of the commands share."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.corrections.correction import IMPORT, TEACHER, check_author
from indexer.query.date_spans import date_span

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., Any]")

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "OCRSEARCH"}


class _Date(click.DateTime):
    """A day, month, year or time; click alone answers with the formats of Python."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click declares it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 - as click declares it
        """See `click.DateTime`."""
        with suppress(click.BadParameter):
            return super().convert(value, param, ctx)
        msg = (
            f"{value!r}: give a year, month, day or time such as 2026-03-01 or 2026-03-01T18:30:00"
        )
        if date := re.match(r"\d{4}(-\d\d(-\d\d)?)?(?=T|$)", value, re.ASCII):
            try:
                date_span(date[0])
            except ValueError as error:
                msg = f"{value}: there is no such date ({error}); give one that exists"
        return self.fail(msg, param, ctx)


DATE = _Date(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M:%S"])

INPUT_FILE = click.Path(path_type=Path)
"""A file that a command reads; what opens it says why it cannot."""

OUTPUT_FILE = click.Path(path_type=Path, writable=True, dir_okay=False)
"""A file that a command writes; `outputs` guards it."""

OUTPUT_FOLDER = click.Path(path_type=Path, writable=True, file_okay=False)
"""A folder that a command writes into; `outputs` guards it."""


class _Share(click.FloatRange):
    """A number from 0 to 1; click alone takes NaN, which is neither below nor above a bound."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click declares it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """See `click.FloatRange`."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r}: expected a number from 0 to 1", param, ctx)
        return number


SHARE = _Share(0, 1)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def _author(_: click.Context, __: click.Parameter, by: str | None) -> str | None:
    """An author of corrections, or a kind of authors. Raises UsageError."""
    if by is not None and by not in {IMPORT, TEACHER}:
        check_author(by)
    return by


def author_option(which: str) -> Callable[[Command], Command]:
    """The option --by; `which` begins its help, such as "Only those"."""
    return click.option(
        "--by",
        metavar="AUTHOR",
        callback=_author,
        help=f"{which} by person, import:NAME or teacher:NAME.",
    )


workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="CPU threads to use (default: all cores)."
)
