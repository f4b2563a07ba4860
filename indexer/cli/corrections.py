"""`ocrsearch corrections`: lists, undoes, exports and imports what people said that words are."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.cli.corrections_import import import_
from indexer.cli.options import DATE, OUTPUT_FILE, json_option
from indexer.cli.printed_names import printed_name
from indexer.corrections.correction import (
    IMPORT,
    TEACHER,
    Correction,
    CorrectionKind,
    check_author,
    is_by,
)
from indexer.errors import UsageError
from indexer.sync.corrections_copy import drop_from_copy, salvaged
from indexer.sync.corrections_copy import exported as lines_of
from recognizer.files import partial_output
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
@click.option("--by", metavar="AUTHOR", help="Only those by person, import:NAME or teacher:NAME.")
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

    The oldest comes first.
    """
    from indexer.corrections.report import correction_json  # loads pydantic

    with bootstrap.reading_only(load()) as (catalog, _):
        contents = None if photo is None else [known_photo(catalog, photo).hash]
        found = catalog.corrections(
            contents=contents, by=by, since=None if since is None else since.timestamp()
        )
        places = _places(catalog, found)
    for correction in found:
        if as_json:
            click.echo(reports.dumps(correction_json(correction, places)))
        else:
            click.echo(line_of(correction, places.get(correction.content, ())))


