"""Photos that pages of other programs are of, and the corrections that their words are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from indexer.corrections.correction import Correction, CorrectionKind, correct_text
from indexer.corrections.effective import seen_at
from indexer.corrections.formats.foreign_page import box_of
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from indexer.corrections.formats.foreign_page import ForeignPage
    from indexer.entities import Photo

_HASH = re.compile("[0-9a-f]{32}")

MAX_ASPECT = 0.01
"""Difference of two ratios of width to height, as a share, up to which pages are of one photo."""


@dataclass(frozen=True)
class NamedPage:
    """A page, and the file that it was read from."""

    file: str
    page: ForeignPage

    @property
    def content(self) -> str:
        """The content hash that the page names; "" for none, or if it is no such hash."""
        return self.page.content if _HASH.fullmatch(self.page.content) else ""

    @property
    def names(self) -> tuple[str, ...]:
        """File names that its photo may have: the one in the page, else that of its own file."""
        if self.page.photo:
            return (self.page.photo,)
        own = PurePath(self.file).name
        stems = []
        while own := own.rpartition(".")[0]:
            stems.append(own)
        return tuple(stems)


@dataclass(frozen=True)
class Matched:
    """Pages with the photos that they are of, and those of none with the reasons."""

    pages: list[tuple[NamedPage, str, Photo | None]] = field(default_factory=list)
    """Page, content hash, and the photo if it is indexed."""

    refused: list[tuple[str, str]] = field(default_factory=list)


def match(
    pages: Sequence[NamedPage],
    with_content: Callable[[str], Photo | None],
    called: Mapping[str, Sequence[Photo]],
) -> Matched:
    """The photo of each page: by its content hash, else by file name and size, one to one.

    Args:
        pages: of one import.
        with_content: the photo of a content hash.
        called: photos by file name, and by file name without ending.

    """
    found = Matched()
    for named in pages:
        if content := named.content:
            found.pages.append((named, content, with_content(content)))
            continue
        near = {p.hash: p for name in named.names for p in called.get(name, ()) if _fits(named, p)}
        if len(near) == 1:
            [photo] = near.values()
            found.pages.append((named, photo.hash, photo))
        else:
            found.refused.append((named.file, _reason(named, list(near.values()))))
    counts = Counter(content for _, content, _ in found.pages)
    for named, content, _ in found.pages:
        if counts[content] > 1:
            reason = f"{counts[content]} pages are of the same photo; give one of them"
            found.refused.append((named.file, reason))
    found.pages[:] = [row for row in found.pages if counts[row[1]] == 1]
    return found


def _fits(named: NamedPage, photo: Photo) -> bool:
    """Whether a photo has the size of a page, or its proportions if that is not in pixels."""
    width, height = named.page.size
    if not width or not height:
        return True
    if named.page.pixels:
        return abs(width - photo.width) <= 1 and abs(height - photo.height) <= 1
    if not photo.height:
        return False
    return abs(width / height / (photo.width / photo.height) - 1) <= MAX_ASPECT


def _reason(named: NamedPage, near: list[Photo]) -> str:
    called = " or ".join(named.names) or "?"
    width, height = named.page.size
    size = f" of {width:g}×{height:g}" if width and named.page.pixels else ""
    if not near:
        return f"no photo called {called}{size} is indexed"
    places = ", ".join(str(photo.places[0]) for photo in near)
    return f"several photos are called {called}: {places}; name the content hash in the file"


@dataclass
class Said:
    """Corrections that pages say; words that say what is shown already, and those refused."""

    corrections: list[Correction] = field(default_factory=list)
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self,
        named: NamedPage,
        content: str,
        photo: Photo | None,
        *,
        by: str,
        confirm: bool,
        now: float,
    ) -> None:
        """Add what a page says of its photo.

        Args:
            named: the page.
            content: content hash of the photo.
            photo: with its words, if it is indexed.
            by: the author of the corrections.
            confirm: whether words that equal what is read are confirmed, instead of left out.
            now: seconds since 1970.

        """
        page = named.page
        shown = () if photo is None else photo.words
        size = round(page.size[0]), round(page.size[1])
        scale = 1.0, 1.0
        if photo is not None and not (page.pixels and all(size)):
            size = photo.width, photo.height
            scale = (size[0] / page.size[0], size[1] / page.size[1]) if all(page.size) else scale
        for word in page.words:
            try:
                text = correct_text(word.text)
            except UsageError as error:
                self.refused.append((named.file, f"{word.text[:64]!r}: {error}"))
                continue
            box = box_of(word.edges, scale)
            seen = seen_at(box, shown)
            equal = seen is not None and seen.text == text
            if equal and (not confirm or (seen is not None and seen.correction)):
                self.known += 1
                continue
            kind = CorrectionKind.CONFIRMED if equal else CorrectionKind.TYPED
            if photo is not None and seen is None:
                kind = CorrectionKind.DRAWN
            self.corrections.append(
                Correction(
                    uid_of(by, content, box.as_list(), text),
                    content,
                    size,
                    box,
                    text,
                    by,
                    kind,
                    now,
                    corners=tuple((x * scale[0], y * scale[1]) for x, y in word.corners),
                )
            )


def uid_of(by: str, content: str, box: Sequence[int], text: str) -> str:
    """The same for the same word of the same import: a file that is taken in twice changes nothing."""
    said = "\0".join([by, content, *map(str, box), text])
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()
