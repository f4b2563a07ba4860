"""PDF whose text can be searched: photos with their words over them, invisible, in reading order."""

from __future__ import annotations

import io
import logging
import math
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.corrections.formats.text_lines import lines_of
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from indexer.entities import Photo, Word

MAX_PAGES = 500
"""Photos of a file."""

_LONGER_SIDE = 841.89
"""Of a page in points: that of A4."""

_UNITS_PER_EM = 1000

_HEIGHT = 2
"""Of a character in units of the font's size.

Readers of PDF measure in that size what is a blank and what a new line, and handwriting stands closer
and less level than print.
"""

_GAP = 0.3
"""Between two words of a line at least, in units of the font's size; from .15 on it is a blank."""

_FAMILY = "invisible"


def write_pdf(photos: Sequence[Photo], picture_of: Callable[[Photo], bytes]) -> bytes:
    """A page a photo, its picture as it is given (JPEG), and its words to be found and copied.

    Raises:
        UsageError: there are too many photos, one was not read yet, or the package that writes PDF is not installed.

    """
    try:
        from fpdf import FPDF  # only PDF needs it
        from fpdf.enums import TextMode
    except ModuleNotFoundError as error:
        msg = "PDF needs the extra pdf: pip install 'ocrsearch[pdf]'"
        raise UsageError(msg) from error
    if len(photos) > MAX_PAGES:
        msg = f"{len(photos)} photos; a PDF may have at most {MAX_PAGES}: give fewer"
        raise UsageError(msg)
    for photo in photos:
        if not photo.width or not photo.height:
            msg = f"{photo.places[0]}: not read yet, so its size is not known"
            raise UsageError(msg)
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of each table
    with tempfile.TemporaryDirectory(prefix="ocrsearch-") as folder:
        pdf: Any = FPDF(unit="pt")
        pdf.set_auto_page_break(auto=False)
        pdf.set_margin(0)
        pdf.c_margin = 0.0
        pdf.set_creator("ocrsearch")
        font = Path(folder, "invisible.ttf")
        _make_font(font, (word.text for photo in photos for word in photo.words))
        pdf.add_font(_FAMILY, fname=font)
        with closing(pdf.fonts[_FAMILY].ttfont):  # it has its file open
            for photo in photos:
                scale = _LONGER_SIDE / max(photo.width, photo.height)
                width, height = photo.width * scale, photo.height * scale
                pdf.add_page(format=(width, height))
                pdf.image(io.BytesIO(picture_of(photo)), x=0, y=0, w=width, h=height)
                pdf.text_mode = TextMode.INVISIBLE
                for line in lines_of(photo):
                    _add_line(pdf, line, scale)
            return bytes(pdf.output())


def _add_line(pdf: Any, line: Sequence[Word], scale: float) -> None:  # noqa: ANN401 - FPDF is loaded late
    """Put words and blanks on their ink, each as wide as that or up to the next one."""
    for word, following in zip(line, [*line[1:], None], strict=True):
        turns = _quarter_turns(word)
        start, end = _along(word, turns)
        low, high = _along(word, (turns + 1) % 4)
        size = max((high - low) * scale / _HEIGHT, 1.0)
        length = (end - start) * scale
        if following is not None and _quarter_turns(following) == turns:
            room = (_along(following, turns)[0] - start) * scale - _GAP * size
            length = min(length, room) if room > 0.2 * length else length
        left, top, right, bottom = (edge * scale for edge in word.box.as_list())
        x, y = ((left, bottom), (left, top), (right, top), (right, bottom))[turns]
        pdf.set_font(_FAMILY, size=size)
        pdf.set_stretching(max(length, 1.0) / (size * len(word.text)) * 100)
        with pdf.rotation(-90 * turns, x=x, y=y):
            pdf.text(x, y, f"{word.text} ")


def _quarter_turns(word: Word) -> int:
    """Nearest direction of a word: 0 to the right, 1 down, 2 to the left, 3 up.

    Readers of PDF take a word that is slanted a little more for several ones.
    """
    (x0, y0), (x1, y1), *_ = word.outline
    return round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 2)) % 4


def _along(word: Word, turns: int) -> tuple[int, int]:
    """Where a word begins and ends in this direction, in pixels."""
    left, top, right, bottom = word.box.as_list()
    return ((left, right), (top, bottom), (-right, -left), (-bottom, -top))[turns]


def _make_font(path: Path, texts: Iterable[str]) -> None:
    """Write a font that has an empty glyph for each character of `texts`, whatever the script."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    characters = sorted({ord(character) for text in texts for character in text} | {ord(" ")})
    glyphs = {character: f"u{character:05X}" for character in characters}
    order = [".notdef", *glyphs.values()]
    font = FontBuilder(_UNITS_PER_EM, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(glyphs)
    font.setupGlyf({name: Glyph() for name in order})
    font.setupHorizontalMetrics(dict.fromkeys(order, (_UNITS_PER_EM, 0)))
    height = _HEIGHT * _UNITS_PER_EM
    font.setupHorizontalHeader(ascent=height, descent=0)
    font.setupNameTable({"familyName": _FAMILY, "styleName": "Regular", "psName": _FAMILY})
    font.setupOS2(sTypoAscender=height, usWinAscent=height, usWinDescent=0)
    font.setupPost()
    font.save(path)
