"""Photos that pages of other programs are of, and the corrections that their words are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import KW_ONLY, dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from indexer.corrections.correction import (
    Correction,
    CorrectionKind,
    check_place,
    correct_text,
)
from indexer.corrections.effective import MIN_IOU, iou, scaled, seen_at
from indexer.corrections.formats.foreign_page import box_of, within
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from indexer.corrections.formats.foreign_page import ForeignPage, ForeignWord
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
    """Corrections that pages say, those words that say nothing new, and those refused.

    Attributes:
        by: the author of the corrections.
        now: seconds since 1970.
        confirm: whether words that equal what is read are confirmed, instead of left out.

    """

    by: str
    now: float
    _: KW_ONLY
    confirm: bool = False
    corrections: list[Correction] = field(default_factory=list)
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self, named: NamedPage, content: str, photo: Photo | None, known: Sequence[Correction] = ()
    ) -> None:
        """Add what a page says of its photo.

        Args:
            named: the page.
            content: content hash of the photo.
            photo: with its words, if it is indexed.
            known: corrections of the photo that count; it need not be there any more.

        """
        page = named.page
        size = round(page.size[0]), round(page.size[1])
        scale = 1.0, 1.0
        if photo is not None and not (page.pixels and all(size)):
            size = photo.width, photo.height
            scale = (size[0] / page.size[0], size[1] / page.size[1]) if all(page.size) else scale
        said = [scaled(correction, size) for correction in known]
        for word in page.words:
            try:
                correction = self._correction(word, content, size, scale, photo)
            except UsageError as error:
                self.refused.append((named.file, f"{word.text[:64]!r}: {error}"))
                continue
            same = any(
                c.text == correction.text and iou(c.box, correction.box) >= MIN_IOU for c in said
            )
            if same or (correction.kind is CorrectionKind.CONFIRMED and not self.confirm):
                self.known += 1
            else:
                self.corrections.append(correction)

    def _correction(
        self,
        word: ForeignWord,
        content: str,
        size: tuple[int, int],
        scale: tuple[float, float],
        photo: Photo | None,
    ) -> Correction:
        """What a word of a page says. Raises UsageError."""
        text = correct_text(word.text)
        box = within(box_of(word.edges, scale), size)
        corners = tuple((x * scale[0], y * scale[1]) for x, y in word.corners)
        check_place(box, corners, size)
        seen = None if photo is None else seen_at(box, photo.words)
        kind = CorrectionKind.TYPED
        if seen is not None and seen.text == text:
            kind = CorrectionKind.CONFIRMED
        elif photo is not None and seen is None:
            kind = CorrectionKind.DRAWN
        return Correction(
            uid_of(self.by, content, box.as_list(), text),
            content,
            size,
            box,
            text,
            self.by,
            kind,
            self.now,
            corners=corners,
        )


def uid_of(by: str, content: str, box: Sequence[int], text: str) -> str:
    """The same for the same word of the same import: a file that is taken in twice changes nothing."""
    said = "\0".join([by, content, *map(str, box), text])
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()
