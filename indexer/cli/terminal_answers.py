"""Answers to queries as text or JSON on stdout, with hints on stderr."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click

from indexer import reports
from indexer.cli.printed_names import printed_name
from indexer.search.guesses import certain_hits, shown_hits
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from indexer.entities import Answer, Hit
    from indexer.search.searcher import Filters, Searcher

MAX_WORDS = 4
"""Matching words that a hit shows on a terminal at most."""


def answer(searcher: Searcher, text: str, filters: Filters, *, as_json: bool) -> Answer:
    """Answer one query and print the answer.

    Raises:
        UsageError: the query cannot be understood, also if it is one line of a batch.
        CatalogError: an index is missing or damaged.

    """
    found = searcher.search(text, filters)
    if as_json:
        click.echo(reports.dumps(reports.answer_json(found)))
    else:
        if found.hits:
            click.echo(answer_text(found))
        if not certain_hits(found):
            _advise(searcher, found)
    return found


def _advise(searcher: Searcher, found: Answer) -> None:
    said = [] if found.hits else [f"no photo found for {found.query!r}"]
    said += searcher.unknown_places(found)
    if similar := searcher.suggestions(found):
        said.append(f"did you mean {', '.join(similar)}?")
    if said:
        click.echo(printable("; ".join(said)), err=True)


def answer_text(found: Answer) -> str:
    """A short list: score, date and file, then the line of text around the best match."""
    shown = shown_hits(found)
    lines = [_hit_text(hit) for hit in shown]
    if not certain_hits(found):
        lines.insert(0, "nothing certain; perhaps:")
    elif found.total > len(found.hits) == len(shown):
        lines.append(f"… and {found.total - len(shown)} more, less likely (raise --limit)")
    return "\n".join(lines)


def _hit_text(hit: Hit) -> str:
    taken = f"  {hit.taken.date()}" if hit.taken else ""
    taken += "  (missing)" if hit.missing else ""
    head = (
        f"{reports.percent(hit.score):>4}  {click.style(printed_name(hit.photo), bold=True)}{taken}"
    )
    width = shutil.get_terminal_size().columns - 6
    matched = {word.text for word in hit.words[:MAX_WORDS]}
    words = hit.context[: max(20, width)].split(" ")
    context = " ".join(
        click.style(printable(w), fg="red", bold=True) if w in matched else printable(w)
        for w in words
    )
    return f"{head}\n      {context}" if context else head
