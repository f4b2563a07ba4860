"""hOCR 1.2: a page of HTML whose words have boxes (http://kba.github.io/hocr-spec/1.2/)."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
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
from indexer.corrections.formats.xml_text import allowed, check_size, serialized
from indexer.errors import UsageError
from indexer.reports import version
from recognizer.files.textfile import NotTextError, decode

if TYPE_CHECKING:
    from indexer.entities import Box, Photo, Word

_PROPERTY = re.compile(r"""([\w-]+)((?:\s+|"[^"]*"|[^";])*)""")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
"""Elements of HTML without an end."""

ID, AUTHOR = "x_ocrsearch_id", "x_ocrsearch_by"
"""Own properties: content hash of the photo, and whose correction a word is."""


def write_hocr(photo: Photo) -> bytes:
    """The words of a photo with their boxes and other readings."""
    root = ET.Element("html", {"xmlns": "http://www.w3.org/1999/xhtml"})
    head = ET.SubElement(root, "head")
    name = allowed(photo.places[0].name)
    ET.SubElement(head, "title").text = name
    ET.SubElement(
        head, "meta", {"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"}
    )
    for key, value in (
        ("ocr-system", f"ocrsearch {version()}"),
        ("ocr-capabilities", "ocr_page ocr_line ocrx_word"),
    ):
        ET.SubElement(head, "meta", {"name": key, "content": value})
    body = ET.SubElement(root, "body")
    image = name.replace('"', "'").replace("\\", "/")
    title = f'image "{image}"; bbox 0 0 {photo.width} {photo.height}; ppageno 0; {ID} {photo.hash}'
    page = ET.SubElement(body, "div", {"class": "ocr_page", "id": "page_1", "title": title})
    page.text = page.tail = "\n"
    for index, line in enumerate(lines_of(photo), start=1):
        shape = {"class": "ocr_line", "id": f"line_{index}", "title": _bbox(box_around(line))}
        of_line = ET.SubElement(page, "span", shape)
        of_line.tail = "\n"
        for place, word in enumerate(line, start=1):
            _add_word(of_line, word, photo, f"word_{index}_{place}")
    return serialized(root, "<!DOCTYPE html>\n")


def _add_word(line: ET.Element, word: Word, photo: Photo, name: str) -> None:
    title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
    if word.corners:
        title += "; poly " + " ".join(f"{x} {y}" for x, y in points_of(word, photo))
    if word.correction:
        title += f"; {AUTHOR} {allowed(word.by).replace(';', ',')}"
    element = ET.SubElement(line, "span", {"class": "ocrx_word", "id": name, "title": title})
    element.tail = " "
    rest = others(word)
    if not rest:
        element.text = allowed(word.text)
        return
    readings = ET.SubElement(element, "span", {"class": "alternatives"})
    _add_reading(readings, "ins", word.text, word.confidence)
    for text, chance in rest:
        _add_reading(readings, "del", text, chance)


def _add_reading(readings: ET.Element, tag: str, text: str, chance: float) -> None:
    cost = -math.log(max(chance, 1e-9))
    element = ET.SubElement(readings, tag, {"class": "alt", "title": f"nlp {cost:.3f}"})
    element.text = allowed(text)


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(map(str, box.as_list()))


def read_hocr(content: bytes) -> list[ForeignPage]:
    """The pages of an hOCR file, be it HTML or XHTML.

    Raises:
        UsageError: it is no text, too large, or a word has no box.

    """
    check_size(content)
    try:
        text = decode(content)
    except NotTextError as error:
        raise UsageError(str(error)) from error
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_page()
    return reader.pages


class _Reader(HTMLParser):
    """Collects pages and words while the file is parsed; HTML has no entities of one's own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pages: list[ForeignPage] = []
        self._open: list[str] = []
        self._page: dict[str, str] | None = None
        self._words: list[ForeignWord] = []
        self._word: tuple[int, dict[str, str]] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a page or a word."""
        if tag in _VOID:
            return
        self._open.append(tag)
        values = dict(attrs)
        classes = (values.get("class") or "").split()
        if "ocr_page" in classes:
            self.end_page()
            self._page = _properties(values.get("title") or "")
        elif "ocrx_word" in classes and self._word is None:
            self._word = len(self._open), _properties(values.get("title") or "")
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        """End what `tag` began, and what was left open in it."""
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._word is not None and len(self._open) < self._word[0]:
            self._end_word(self._word[1])

    def handle_data(self, data: str) -> None:
        """Take the text of a word, but not that of its other readings."""
        if self._word is not None and "del" not in self._open:
            self._text.append(data)

    def _end_word(self, properties: dict[str, str]) -> None:
        text = " ".join("".join(self._text).split())
        self._word = None
        if not text:
            return
        edges = [number(part) for part in properties.get("bbox", "").split()]
        outline = [number(part) for part in properties.get("poly", "").split()]
        points = list(zip(outline[::2], outline[1::2], strict=False))
        if len(edges) != 4 and not points:
            msg = f"the word {text!r} has no bbox"
            raise UsageError(msg)
        left, top, right, bottom = edges if len(edges) == 4 else around(points)
        corners = corners_of(points) if points else ()
        self._words.append(ForeignWord(text, (left, top, right, bottom), corners))

    def end_page(self) -> None:
        """Keep the page that was begun."""
        properties = self._page or {}
        if self._page is not None or self._words:
            edges = [number(part) for part in properties.get("bbox", "").split()]
            size = (edges[2] - edges[0], edges[3] - edges[1]) if len(edges) == 4 else (0.0, 0.0)
            image = name_of(properties.get("image", "").strip("\"' "))
            content = properties.get(ID, "")
            self.pages.append(ForeignPage(tuple(self._words), size, image, content))
        self._page, self._words = None, []


def _properties(title: str) -> dict[str, str]:
    """The properties of an element: names and values between semicolons."""
    return {name: value.strip() for name, value in _PROPERTY.findall(title)}
