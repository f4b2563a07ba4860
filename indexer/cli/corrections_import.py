"""`ocrsearch corrections import`: what others say that words are."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from indexer import bootstrap, reports
from indexer.cli.options import json_option
from indexer.errors import UsageError
from recognizer.files.printable import printable
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.config import Settings
    from indexer.corrections.correction import Correction
    from indexer.corrections.formats.matching import NamedPage, Said
    from indexer.entities import Photo


class _Line(NamedTuple):
    """A line of an exported file; other places are named by their file alone."""

    file: Path
    line: int


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--name",
    metavar="NAME",
    help="Whose words those of other programs are: import:NAME (default: the name of the file).",
)
@click.option(
    "--confirm",
    is_flag=True,
    help="Take words that equal what is read as confirmed: every word in FILES was checked by someone.",
)
@json_option
@click.pass_obj
def import_(
    load: Callable[..., Settings],
    files: tuple[Path, ...],
    name: str | None,
    *,
    confirm: bool,
    as_json: bool,
) -> None:
    """Take in exported corrections, or pages of other programs.

    FILES are corrections that were exported, pages of hOCR, ALTO or PAGE, or packed pages (ZIP).
    What is known already changes nothing. An exported correction of a photo that is not indexed yet
    counts as soon as it is.

    \b
    ocrsearch corrections import corrections.jsonl
    ocrsearch corrections import transkribus.zip --name transkribus
    """
    from indexer.corrections.formats.matching import Said

    settings = load()
    refused: list[tuple[_Line | str, str]] = []
    said, new, given = Said(), 0, 0
    with bootstrap.correcting(settings) as catalog:
        for file in files:
            exported, pages, faulty = _read(file)
            refused += faulty
            author = f"import:{_author(name or file.name.partition('.')[0])}"
            _match(catalog, pages, author, said, confirm=confirm)
            corrections = [*exported, *said.corrections]
            new += len(catalog.correct(corrections))
            given += len(corrections)
            said.corrections.clear()
    bootstrap.deliver(settings)
    refused += said.refused
    known = given - new + said.known
    if as_json:
        rows = [[place.line if isinstance(place, _Line) else place, why] for place, why in refused]
        report = {"taken": new, "known": known, "refused": rows}
        click.echo(reports.dumps(report))
    else:
        click.echo(f"{new} taken, {known} known already, {len(refused)} refused")
        for where, reason in refused:
            click.echo(printable(f"{_spelled(where)}: {reason}"), err=True)
    if refused:
        raise click.exceptions.Exit(UsageError.exit_code)


def _spelled(place: _Line | str) -> str:
    return f"{place.file}, line {place.line}" if isinstance(place, _Line) else place


def _author(name: str) -> str:
    """The name of an import, without what no catalog can hold."""
    cleaned = " ".join(name.encode("utf-8", "replace").decode().split())
    if not cleaned.isprintable() or not cleaned:
        msg = f"{name!r}: give a name with --name that can be printed"
        raise UsageError(msg)
    return cleaned[:64]


def _read(
    file: Path,
) -> tuple[Sequence[Correction], list[NamedPage], list[tuple[_Line | str, str]]]:
    """The corrections or the pages in a file, and what of it is refused. Raises UsageError."""
    from indexer.corrections.formats.labels import read_labels
    from indexer.corrections.formats.matching import NamedPage
    from indexer.corrections.formats.read import ZIP, is_markup, pages_in

    content = _content(file)
    if not (content.startswith(ZIP) or is_markup(content) or _is_labels(file.name)):
        return _exported(file, content)
    if not content.startswith(ZIP):
        try:
            found = read_labels(content) if _is_labels(file.name) else pages_in(content)
            return [], [NamedPage(str(file), page) for page in found], []
        except UsageError as error:
            msg = f"{file}: {error}"
            raise UsageError(msg) from error
    pages: list[NamedPage] = []
    faulty: list[tuple[_Line | str, str]] = []
    for name, inner in _packed(file, content):
        try:
            found = read_labels(inner) if _is_labels(name) else pages_in(inner)
            pages += [NamedPage(name, page) for page in found]
        except UsageError as error:
            faulty.append((name, str(error)))
    return [], pages, faulty


def _is_labels(name: str) -> bool:
    return name.lower().endswith(".tsv")


def _content(file: Path) -> bytes:
    """The content of a file of a size that it may have. Raises UsageError."""
    from indexer.corrections.formats.read import MAX_UNPACKED, is_markup
    from indexer.corrections.formats.xml_text import MAX_BYTES

    with file.open("rb") as opened:
        begin = opened.read(100)
        most = MAX_BYTES if is_markup(begin) else MAX_UNPACKED
        content = begin + opened.read(most + 1)
    if len(content) > most:
        msg = f"{file}: it has more than {most} bytes"
        raise UsageError(msg)
    return content


def _packed(file: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a packed one that may be pages."""
    from indexer.corrections.formats.read import is_markup, unpacked

    try:
        for name, inner in unpacked(content):
            is_page = is_markup(inner) and not name.startswith("__MACOSX/")
            if is_page or _is_labels(name):
                yield name, inner
    except UsageError as error:
        msg = f"{file}: {error}"
        raise UsageError(msg) from error


def _exported(
    file: Path, content: bytes
) -> tuple[Sequence[Correction], list[NamedPage], list[tuple[_Line | str, str]]]:
    from indexer.corrections.report import parsed  # loads pydantic

    try:
        read = parsed(lines(decode(content)))
    except NotTextError as error:
        msg = f"{file}, {error}"
        raise UsageError(msg) from error
    return read.corrections, [], [(_Line(file, line), why) for line, why in read.refused]


def _match(
    catalog: CorrectableCatalog,
    pages: Sequence[NamedPage],
    author: str,
    said: Said,
    *,
    confirm: bool,
) -> None:
    """Add what pages say of the photos that they are of."""
    from indexer.corrections.formats.matching import match

    names = {name for page in pages if not page.content for name in page.names}
    called: dict[str, list[Photo]] = defaultdict(list)
    for name, ids in (catalog.photos_called(names) if names else {}).items():
        called[name] += catalog.photos(sorted(ids)).values()
    found = match(pages, catalog.photo_with, called)
    said.refused += found.refused
    for page, content, photo in found.pages:
        whole = photo if photo is None else catalog.photo_with(content)  # with its words
        said.add(page, content, whole, by=author, confirm=confirm, now=time.time())
