"""`ocrsearch correct`: what words on photos are, by those who can read them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.cli.corrections import known_photo, line_of
from indexer.cli.options import json_option
from indexer.corrections.correction import (
    correct_text,
)
from indexer.corrections.new_correction import correction_at
from indexer.entities import Box
from indexer.errors import UsageError
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings


class Place(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3
    """A point `X,Y` or a box `LEFT,TOP,RIGHT,BOTTOM`, in pixels of the upright photo."""

    name = "place"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click declares it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Box:
        """See `click.ParamType`; a point is a box of one pixel."""
        try:
            numbers = [int(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) == 2:
            numbers += [numbers[0] + 1, numbers[1] + 1]
        if len(numbers) != 4 or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
            self.fail(f"{value!r}: give X,Y or LEFT,TOP,RIGHT,BOTTOM in pixels", param, ctx)
        return Box(*numbers)


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.argument("text", required=False)
@click.option(
    "--at",
    "place",
    type=Place(),
    metavar="PLACE",
    help="The word that holds the point X,Y, or the box LEFT,TOP,RIGHT,BOTTOM, in pixels.",
)
@click.option("--no-word", is_flag=True, help="There is no word, instead of TEXT.")
@click.option(
    "--unreadable", is_flag=True, help="Nobody can tell what the word is, instead of TEXT."
)
@click.option(
    "--drawn",
    is_flag=True,
    help="The box is meant as it is, whatever was read in it: it joins words, or splits one.",
)
@click.option(
    "--checked", is_flag=True, help="All words are right as they are shown, instead of one TEXT."
)
@click.option("--unchecked", is_flag=True, help="Undo what --checked did.")
@json_option
@click.pass_obj
def correct(
    load: Callable[..., Settings],
    photo: Path,
    text: str | None,
    place: Box | None,
    *,
    no_word: bool,
    unreadable: bool,
    drawn: bool,
    checked: bool,
    unchecked: bool,
    as_json: bool,
) -> None:
    """Say that TEXT stands at a place of PHOTO.

    It is found by the next query, and stays when the photo is read again, renamed or copied. `show --json` lists the words with their boxes. A box that
    holds none of them is one that the detector missed.

    \b
    ocrsearch correct board.jpg --at 412,230 queue
    ocrsearch correct board.jpg --at 400,210,520,260 "priority queue"
    ocrsearch correct board.jpg --at 412,230 --no-word
    ocrsearch correct board.jpg --checked
    """
    said_of_one = (text is not None) + no_word + unreadable
    if checked or unchecked:
        if said_of_one or drawn or place is not None or checked == unchecked:
            msg = (
                "--checked and --unchecked are about all words; give one of them, and nothing else"
            )
            raise UsageError(msg)
        _check(load(), photo, checked=checked, as_json=as_json)
        return
    if said_of_one != 1 or place is None:
        msg = "give one of TEXT, --no-word and --unreadable, and --at PLACE (see: ocrsearch show --json)"
        raise UsageError(msg)
    from indexer.corrections.report import correction_json  # loads pydantic

    said = correct_text(text or "")
    if text is not None and not said:
        msg = "the text is empty; give --no-word if there is no word"
        raise UsageError(msg)
    settings = load()
    with bootstrap.correcting(settings) as catalog:
        known = known_photo(catalog, photo)
        try:
            made = correction_at(
                place, known, said, unreadable=unreadable, drawn=drawn, now=time.time()
            )
        except UsageError as error:
            msg = f"{photo}: {error}"
            raise UsageError(msg) from error
        [made] = catalog.correct([made])
    bootstrap.deliver(settings)
    if as_json:
        click.echo(reports.dumps(correction_json(made, {known.hash: known.places})))
    else:
        click.echo(line_of(made, known.places))


def _check(settings: Settings, photo: Path, *, checked: bool, as_json: bool) -> None:
    """Say that all words of a photo are right, or undo that. Raises UsageError."""
    with bootstrap.correcting(settings) as catalog:
        known = known_photo(catalog, photo)
        try:
            if checked:
                count = catalog.check(known.hash, None, "", time.time())
            else:
                count = catalog.uncheck(known.hash, time.time())
        except UsageError as error:
            msg = f"{photo}: {error}"
            raise UsageError(msg) from error
    if count is None:
        msg = f"{photo}: was not checked"
        raise UsageError(msg)
    bootstrap.deliver(settings)
    if as_json:
        click.echo(reports.dumps({"photo": str(photo), "checked": checked, "confirmed": count}))
    else:
        done = "confirmed" if checked else "no longer confirmed"
        click.echo(printable(f"{photo}: {count} words {done}"))
