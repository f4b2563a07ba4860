"""The command `query`: options to filters, and the answers to one query or a batch."""

from __future__ import annotations

import codecs
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap, reports
from indexer.cli.hit_pictures import write_hits
from indexer.cli.negated_words import WordsCommand
from indexer.cli.options import DATE, OUTPUT_FOLDER, SHARE, json_option
from indexer.cli.terminal_answers import answer
from indexer.errors import UsageError
from indexer.ocr.photo_file import Limits
from indexer.search.filters import Filters
from recognizer.files.printable import as_utf8, printable
from recognizer.files.textfile import NotTextError, decode, lines, stripped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import BinaryIO

    from indexer.config import Settings
    from indexer.entities import Answer
    from indexer.search.searcher import Searcher


def _queries(batch: BinaryIO) -> list[tuple[str, str]]:
    """The queries of a batch, each with what is wrong with its line, "" if nothing is."""
    content = batch.read()
    try:
        return [(text, "") for line in lines(decode(content)) if (text := stripped(line))]
    except NotTextError as error:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # UTF-32 is like these
            msg = f"{batch.name}, {error}"
            raise UsageError(msg) from error
    found: list[tuple[str, str]] = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            text, fault = stripped(decode(line)), ""
        except NotTextError:
            text = stripped(line.decode(errors="surrogateescape"))
            fault = f"{batch.name}, line {number}: not UTF-8; save the file as UTF-8"
        if text:
            found.append((text, fault))
    return found


@click.command(cls=WordsCommand)
@click.argument("words", nargs=-1)
@click.option(
    "--batch",
    type=click.File("rb"),
    help="Answer the queries in this file, one a line; - is stdin.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Show at most this many photos.",
)
@click.option("--exact", is_flag=True, help="Match only the most likely reading of each word.")
@click.option(
    "--min-score",
    type=SHARE,
    default=Filters.least,
    help="Leave out photos with a lower score.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Show only photos below this folder."
)
@click.option(
    "--since",
    type=DATE,
    metavar="DATE",
    help="Show only photos taken on this day (2026-03-01) or later.",
)
@click.option("--until", type=DATE, metavar="DATE", help="Show only photos taken before this day.")
@click.option(
    "--image",
    type=OUTPUT_FOLDER,
    help="Write the photos found, matching words framed, into this folder.",
)
@json_option
@click.pass_obj
def query(
    load: Callable[..., Settings],
    words: tuple[str, ...],
    batch: BinaryIO | None,
    limit: int,
    min_score: float,
    folder: Path | None,
    since: datetime | None,
    until: datetime | None,
    image: Path | None,
    *,
    exact: bool,
    as_json: bool,
) -> None:
    """Find photos by the words on them, best first.

    All words must be on the photo. OR, -word (NOT word), "a phrase", prefix*, *part*, (brackets),
    folder:NAME, date:2026-03 and name:board* work as well.
    Misread words are found too: the score says how likely the photo holds what you ask for.

    \b
    ocrsearch query dijkstra
    ocrsearch query '"linked list" NOT java' --since 2026-01-01
    ocrsearch query --batch words.txt --json
    """
    if bool(words) == (batch is not None):
        msg = "give either words to look for or --batch FILE"
        raise UsageError(msg)
    filters = Filters(
        exact=exact,
        limit=limit,
        folder=folder and folder.resolve(),
        since=since,
        until=until,
        least=min_score,
    )
    asked = [(as_utf8(" ".join(words)), "")] if batch is None else _queries(batch)
    settings = load()
    with bootstrap.searching(settings) as searcher:
        if filters.folder:
            searcher.require_folder(filters.folder)
        answered = partial(_answer, searcher, filters, as_json=as_json, among_others=not words)
        found = [answered(text, fault) for text, fault in asked]
    if image:
        write_hits(list(filter(None, found)), image, Limits.of(settings))
    if None in found:
        sys.exit(UsageError.exit_code)
    if words and not any(one.hits for one in found if one):
        sys.exit(1)


def _answer(
    searcher: Searcher,
    filters: Filters,
    text: str,
    fault: str,
    *,
    as_json: bool,
    among_others: bool,
) -> Answer | None:
    """Answer one query; one `among_others` that is refused, or at fault, says so in its place, and is None."""
    if not fault:
        try:
            return answer(searcher, text, filters, as_json=as_json)
        except UsageError as error:
            if not among_others:
                raise
            fault = str(error)
    if as_json:
        click.echo(reports.dumps({"query": text, "error": fault}))
    else:
        click.echo(printable(f"Error: {fault}"), err=True)
    return None
