"""`ocrsearch corrections import`: what others say that words are."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from indexer import bootstrap, reports
from indexer.cli.options import json_option
from indexer.corrections.correction import IMPORT
from indexer.errors import UsageError, advice_on
from recognizer.files.printable import counted, printable
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from indexer.catalog.correctable import CorrectableCatalog
    from indexer.config import Settings
    from indexer.corrections.correction import Correction, PhotoCheck
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

    FILES are corrections that were exported, pages of hOCR, ALTO or PAGE, labels, or packed ones (ZIP).
    What is known already changes nothing, unless it was undone, redone, checked or unchecked there later than here. Exported corrections
    of a photo that is not indexed yet count as soon as it is. Faulty lines and words are named, and the others are taken.

    \b
    ocrsearch corrections import corrections.jsonl
    ocrsearch corrections import transkribus.zip --name transkribus
    """
    settings = load()
    total = _Total()
    with bootstrap.correcting(settings) as catalog:
        for file in files:
            author = f"{IMPORT}:{_author(name, file)}"
            try:
                held = _read(file)
            except UsageError as error:
                total.refused.append((str(file), str(error)))
                continue
            total.refused += held.faulty
            _take_in(catalog, held, author, total, confirm=confirm)
    bootstrap.deliver(settings)
    total.print(as_json=as_json)
    if total.refused:
        raise click.exceptions.Exit(UsageError.exit_code)


@dataclass
class _Held:
    """What a file holds: exported lines, or pages, and what of it is refused."""

    corrections: Sequence[Correction] = ()
    checks: Sequence[PhotoCheck] = ()
    pages: list[NamedPage] = field(default_factory=list)
    faulty: list[tuple[_Line | str, str]] = field(default_factory=list)


@dataclass
class _Total:
    """What came of an import; the first four count corrections, the next two photos."""

    taken: int = 0
    known: int = 0
    undone: int = 0
    redone: int = 0
    checked: int = 0
    unchecked: int = 0
    refused: list[tuple[_Line | str, str]] = field(default_factory=list)

    def print(self, *, as_json: bool) -> None:
        """Print it."""
        if as_json:
            rows = [[p.line if isinstance(p, _Line) else p, why] for p, why in self.refused]
            click.echo(reports.dumps(vars(self) | {"refused": rows}))
            return
        parts = [f"{self.taken} taken", f"{self.known} known already"]
        parts += [
            f"{n} {done}" for n, done in ((self.undone, "undone"), (self.redone, "redone")) if n
        ]
        photos = ((self.checked, "checked"), (self.unchecked, "unchecked"))
        parts += [f"{counted(n, 'photo')} {done}" for n, done in photos if n]
        click.echo(", ".join([*parts, f"{len(self.refused)} refused"]))
        for where, reason in self.refused:
            click.echo(printable(f"{_spelled(where)}: {reason}"), err=True)


def _take_in(
    catalog: CorrectableCatalog, held: _Held, author: str, total: _Total, *, confirm: bool
) -> None:
    """Take in what a file holds, and add it to the total."""
    from indexer.corrections.formats.matching import Said

    now = time.time()
    taken = catalog.take_in(held.corrections, held.checks, now)
    total.taken += len(taken.new)
    undone = sum(c.undone_at is not None for c in taken.changed)
    total.undone += undone
    total.redone += len(taken.changed) - undone
    total.known += len(held.corrections) - len(taken.new) - len(taken.changed)
    total.checked += sum(check.undone_at is None for check in taken.checked)
    total.unchecked += sum(check.undone_at is not None for check in taken.checked)
    said = Said(author, now, confirm=confirm)
    _match(catalog, held.pages, said)
    new = len(catalog.correct(said.corrections))
    total.taken += new
    total.known += len(said.corrections) - new + said.known
    total.refused += said.refused


def _spelled(place: _Line | str) -> str:
    return f"{place.file}, line {place.line}" if isinstance(place, _Line) else place


