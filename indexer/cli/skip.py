"""`ocrsearch corrections skip`: words that `corrections lessons` does not ask about again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap
from indexer.cli.correct import Place
from indexer.cli.corrections import known_photo
from indexer.cli.printed_names import printed_name
from indexer.corrections.new_correction import word_at
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings
    from indexer.entities import Box


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "--at", "place", type=Place(), metavar="PLACE", required=True,
    help="The word that holds the point X,Y, or the box LEFT,TOP,RIGHT,BOTTOM, in pixels.",
)  # fmt: skip
@click.pass_obj
def skip(load: Callable[..., Settings], photo: Path, place: Box) -> None:
    """Do not ask about a word of PHOTO again.

    `corrections lessons` lists it only once something else is read there.
    """
    with bootstrap.correcting(load()) as catalog:
        known = known_photo(catalog, photo)
        word = word_at(place, known)
        catalog.skip(known.hash, word)
    click.echo(printable(f"{printed_name(str(photo))}: not asked about {word.text} again"))