@corrections.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--take", is_flag=True, help="Take them.")
@click.option("--leave", is_flag=True, help="Leave them; they are not offered again.")
@json_option
@click.pass_obj
def former(
    load: Callable[..., Settings], photo: Path, *, take: bool, leave: bool, as_json: bool
) -> None:
    """List corrections of the photo that PHOTO took the place of.

    Those that were not carried over, because something else is read there now.
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


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--by", metavar="AUTHOR", help="All by person, import:NAME or teacher:NAME.")
@click.pass_obj
def undo(load: Callable[..., Settings], uids: tuple[str, ...], by: str | None) -> None:
    """Undo corrections.

    What they replaced counts again.

    Each UID is one of `corrections list`, or its first digits.

    \b
    ocrsearch corrections undo 3f2a9c10
    ocrsearch corrections undo --by teacher:tesseract
    """
    _change(load, uids, by, lambda catalog, which: len(catalog.undo(which, time.time())), "undone")


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--by", metavar="AUTHOR", help="All by person, import:NAME or teacher:NAME.")
@click.pass_obj
def redo(load: Callable[..., Settings], uids: tuple[str, ...], by: str | None) -> None:
    """Let undone corrections count again."""
    _change(load, uids, by, lambda catalog, which: len(catalog.redo(which)), "count again")


@corrections.command()
@click.argument("uids", nargs=-1, metavar="[UID]...")
@click.option("--by", metavar="AUTHOR", help="All by person, import:NAME or teacher:NAME.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(
    load: Callable[..., Settings], uids: tuple[str, ...], by: str | None, *, yes: bool
) -> None:
    """Delete corrections for good. This cannot be undone."""
    if not yes:
        click.confirm("Delete these corrections for good?", abort=True)

    def change(catalog: CorrectableCatalog, which: list[str]) -> int:
        count = catalog.forget_corrections(which)
        drop_from_copy(load().corrections_copy, catalog, set(which))
        return count

    _change(load, uids, by, change, "forgotten")


@corrections.command()
@click.argument("file", type=OUTPUT_FILE)
@click.option("--by", metavar="AUTHOR", help="Only those by person, import:NAME or teacher:NAME.")
@click.option(
    "--damaged",
    is_flag=True,
    help="Save what can be read of a damaged catalog, and the daily copy in the home folder.",
)
@click.option(
    "--labels",
    is_flag=True,
    help="Write the images of corrected words with their labels instead, packed (ZIP).",
)
@click.pass_obj
def export(
    load: Callable[..., Settings], file: Path, by: str | None, *, damaged: bool, labels: bool
) -> None:
    """Write corrections into a file.

    It has one JSON object a line. `corrections import` reads it, on another machine as well.

    \b
    ocrsearch corrections export corrections.jsonl
    ocrsearch corrections export --damaged saved.jsonl
    """
    from indexer.corrections.report import correction_json  # loads pydantic

    if damaged and labels:
        msg = "give one of --damaged and --labels"
        raise UsageError(msg)
    settings = load()
    if labels:
        from indexer.corrections.formats.labels import write_labels  # only this needs it

        with bootstrap.reading_only(settings) as (catalog, _):
            words = [word for word in catalog.inked_words() if is_by(word.by, by)]
        with partial_output.writing(file):
            file.write_bytes(write_labels(words))
        click.echo(f"{len(words)} words", err=True)
        return
    if damaged:
        found = [c for c in salvaged(settings) if is_by(c.by, by)]
        exported = [reports.dumps(correction_json(c)) for c in found]
    else:
        with bootstrap.reading_only(settings) as (catalog, _):
            exported = [line for _, line in lines_of(catalog, catalog.corrections(by=by))]
    with partial_output.writing(file), file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in exported)
    click.echo(f"{len(exported)} corrections", err=True)


corrections.add_command(import_)


@corrections.command()
@json_option
@click.pass_obj
def stats(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Count corrections.

    They are counted by author, by kind, and by what learning takes them for. A doubtful one is not shown, because another
    word is surely read in its place since.
    """
    with bootstrap.reading_only(load()) as (catalog, _):
        found = catalog.corrections()
        counting = [c for c in found if c.undone_at is None]
        contents = sorted({c.content for c in counting})
        checked = len(catalog.checked())
        doubtful = sum(len(catalog.doubtful(content)) for content in contents)
    report = {
        "corrections": len(counting),
        "undone": len(found) - len(counting),
        "doubtful": doubtful,
        "checked": checked,
        "photos": len(contents),
        "by": Counter(c.by for c in counting),
        "kinds": Counter(str(c.kind) for c in counting),
        "parts": Counter(str(c.part) for c in counting),
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
    help="Another one asks about other words.",
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
    click.echo(f"{report['learned']} words to learn from so far", err=True)


def _change(
    load: Callable[..., Settings],
    uids: Sequence[str],
    by: str | None,
    change: Callable[[Any, list[str]], int],
    done: str,
) -> None:
    """Change the corrections that are named, and say how many. Raises UsageError."""
    if bool(uids) == bool(by):
        msg = "give UIDs, or --by"
        raise UsageError(msg)
    if by and by not in {IMPORT, TEACHER}:
        check_author(by)
    settings = load()
    with bootstrap.correcting(settings) as catalog:
        which = [c.uid for c in catalog.corrections(by=by)] if by else _named(catalog, uids)
        count = change(catalog, which)
    bootstrap.deliver(settings)
    click.echo(f"{count} {done}")


def _named(catalog: CatalogReader, uids: Sequence[str]) -> list[str]:
    """The corrections that begin with each of `uids`. Raises UsageError."""
    every = [c.uid for c in catalog.corrections()]
    found = []
    for uid in uids:
        alike = [known for known in every if known.startswith(uid)]
        if len(uid) < MIN_UID or len(alike) != 1:
            several = (
                "several corrections begin so" if alike and len(uid) >= MIN_UID else "no correction"
            )
            short = f"give {MIN_UID} digits or more of a UID" if len(uid) < MIN_UID else several
            msg = f"{uid}: {short}; see: ocrsearch corrections list"
            raise UsageError(msg)
        found += alike
    return found


def known_photo(catalog: CatalogReader, photo: Path) -> Photo:
    """The catalog's photo at a path. Raises UsageError."""
    known = catalog.photo_at(photo.resolve())
    if known is None:
        msg = f"{photo}: not in the catalog; run: ocrsearch index {photo.parent}"
        raise UsageError(msg)
    return known


def _places(catalog: CatalogReader, found: Sequence[Correction]) -> dict[str, tuple[Path, ...]]:
    places = catalog.places_with({c.content for c in found})
    return {content: tuple(files) for content, files in places.items()}


def line_of(correction: Correction, places: Sequence[Path]) -> str:
    """uid, what was read and what stands there, where, by whom."""
    said = {CorrectionKind.UNREADABLE: "unreadable"}.get(
        correction.kind, correction.text or "no word"
    )
    place = printed_name(str(places[0])) if places else correction.content
    box = ",".join(map(str, correction.box.as_list()))
    undone = " (undone)" if correction.undone_at is not None else ""
    change = f"{correction.seen_text or '-'} → {said}"
    return printable(
        f"{correction.uid[:SHOWN_UID]}  {change}  {place} at {box}  {correction.by}{undone}"
    )
