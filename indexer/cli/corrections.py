"""`ocrsearch corrections`: lists, undoes, exports and imports what people said that words are."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap, reports
from indexer.cli.corrections_export import export
from indexer.cli.corrections_import import import_
from indexer.cli.options import DATE, author_option, json_option
from indexer.cli.printed_names import printed_name
from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.states import CorrectionState, states
from indexer.errors import UsageError, not_in_catalog
from indexer.sync.corrections_copy import drop_from_copy
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.entities import Photo

MIN_UID = 6
"""Digits of a uid by which a correction may be named, if no other one begins with them."""

SHOWN_UID = 8


@click.group()
def corrections() -> None:
    """List, undo, export and import corrections."""


@corrections.command("list")
@click.argument("photo", required=False, type=click.Path(path_type=Path))
@author_option("Only those")
@click.option("--since", type=DATE, metavar="DATE", help="Only those made on this day or later.")
@json_option
@click.pass_obj
def list_(
    load: Callable[..., Settings],
    photo: Path | None,
    by: str | None,
    since: datetime | None,
    *,
    as_json: bool,
) -> None:
    """List corrections, of PHOTO or all.

    The oldest comes first. Behind those that do not count stands why: undone, superseded by another one of
    the same word, or doubtful, because another word is surely read in their place.
    """
    from indexer.corrections.report import correction_json  # loads pydantic

    with bootstrap.reading_only(load()) as (catalog, _):
        contents = None if photo is None else [known_photo(catalog, photo).hash]
        found = catalog.corrections(
            contents=contents, by=by, since=None if since is None else since.timestamp()
        )
        every = catalog.corrections(contents=contents)
        state = states(every, _doubtful(catalog, {c.content for c in found}))
        places = _places(catalog, found)
    for correction in found:
        if as_json:
            report = correction_json(correction, places)
            click.echo(reports.dumps(report | {"state": state[correction.uid]}))
        else:
            of_photo = places.get(correction.content, ())
            click.echo(line_of(correction, of_photo, state[correction.uid]))


@corrections.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--take", is_flag=True, help="Take them over.")
@click.option("--leave", is_flag=True, help="Leave them; they are not offered again.")
@json_option
@click.pass_obj
def former(
    load: Callable[..., Settings], photo: Path, *, take: bool, leave: bool, as_json: bool
) -> None:
    """List corrections of the former version of PHOTO.

    Those of the photo that was in its place before and that were not carried over, because something else is
    read there now.
    """
    from indexer.corrections.report import correction_json  # loads pydantic

    if take and leave:
        msg = "give --take or --leave, not both"
        raise UsageError(msg)
    settings = load()
    with bootstrap.correcting(settings) as catalog:
        known = known_photo(catalog, photo)
        found = catalog.former(known.hash)
        if take or leave:
            catalog.settle_former(known.hash, take=take)
    if take:
        bootstrap.deliver(settings)
    for correction in found:
        if as_json:
            click.echo(reports.dumps(correction_json(correction, {known.hash: known.places})))
        else:
            click.echo(line_of(correction, known.places))
    if not found and not as_json:
        click.echo("nothing is left of a former version", err=True)


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@author_option("All")
@click.pass_obj
def undo(load: Callable[..., Settings], uids: tuple[str, ...], by: str | None) -> None:
    """Undo corrections.

    What they replaced counts again.

    Each UID is one that `corrections list` shows, or its first digits, six or more.

    \b
    ocrsearch corrections undo 3f2a9c10
    ocrsearch corrections undo --by teacher:tesseract
    """
    with _changing(load, uids, by) as (catalog, chosen):
        count = len(catalog.undo([c.uid for c in chosen], time.time()))
    click.echo(f"{counted(count, 'correction')} undone")


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@author_option("The last undone ones")
@click.pass_obj
def redo(load: Callable[..., Settings], uids: tuple[str, ...], by: str | None) -> None:
    """Let undone corrections count again.

    With --by, all those that were undone last, at one time; the next `redo` goes back a step further.
    """
    with _changing(load, uids, by) as (catalog, chosen):
        which = catalog.last_undone(by) if by else [c.uid for c in chosen]
        count = len(catalog.redo(which, time.time()))
    click.echo(f"{counted(count, 'correction')} redone")


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@author_option("All")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(
    load: Callable[..., Settings], uids: tuple[str, ...], by: str | None, *, yes: bool
) -> None:
    """Delete corrections for good. This cannot be undone.

    It says how many there are before it asks.
    """
    with _changing(load, uids, by) as (catalog, chosen):
        named = counted(len(chosen), "correction")
        if chosen and not yes:
            photos = counted(len({c.content for c in chosen}), "photo")
            click.confirm(f"Delete {named} of {photos} for good?", abort=True)
        gone = {c.uid for c in chosen}
        count = catalog.forget_corrections(gone, time.time())
        drop_from_copy(load().corrections_copy, catalog, gone)
    click.echo(f"{counted(count, 'correction')} forgotten")


corrections.add_command(export)
corrections.add_command(import_)


@corrections.command()
@json_option
@click.pass_obj
def stats(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Count corrections.

    Those that count are listed by author, by kind, and by what learning takes them for. Others are undone, or superseded by another one
    of the same word. A doubtful one counts and is not shown, because another word is surely read in its place.
    """
    with bootstrap.reading_only(load()) as (catalog, _):
        found = catalog.corrections()
        contents = {c.content for c in found}
        state = states(found, _doubtful(catalog, contents))
        checked = len(catalog.checked())
    count = [c for c in found if state[c.uid] in {CorrectionState.COUNTS, CorrectionState.DOUBTFUL}]
    numbers = Counter(state.values())
    report = {
        "corrections": len(count),
        "superseded": numbers[CorrectionState.SUPERSEDED],
        "undone": numbers[CorrectionState.UNDONE],
        "doubtful": numbers[CorrectionState.DOUBTFUL],
        "checked": checked,
        "photos": len({c.content for c in count}),
        "by": Counter(c.by for c in count),
        "kinds": Counter(str(c.kind) for c in count),
        "parts": Counter(str(c.part) for c in count),
    }
    if as_json:
        click.echo(reports.dumps(report))
        return
    for name, value in report.items():
        shown = (
            ", ".join(f"{n} {key}" for key, n in value.items())
            if isinstance(value, dict)
            else value
        )
        click.echo(printable(f"{name:<12} {shown}"))


