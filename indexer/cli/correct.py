"""`ocrsearch correct`: what words on photos are, by those who can read them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.cli.corrections import known_photo, line_of
from indexer.cli.options import json_option
from indexer.corrections.correction import correct_text, is_held_out
from indexer.corrections.new_correction import correction_at
from indexer.entities import Box
from indexer.errors import UsageError
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.config import Settings
    from indexer.corrections.correction import Correction
    from indexer.entities import Photo, Word


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
    help="Where the word stands: a point X,Y in it, or its box LEFT,TOP,RIGHT,BOTTOM, in pixels.",
)
@click.option("--no-word", is_flag=True, help="Say that there is no word, instead of TEXT.")
@click.option(
    "--unreadable", is_flag=True, help="Say that nobody can tell what the word is, instead of TEXT."
)
@click.option(
    "--drawn",
    is_flag=True,
    help="Take the box as it is, whatever was read in it: it joins words, or splits one.",
)
@click.option(
    "--checked",
    is_flag=True,
    help="Say that all words are right as they are shown, instead of one TEXT.",
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
    holds none of them is one that the detector missed. The words that it replaces are named.

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
    if said_of_one != 1:
        msg = "give one of TEXT, --no-word and --unreadable"
        if place is None:
            msg += ", and --at PLACE; or --checked for all words"
        raise UsageError(msg)
    if place is None:
        msg = (
            "--at is missing; give the place of the word, X,Y or LEFT,TOP,RIGHT,BOTTOM "
            "(see: ocrsearch show --json)"
        )
        raise UsageError(msg)
    said = correct_text(text or "")
    if text is not None and not said:
        msg = "the text is empty; give --no-word if there is no word"
        raise UsageError(msg)
    settings = load()

    def made_of(known: Photo) -> Correction:
        now = time.time()
        return correction_at(place, known, said, unreadable=unreadable, drawn=drawn, now=now)

    _correct(settings, photo, made_of, as_json=as_json)


def _correct(
    settings: Settings, photo: Path, make: Callable[[Photo], Correction], *, as_json: bool
) -> None:
    """Add a correction of a photo, and say what became of it. Raises UsageError."""
    from indexer.corrections.report import correction_json  # loads pydantic

    with bootstrap.correcting(settings) as catalog:
        known = known_photo(catalog, photo)
        try:
            [made] = catalog.correct([make(known)])
        except UsageError as error:
            msg = f"{photo}: {error}"
            raise UsageError(msg) from error
        shown = catalog.photo_with(known.hash)
    replaced = _gone(known.words, () if shown is None else shown.words)
    bootstrap.deliver(settings)
    if as_json:
        report = correction_json(made, {known.hash: known.places})
        words = [{"text": word.text, "box": word.box.as_list()} for word in replaced]
        click.echo(reports.dumps(report | {"replaces": words}))
    else:
        click.echo(line_of(made, known.places, instead=[word.text for word in replaced]))


def _gone(before: Sequence[Word], now: Sequence[Word]) -> list[Word]:
    """Words that are not shown any more, in reading order."""
    shown = {(word.box, word.text) for word in now}
    return [word for word in before if (word.box, word.text) not in shown]


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
        used = "measure what is learned" if is_held_out(known.hash) else "are learned from"
        told = f"; the words of this photo {used}" if checked else ""
        click.echo(printable(f"{photo}: {counted(count, 'word')} {done}{told}"))
