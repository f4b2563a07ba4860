"""PAGE 2019-07-15 (https://github.com/PRImA-Research-Lab/PAGE-XML)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from indexer.corrections.formats.foreign_page import (
    ForeignPage,
    ForeignWord,
    around,
    corners_of,
    name_of,
    number,
)
from indexer.corrections.formats.text_lines import box_around, lines_of, others, points_of
from indexer.corrections.formats.xml_text import (
    allowed,
    child,
    local_name,
    named,
    serialized,
)
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.entities import Photo, Word

_NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_HASH = "ocrsearch:"
"""Before the content hash of the photo, in the metadata."""


def write_page(photo: Photo) -> bytes:
    """The words of a photo with their outlines.

    The text has index 0, kept readings follow; `custom` marks corrected words.
    """
    root = ET.Element("PcGts", {"xmlns": _NAMESPACE})
    about = ET.SubElement(root, "Metadata", {"externalRef": f"{_HASH}{photo.hash}"})
    ET.SubElement(about, "Creator").text = "ocrsearch"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ET.SubElement(about, "Created").text = now
    ET.SubElement(about, "LastChange").text = now
    size = {"imageWidth": f"{photo.width}", "imageHeight": f"{photo.height}"}
    image = {"imageFilename": allowed(photo.places[0].name), **size}
    page = ET.SubElement(root, "Page", image)
    for index, line in enumerate(lines_of(photo), start=1):
        region = ET.SubElement(page, "TextRegion", {"id": f"region_{index}"})
        left, top, right, bottom = box_around(line).as_list()
        outline = _joined([(left, top), (right, top), (right, bottom), (left, bottom)])
        ET.SubElement(region, "Coords", {"points": outline})
        of_line = ET.SubElement(region, "TextLine", {"id": f"line_{index}"})
        ET.SubElement(of_line, "Coords", {"points": outline})
        for place, word in enumerate(line, start=1):
            _add_word(of_line, word, photo, f"word_{index}_{place}")
        whole = ET.SubElement(of_line, "TextEquiv")
        ET.SubElement(whole, "Unicode").text = allowed(" ".join(word.text for word in line))
    ET.indent(root)
    return serialized(root)


def _add_word(line: ET.Element, word: Word, photo: Photo, name: str) -> None:
    element = ET.SubElement(line, "Word", {"id": name})
    if word.correction:
        element.set("custom", "correction")
    ET.SubElement(element, "Coords", {"points": _joined(points_of(word, photo))})
    readings = [(word.text, word.confidence), *others(word)]
    for index, (text, chance) in enumerate(readings):
        shape = {"index": f"{index}", "conf": f"{min(chance, 1.0):.4f}"}
        ET.SubElement(ET.SubElement(element, "TextEquiv", shape), "Unicode").text = allowed(text)


def _joined(points: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{max(x, 0)},{max(y, 0)}" for x, y in points)


def read_page(root: ET.Element) -> list[ForeignPage]:
    """The page of a PAGE file of any version.

    Raises:
        UsageError: it has no page, or a word has no outline.

    """
    page = next(named(root, "Page"), None)
    if page is None:
        msg = "it has no Page"
        raise UsageError(msg)
    about = next(named(root, "Metadata"), None)
    content_hash = "" if about is None else about.get("externalRef", "")
    return [
        ForeignPage(
            tuple(filter(None, map(_word, named(page, "Word")))),
            (number(page.get("imageWidth", "0")), number(page.get("imageHeight", "0"))),
            name_of(page.get("imageFilename", "")),
            content_hash.removeprefix(_HASH) if content_hash.startswith(_HASH) else "",
        )
    ]


def _word(element: ET.Element) -> ForeignWord | None:
    text = _text(element)
    if not text:
        return None
    coords = child(element, "Coords")
    points = [] if coords is None else _points(coords)
    return ForeignWord(text, around(points), corners_of(points))


def _text(word: ET.Element) -> str:
    """The text with the lowest index; without any index the first one."""
    readings = [inner for inner in word if local_name(inner) == "TextEquiv"]
    if not readings:
        return ""
    unnumbered = len(readings)
    best = min(readings, key=lambda reading: _index(reading, unnumbered))
    text = child(best, "Unicode")
    return "" if text is None else " ".join((text.text or "").split())


def _index(reading: ET.Element, default: int) -> int:
    index = reading.get("index", "")
    return int(index) if index.isdecimal() and len(index) < 9 else default


def _points(coords: ET.Element) -> list[tuple[float, float]]:
    """Points of an outline; versions before 2013 have an element each."""
    given = coords.get("points")
    if given is None:
        return [(number(p.get("x")), number(p.get("y"))) for p in named(coords, "Point")]
    numbers = [number(part) for part in given.replace(",", " ").split()]
    return list(zip(numbers[::2], numbers[1::2], strict=False))