@corrections.command()
@click.option(
    "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="Words at most."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 10**6),
    default=0,
    show_default=True,
    help="Another number asks about other words.",
)
@json_option
@click.pass_obj
def lessons(load: Callable[..., Settings], limit: int, seed: int, *, as_json: bool) -> None:
    """List words to ask about.

    Three of five were read with doubt, the others are drawn by chance. Correct or confirm them with `ocrsearch correct`.
    """
    from indexer.corrections.lessons import lessons_report  # loads what JSON needs

    with bootstrap.reading_only(load()) as (catalog, _):
        report = lessons_report(catalog, limit, seed)
        contents = sorted({lesson["id"] for lesson in report["lessons"]})
        places = {content: catalog.photo_with(content) for content in contents}
    if as_json:
        click.echo(reports.dumps(report))
        return
    for lesson in report["lessons"]:
        photo = places[lesson["id"]]
        named = printed_name(str(photo.places[0])) if photo and photo.places else lesson["id"]
        choices = ", ".join(f"{text} {reports.percent(p)}" for text, p in lesson["alternatives"])
        box = ",".join(map(str, lesson["box"]))
        click.echo(printable(f"{named} --at {box}  {choices}"))
    click.echo(f"{counted(report['learned'], 'word')} to learn from so far", err=True)


@contextmanager
def _changing(
    load: Callable[..., Settings], uids: Sequence[str], by: str | None
) -> Iterator[tuple[CorrectableCatalog, list[Correction]]]:
    """The catalog with the corrections that are named; what follows from a change follows after it.

    Raises:
        UsageError: none is named, or in both ways.

    """
    if bool(uids) == bool(by):
        msg = "give UIDs, or --by AUTHOR"
        raise UsageError(msg)
    settings = load()
    with bootstrap.correcting(settings) as catalog:
        yield catalog, catalog.corrections(by=by) if by else _named(catalog, uids)
    bootstrap.deliver(settings)


def _named(catalog: CatalogReader, uids: Sequence[str]) -> list[Correction]:
    """The corrections that begin with each of `uids`. Raises UsageError."""
    every = catalog.corrections()
    found: dict[str, Correction] = {}
    for uid in uids:
        alike = [known for known in every if known.uid.startswith(uid)]
        if len(uid) < MIN_UID or len(alike) != 1:
            several = (
                "several corrections begin so" if alike and len(uid) >= MIN_UID else "no correction"
            )
            short = f"give {MIN_UID} digits or more of a UID" if len(uid) < MIN_UID else several
            msg = f"{uid}: {short}; see: ocrsearch corrections list"
            raise UsageError(msg)
        found |= {known.uid: known for known in alike}
    return list(found.values())


def known_photo(catalog: CatalogReader, photo: Path) -> Photo:
    """The catalog's photo at a path. Raises UsageError."""
    known = catalog.photo_at(photo.resolve())
    if known is None:
        raise not_in_catalog(photo)
    return known


def _places(catalog: CatalogReader, found: Sequence[Correction]) -> dict[str, tuple[Path, ...]]:
    places = catalog.places_with({c.content for c in found})
    return {content: tuple(files) for content, files in places.items()}


def _doubtful(catalog: CatalogReader, contents: Collection[str]) -> set[str]:
    """Uids of doubtful corrections of photos."""
    return {c.uid for content in sorted(contents) for c in catalog.doubtful(content)}


def line_of(
    correction: Correction,
    places: Sequence[Path],
    state: CorrectionState = CorrectionState.COUNTS,
    instead: Sequence[str] = (),
) -> str:
    """uid, what was read and what stands there, where, by whom, and why it does not count.

    `instead` are texts of the words that the correction takes the place of.
    """
    said = {CorrectionKind.UNREADABLE: "unreadable"}.get(
        correction.kind, correction.text or "no word"
    )
    place = printed_name(str(places[0])) if places else correction.content
    box = ",".join(map(str, correction.box.as_list()))
    why = "" if state is CorrectionState.COUNTS else f" ({state})"
    if list(instead) not in ([], [correction.seen_text]):
        why += f", in place of {', '.join(map(repr, instead))}"
    change = f"{correction.seen_text or '-'} → {said}"
    return printable(
        f"{correction.uid[:SHOWN_UID]}  {change}  {place} at {box}  {correction.by}{why}"
    )
