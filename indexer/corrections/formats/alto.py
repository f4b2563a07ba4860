"""ALTO 4.4 (https://www.loc.gov/standards/alto/)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from indexer.corrections.formats.foreign_page import (
    ForeignPage,
    ForeignWord,
    corners_of,
    name_of,
    number,
)
from indexer.corrections.formats.text_lines import box_around, lines_of, others, points_of
from indexer.corrections.formats.xml_text import allowed, named, serialized
from indexer.errors import UsageError
from indexer.reports import version

if TYPE_CHECKING:
    from indexer.entities import Box, Photo, Word

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_UNITS = {"pixel", "mm10", "inch1200"}
_HASH_DIGITS = 32


def write_alto(photo: Photo) -> bytes:
    """The words of a photo with their boxes and other readings; `CS` marks corrected ones."""
    root = ET.Element("alto", {"xmlns": _NAMESPACE, "SCHEMAVERSION": "4.4"})
    about = ET.SubElement(root, "Description")
    ET.SubElement(about, "MeasurementUnit").text = "pixel"
    image = ET.SubElement(about, "sourceImageInformation")
    ET.SubElement(image, "fileName").text = allowed(photo.places[0].name)
    ET.SubElement(image, "fileIdentifier").text = photo.hash
    processing = ET.SubElement(about, "Processing", {"ID": "processing"})
    software = ET.SubElement(processing, "processingSoftware")
    ET.SubElement(software, "softwareName").text = "ocrsearch"
    ET.SubElement(software, "softwareVersion").text = version()
    layout = ET.SubElement(root, "Layout")
    size = {"WIDTH": f"{photo.width}", "HEIGHT": f"{photo.height}"}
    page = ET.SubElement(layout, "Page", {"ID": "page", "PHYSICAL_IMG_NR": "1", **size})
    space = ET.SubElement(page, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    for index, line in enumerate(lines_of(photo), start=1):
        place = _place(box_around(line))
        block = ET.SubElement(space, "TextBlock", {"ID": f"block_{index}", **place})
        of_line = ET.SubElement(block, "TextLine", {"ID": f"line_{index}", **place})
        for number_, word in enumerate(line, start=1):
            if number_ > 1:
                ET.SubElement(of_line, "SP")
            _add_word(of_line, word, photo, f"word_{index}_{number_}")
    ET.indent(root)
    return serialized(root)


def _add_word(line: ET.Element, word: Word, photo: Photo, name: str) -> None:
    shape = {"ID": name, "CONTENT": allowed(word.text), **_place(word.box)}
    shape["WC"] = f"{min(word.confidence, 1.0):.4g}"
    if word.correction:
        shape["CS"] = "true"
    element = ET.SubElement(line, "String", shape)
    if word.corners:
        points = " ".join(f"{x},{y}" for x, y in points_of(word, photo))
        ET.SubElement(ET.SubElement(element, "Shape"), "Polygon", {"POINTS": points})
    for text, _ in others(word):
        ET.SubElement(element, "ALTERNATIVE").text = allowed(text)


def _place(box: Box) -> dict[str, str]:
    return {
        "HPOS": f"{box.left}",
        "VPOS": f"{box.top}",
        "WIDTH": f"{box.right - box.left}",
        "HEIGHT": f"{box.bottom - box.top}",
    }


def read_alto(root: ET.Element) -> list[ForeignPage]:
    """The pages of an ALTO file of any version.

    Raises:
        UsageError: it is in an unknown unit, or a word has no box.

    """
    unit = _first(root, "MeasurementUnit") or "pixel"
    if unit not in _UNITS:
        msg = f"MeasurementUnit: {unit!r} is not known; it may be {', '.join(sorted(_UNITS))}"
        raise UsageError(msg)
    identifier = _first(root, "fileIdentifier")
    return [
        ForeignPage(
            tuple(_words(page)),
            (number(page.get("WIDTH", "0")), number(page.get("HEIGHT", "0"))),
            name_of(_first(root, "fileName")),
            identifier if len(identifier) == _HASH_DIGITS else "",
            unit == "pixel",
        )
        for page in named(root, "Page")
    ]


def _words(page: ET.Element) -> list[ForeignWord]:
    found = []
    for element in named(page, "String"):
        text = " ".join((element.get("CONTENT") or "").split())
        if not text:
            continue
        left, top, width, height = (
            number(element.get(key)) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")
        )
        outline = next(named(element, "Polygon"), None)
        points = [] if outline is None else _points(outline.get("POINTS") or "")
        corners = corners_of(points) if points else ()
        found.append(ForeignWord(text, (left, top, left + width, top + height), corners))
    return found


def _points(text: str) -> list[tuple[float, float]]:
    """Points, be they `x,y x,y` or `x y x y`."""
    numbers = [number(part) for part in text.replace(",", " ").split()]
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _first(root: ET.Element, name: str) -> str:
    element = next(named(root, name), None)
    return "" if element is None else (element.text or "").strip()
