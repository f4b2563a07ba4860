"""Demonstration on the sample photos."""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap
from indexer.cli import output_guard, progress
from indexer.cli.hit_pictures import write_hits
from indexer.cli.run_summary import summary_text
from indexer.cli.terminal_answers import answer
from indexer.errors import UsageError
from indexer.ocr.photo_file import Limits
from indexer.search.filters import Filters
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings

_PLACES = tuple(folder / "samples" for folder in Path(__file__).parents[1:3])
"""Sample photos of an installation, and of a checkout."""

SAMPLES = next(filter(Path.is_dir, _PLACES), _PLACES[0])
QUERIES = ("dijkstra", "priority queue", "gradient OR eigenvalues", '"olive oil"', "tomat*")


def run(load: Callable[..., Settings], out: Path | None, samples: Path = SAMPLES) -> None:
    """Index `samples` in a temporary home, run QUERIES and draw the hits of the first into `out`.

    The home stays, so that the page can be served on it; the command to do so is printed.

    Raises:
        UsageError: there are no samples.

    """
    if not samples.is_dir():
        msg = f"{samples}: the sample photos are missing; install ocrsearch again"
        raise UsageError(msg)
    if out:
        output_guard.refuse_below(out, [samples])
    out = out or Path(tempfile.mkdtemp(prefix="ocrsearch-demo-"))
    home = Path(tempfile.mkdtemp(prefix="ocrsearch-home-"))
    settings = load(home=home)
    click.echo(f"$ ocrsearch index {printable(samples)}")
    with bootstrap.writing(settings, None) as library, progress.progress(settings) as hooks:
        summary = library.sync([samples], hooks)
    click.echo(summary_text(summary))
    with bootstrap.searching(settings) as searcher:
        for query in QUERIES:
            click.echo(f"\n$ ocrsearch query {query!r}")
            found = answer(searcher, query, Filters(limit=3), as_json=False)
            if query == QUERIES[0]:
                write_hits([found], out, Limits.of(settings))
    click.echo("\nTo look at them in a browser, type:")
    if find_spec("starlette") is None:
        click.echo("  pip install 'ocrsearch[web]'")
    click.echo(f"  {_program()} --home {printable(home)} serve")


def _program() -> str:
    """The name under which a shell finds this program."""
    return "ocrsearch" if shutil.which("ocrsearch") else printable(sys.argv[0])