def _author(name: str | None, file: Path) -> str:
    """The name of an import, by default that of its file, without what no catalog can hold.

    Raises:
        UsageError: a name is given that cannot be printed.

    """
    given = file.name.partition(".")[0] if name is None else name
    cleaned = " ".join(given.encode("utf-8", "replace").decode().split())
    if name is None:  # a file may be called anything
        cleaned = "".join(filter(str.isprintable, cleaned)).strip() or "file"
    if not cleaned or cleaned != printable(cleaned):
        msg = f"--name {name!r}: give a name that can be printed"
        raise UsageError(msg)
    return cleaned[:64]


def _read(file: Path) -> _Held:
    """What a file holds. Raises UsageError."""
    from indexer.corrections.formats.labels import read_labels
    from indexer.corrections.formats.matching import NamedPage
    from indexer.corrections.formats.read import ZIP, is_markup, pages_in

    content = _content(file)
    if not (content.startswith(ZIP) or is_markup(content) or _is_labels(file.name)):
        return _exported(file, content)
    if is_markup(content):
        return _Held(pages=[NamedPage(str(file), page) for page in pages_in(content)])
    if not content.startswith(ZIP):
        pages, refused = read_labels(content)
        return _Held(
            pages=[NamedPage(str(file), page) for page in pages],
            faulty=[(_Line(file, line), why) for line, why in refused],
        )
    held = _Held()
    for name, inner in _packed(content):
        try:
            if not _is_labels(name):
                held.pages += [NamedPage(name, page) for page in pages_in(inner)]
                continue
            pages, refused = read_labels(inner)
            held.pages += [NamedPage(name, page) for page in pages]
            held.faulty += [(f"{name}, line {line}", why) for line, why in refused]
        except UsageError as error:
            held.faulty.append((name, str(error)))
    return held


def _is_labels(name: str) -> bool:
    return name.lower().endswith(".tsv")


def _content(file: Path) -> bytes:
    """The content of a file of a size that it may have. Raises UsageError."""
    from indexer.corrections.formats.read import MAX_UNPACKED, is_markup
    from indexer.corrections.formats.xml_text import MAX_BYTES

    try:
        with file.open("rb") as opened:
            begin = opened.read(100)
            most = MAX_BYTES if is_markup(begin) else MAX_UNPACKED
            content = begin + opened.read(most + 1)
    except OSError as error:
        msg = f"{error.strerror}; {advice_on(error, 'check this path')}"
        raise UsageError(msg) from error
    if len(content) > most:
        msg = f"it has more than {most} bytes"
        raise UsageError(msg)
    return content


def _packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a packed one that may be pages or labels. Raises UsageError."""
    from indexer.corrections.formats.read import is_markup, unpacked

    for name, inner in unpacked(content):
        is_page = is_markup(inner) and not name.startswith("__MACOSX/")
        if is_page or _is_labels(name):
            yield name, inner


def _exported(file: Path, content: bytes) -> _Held:
    """The corrections and checks in an exported file. Raises UsageError."""
    from indexer.corrections.report import parsed  # loads pydantic

    try:
        read = parsed(lines(decode(content)))
    except NotTextError as error:
        raise UsageError(str(error)) from error
    faulty: list[tuple[_Line | str, str]] = [(_Line(file, n), why) for n, why in read.refused]
    return _Held(read.corrections, read.checks, faulty=faulty)


def _match(catalog: CorrectableCatalog, pages: Sequence[NamedPage], said: Said) -> None:
    """Add what pages say of the photos that they are of."""
    from indexer.corrections.formats.matching import match
    from indexer.corrections.states import counting

    names = {name for page in pages if not page.content for name in page.names}
    called: dict[str, list[Photo]] = defaultdict(list)
    for name, ids in (catalog.photos_called(names) if names else {}).items():
        called[name] += catalog.photos(sorted(ids)).values()
    found = match(pages, catalog.photo_with, called)
    said.refused += found.refused
    for page, content, photo in found.pages:
        whole = photo if photo is None else catalog.photo_with(content)  # with its words
        known = counting(catalog.corrections(contents=[content]))
        said.add(page, content, whole, known)
