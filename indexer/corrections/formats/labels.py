"""Corrected words as images with their labels, packed: what trainers of other recognisers read.

The names of the images say where each word stands, so that labels which were mended elsewhere come back.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from indexer.corrections.formats.foreign_page import ForeignPage, ForeignWord
from indexer.corrections.learning_words import LABELS
from indexer.errors import UsageError
from recognizer.files.textfile import NotTextError, decode, lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.corrections.inked_word import InkedWord

_NAME = re.compile(r"([0-9a-f]{32})-(\d{1,6})x(\d{1,6})((?:-\d{1,6}){4})\.png", re.ASCII)


def write_labels(words: Iterable[InkedWord]) -> bytes:
    """A packed folder (ZIP) of word images and their table; as always the same for the same words."""
    packed, rows = io.BytesIO(), []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for word in words:
            edges = "-".join(str(max(edge, 0)) for edge in word.box.as_list())
            name = f"{word.photo_hash}-{word.size[0]}x{word.size[1]}-{edges}.png"
            archive.writestr(zipfile.ZipInfo(name), word.ink)
            rows.append(f"{name}\t{word.text}\n")
        archive.writestr(zipfile.ZipInfo(LABELS), "".join(rows))
    return packed.getvalue()


def read_labels(content: bytes) -> tuple[list[ForeignPage], list[tuple[int, str]]]:
    """The words in a table, a page for each photo, and the lines that are refused with the reasons.

    Raises:
        UsageError: it is no text, or has too many words.

    """
    try:
        rows = lines(decode(content))
    except NotTextError as error:
        raise UsageError(str(error)) from error
    pages: dict[tuple[str, float, float], list[ForeignWord]] = {}
    refused: list[tuple[int, str]] = []
    for number, row in enumerate(rows, start=1):
        name, _, text = row.partition("\t")
        place = _NAME.fullmatch(name.rpartition("/")[2])
        if place is None and row.strip():
            refused.append((number, f"{name!r} does not say which word of which photo it is"))
        if place is None or not text.strip():
            continue
        left, top, right, bottom = (float(edge) for edge in place[4].split("-")[1:])
        page = pages.setdefault((place[1], float(place[2]), float(place[3])), [])
        page.append(ForeignWord(text.strip(), (left, top, right, bottom)))
    return [
        ForeignPage(tuple(words), (width, height), "", photo)
        for (photo, width, height), words in pages.items()
    ], refused
