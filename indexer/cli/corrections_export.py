"""`ocrsearch corrections export`: what people said that words are, for another machine or another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer import bootstrap
from indexer.cli.options import OUTPUT_FILE, author_option
from indexer.corrections.correction import PERSON, is_by
from indexer.errors import UsageError
from indexer.sync.corrections_copy import exported, salvaged
from recognizer.files import partial_output
from recognizer.files.printable import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.config import Settings


@click.command()
@click.argument("file", type=OUTPUT_FILE)
@author_option("Only those")
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

    The file has one JSON object a line, for each correction and for each photo that was checked.
    `corrections import` reads it, on another machine as well.

    \b
    ocrsearch corrections export corrections.jsonl
    ocrsearch corrections export --damaged saved.jsonl
    """
    if damaged and labels:
        msg = "give one of --damaged and --labels"
        raise UsageError(msg)
    settings = load()
    if labels:
        _write_labels(settings, file, by)
        return
    with_checks = by in {None, PERSON}
    if damaged:
        saved = salvaged(settings)
        corrections = [c for c in saved.corrections if is_by(c.by, by)]
        checks = saved.checks if with_checks else []
        lines = list(exported(None, corrections, checks))
    else:
        with bootstrap.reading_only(settings) as (catalog, _):
            corrections = catalog.corrections(by=by)
            checks = catalog.checks() if with_checks else []
            lines = list(exported(catalog, corrections, checks))
    with partial_output.writing(file), file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
    checked = sum(check.undone_at is None for check in checks)
    told = f", {counted(checked, 'checked photo')}" if checked else ""
    click.echo(f"{counted(len(corrections), 'correction')}{told}", err=True)


def _write_labels(settings: Settings, file: Path, by: str | None) -> None:
    """Write word images with their labels."""
    from indexer.corrections.formats.labels import write_labels  # only this needs it

    with bootstrap.reading_only(settings) as (catalog, _):
        words = [word for word in catalog.inked_words() if is_by(word.by, by)]
    with partial_output.writing(file):
        file.write_bytes(write_labels(words))
    click.echo(counted(len(words), "word"), err=True)
