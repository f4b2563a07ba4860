"""`ocrsearch export`: the words of photos in the formats of other programs."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap
from indexer.cli.options import OUTPUT_FILE, OUTPUT_FOLDER
from indexer.cli.output_guard import refuse_below, refuse_replacing
from indexer.entities import State
from indexer.errors import PhotoError, UsageError, not_in_catalog
from recognizer.files import partial_output
from recognizer.files.printable import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.entities import Photo, PhotoId

NAMES = ("txt", "json", "hocr", "alto", "page", "pdf", "xmp")
"""Formats; a test holds it against the table of those that are written."""

JOINED = ("txt", "json", "pdf")
"""Formats in which several photos may be one file."""

_BATCH = 200
"""Photos whose words are in memory at a time."""


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(NAMES),
    default="txt",
    show_default=True,
    help="Write in this format.",
)
@click.option("--out", type=OUTPUT_FILE, help="Write to this file instead of stdout.")
@click.option("--into", type=OUTPUT_FOLDER, help="Write a file for each photo into this folder.")
@click.option(
    "--beside-photos",
    is_flag=True,
    help="Write XMP sidecars beside the photos: the only option that writes into their folders.",
)
@click.pass_obj
def export(
    load: Callable[..., Settings],
    sources: tuple[Path, ...],
    name: str,
    out: Path | None,
    into: Path | None,
    *,
    beside_photos: bool,
) -> None:
    """Write the words of photos for other programs.

    SOURCES are photos, or folders of them. What was read and corrected is written: hOCR, ALTO and
    PAGE with boxes and all kept readings, PDF with words to find over the photo.

    \b
    ocrsearch export board.jpg --format hocr --out board.hocr
    ocrsearch export ~/Pictures/boards --format pdf --out boards.pdf
    ocrsearch export ~/Pictures/boards --format xmp --into ~/sidecars
    """
    if (out is not None) + (into is not None) + beside_photos > 1:
        msg = "give one of --out, --into and --beside-photos"
        raise UsageError(msg)
    if beside_photos and name != "xmp":
        msg = "--beside-photos is for --format xmp only"
        raise UsageError(msg)
    settings = load()
    with bootstrap.reading_only(settings) as (catalog, _):
        photos = _chosen(catalog, sources)
        places = [photo.places[0] for photo in photos]
        if into is None and not beside_photos:
            _write_joined(settings, catalog, photos, name, out)
            return
        if into is not None:
            refuse_below(into, {place.parent for place in places})
        _write_each(settings, catalog, photos, name, into)
    click.echo(counted(len(photos), "photo"), err=True)


def _chosen(catalog: CatalogReader, sources: Sequence[Path]) -> list[Photo]:
    """The photos that are named or lie in folders that are, without words, by their paths.

    Raises:
        UsageError: one of `sources` is not in the catalog, or none was read yet.

    """
    found: dict[PhotoId, Photo] = {}
    for source in sources:
        path = source.resolve()
        known = catalog.photo_at(path)
        if known is not None:
            found[known.id] = replace(known, words=(), places=(path,))
            continue
        ids = [number for _, number in catalog.newest(folder=path, limit=10**9)]
        if not ids:
            raise not_in_catalog(source, index=source)
        found |= catalog.photos(ids, folder=path)
    read = [photo for photo in found.values() if photo.state is not State.PENDING]
    if not read:
        msg = f"{sources[0]}: not read yet; run: ocrsearch index {sources[0]}"
        raise UsageError(msg)
    return sorted(read, key=lambda photo: photo.places[0])


def _with_words(catalog: CatalogReader, photos: Sequence[Photo]) -> Iterator[Photo]:
    for start in range(0, len(photos), _BATCH):
        batch = photos[start : start + _BATCH]
        words = catalog.words([photo.id for photo in batch])
        yield from (replace(photo, words=words.get(photo.id, ())) for photo in batch)


def _write_joined(
    settings: Settings,
    catalog: CatalogReader,
    photos: Sequence[Photo],
    name: str,
    out: Path | None,
) -> None:
    """Write all photos into one file, or to stdout."""
    if name not in JOINED and len(photos) > 1:
        msg = f"{len(photos)} photos; give --into FOLDER, because a file of {name} is of one photo"
        raise UsageError(msg)
    parts = _contents(settings, [list(_with_words(catalog, photos))], name)
    content = b"".join(part for _, part in parts)
    if out is None:
        click.echo(content, nl=False)
        return
    with partial_output.writing(out):
        out.write_bytes(content)
    click.echo(counted(len(photos), "photo"), err=True)


def _write_each(
    settings: Settings,
    catalog: CatalogReader,
    photos: Sequence[Photo],
    name: str,
    into: Path | None,
) -> None:
    """Write a file a photo, named as that is, below a folder as they lie below theirs; None: beside them."""
    from indexer.corrections.formats.written import FORMATS

    ending = FORMATS[name].ending if name in FORMATS else f".{name}"
    above = Path(os.path.commonpath([photo.places[0].parent for photo in photos]))
    files = {
        photo.id: place.with_name(place.name + ending)
        if into is None
        else into / place.relative_to(above).with_name(place.name + ending)
        for photo in photos
        for place in photo.places[:1]
    }
    for file in files.values():  # before any is written
        refuse_replacing(file)
    each = ([photo] for photo in _with_words(catalog, photos))
    for first, content in _contents(settings, each, name):
        file = files[first.id]
        with partial_output.writing(file):
            if into is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _contents(
    settings: Settings, groups: Iterable[list[Photo]], name: str
) -> Iterator[tuple[Photo, bytes]]:
    """The first photo and the content of each group; only a PDF is of a whole group at once."""
    from indexer.corrections.formats.pdf import write_pdf
    from indexer.corrections.formats.written import FORMATS, PDF
    from indexer.renditions.drawing import SIZES
    from indexer.renditions.renderer import Renderer

    if name != PDF:
        yield from ((photo, FORMATS[name].write(photo)) for group in groups for photo in group)
        return
    with closing(Renderer.of(settings)) as renderer:

        def picture_of(photo: Photo) -> bytes:
            try:
                return renderer.photo(photo, max(SIZES))
            except PhotoError as error:
                msg = f"{photo.places[0]}: {error}"
                raise PhotoError(msg) from error

        for group in groups:
            yield group[0], write_pdf(group, picture_of)
