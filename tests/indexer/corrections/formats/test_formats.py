"""Files in the formats of other programs: what is written says what is shown, and is read back."""

from __future__ import annotations

import io
import os
import random
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from indexer.corrections.formats.alto import write_alto
from indexer.corrections.formats.hocr import write_hocr
from indexer.corrections.formats.page_xml import write_page
from indexer.corrections.formats.pdf import MAX_PAGES, write_pdf
from indexer.corrections.formats.plain import write_json, write_text
from indexer.corrections.formats.read import pages_in
from indexer.corrections.formats.written import FORMATS, PDF
from indexer.corrections.formats.xmp import write_xmp
from indexer.entities import Box, Photo, PhotoId, State, Word
from indexer.errors import UsageError

CONTENT = "0123456789abcdef" * 2

BOXED = [write_hocr, write_alto, write_page]


def word(text, box, line=0, *others, corners=(), correction=""):
    readings = ((text, 0.8), *((other, 0.1) for other in others))
    by = "person" if correction else "engine"
    return Word(Box(*box), line, text, 0.8, readings, b"", corners, by, correction)


def photo(*words, name="board.jpg", size=(400, 300)):
    return Photo(PhotoId(1), CONTENT, State.READ, *size, None, (Path("/photos", name),), words)


BOARD = photo(
    word("queue", (10, 10, 90, 40), 0, "quene", "gueue"),
    word("priority & <more>", (100, 12, 220, 44), 0, correction="ab" * 16),
    word("naïve", (20, 100, 101, 141), 1, corners=((20.2, 110.4), (98.7, 100.1), (100.6, 131), (22.4, 140.8))),
    word("漢字", (30, 200, 90, 240), 2),
)  # fmt: skip


def some_photo(seed):
    """A photo of random words, lines and corners."""
    chance = random.Random(seed)
    words = []
    for line in range(chance.randint(1, 12)):
        for _ in range(chance.randint(1, 6)):
            left, top = chance.randint(0, 900), chance.randint(0, 700)
            box = left, top, left + chance.randint(1, 90), top + chance.randint(1, 60)
            text = "".join(chance.choices("abcÄß&<>\"';-.x漢", k=chance.randint(1, 9)))
            right, bottom, slant = box[2], box[3], chance.random()
            corners = ((left, top + slant), (right - slant, top), (right, bottom - slant), (left + slant, bottom))  # fmt: skip
            others = [text + "x"] if chance.random() < 0.5 else []
            words.append(word(text, box, line, *others, corners=corners if slant < 0.5 else ()))
    return photo(*words, size=(1000, 800))


def near(one, other):
    return all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("write", BOXED)
@pytest.mark.parametrize("seed", range(8))
def test_words_are_read_back_with_their_boxes_and_texts(write, seed):
    written = some_photo(seed)

    [page] = pages_in(write(written))

    assert [w.text for w in page.words] == [w.text for w in written.words]
    assert all(near(a.edges, b.box.as_list()) for a, b in zip(page.words, written.words))  # noqa: B905
    assert (page.size, page.photo, page.content) == ((1000, 800), "board.jpg", CONTENT)


@pytest.mark.parametrize("write", BOXED)
def test_slanted_words_keep_their_corners_and_level_ones_have_none(write):
    [page] = pages_in(write(BOARD))

    corners = [w.corners for w in page.words]
    assert [bool(c) for c in corners] == [False, False, True, False]
    assert all(near(a, b) for a, b in zip(corners[2], BOARD.words[2].corners, strict=True))


@pytest.mark.parametrize("name", sorted({*FORMATS} - {"xmp"}))
def test_a_correction_is_what_a_file_says(name):
    said = FORMATS[name].write(BOARD).decode()

    assert "priority" in said
    assert "漢字" in said


def test_kept_readings_are_alternatives():
    assert re.findall(r"<del[^>]*>(\w+)</del>", write_hocr(BOARD).decode()) == ["quene", "gueue"]
    assert re.findall(r"<ALTERNATIVE>(\w+)<", write_alto(BOARD).decode()) == ["quene", "gueue"]
    indices = re.findall(r'index="(\d)" conf="([\d.]+)">\s*<Unicode>(\w+)<', write_page(BOARD).decode())  # fmt: skip
    assert indices[:3] == [("0", "0.8000", "queue"), ("1", "0.1000", "quene"), ("2", "0.1000", "gueue")]  # fmt: skip


def test_corrected_words_are_marked():
    assert write_hocr(BOARD).decode().count("x_ocrsearch_by person") == 1
    assert write_alto(BOARD).decode().count('CS="true"') == 1
    assert write_page(BOARD).decode().count('custom="correction"') == 1


def test_a_name_that_no_xml_can_hold_is_written_with_replacements():
    odd = photo(*BOARD.words, name="a\udce9\x01.jpg")

    for write in BOXED:
        [page] = pages_in(write(odd))
        assert page.photo == "a\ufffd\ufffd.jpg"
    assert ET.fromstring(write_xmp(odd)) is not None


def test_text_has_a_line_for_each_line():
    assert write_text(BOARD).decode() == "queue priority & <more>\nnaïve\n漢字\n"


def test_json_is_that_of_the_photo():
    assert b'"places": ["/photos/board.jpg"]' in write_json(BOARD)


def test_a_sidecar_describes_the_photo_by_its_text():
    described = ET.fromstring(write_xmp(BOARD)).find(".//{*}description/{*}Alt/{*}li")

    assert described is not None
    assert described.text == "queue priority & <more>\nnaïve\n漢字"


def jpeg(_photo):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def pypdf():
    pytest.importorskip("fpdf")
    return pytest.importorskip("pypdf")


def test_a_pdf_gives_the_words_in_reading_order(pypdf):
    read = pypdf.PdfReader(io.BytesIO(write_pdf([BOARD, some_photo(1)], jpeg)))

    first, second = (page.extract_text().split() for page in read.pages)
    assert first == ["queue", "priority", "&", "<more>", "naïve", "漢字"]
    assert second == [w.text for w in some_photo(1).words]


def test_the_words_of_a_pdf_are_invisible_and_stand_on_their_ink(pypdf):
    page = pypdf.PdfReader(io.BytesIO(write_pdf([photo(BOARD.words[0])], jpeg))).pages[0]
    places = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: places.append((text, tm[4], tm[5])) if text.strip() else None)  # fmt: skip

    scale = float(page.mediabox.width) / 400
    assert b"3 Tr" in page.get_contents().get_data()
    [(text, x, y)] = places
    assert text.strip() == "queue"
    assert (x, y) == pytest.approx((10 * scale, (300 - 40) * scale), abs=1)


def test_a_pdf_has_a_most_number_of_pages():
    pytest.importorskip("fpdf")

    with pytest.raises(UsageError, match="501 photos"):
        write_pdf([BOARD] * (MAX_PAGES + 1), jpeg)


def test_a_photo_that_was_not_read_yet_has_no_pdf():
    pytest.importorskip("fpdf")

    with pytest.raises(UsageError, match="not read yet"):
        write_pdf([photo(size=(0, 0))], jpeg)


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fpdf", None)

    with pytest.raises(UsageError, match=re.escape("ocrsearch[pdf]")):
        write_pdf([BOARD], jpeg)


def test_the_command_names_all_formats():
    from indexer.cli.export import NAMES

    assert {*NAMES} == {*FORMATS, PDF}


@pytest.mark.skipif("OCRSEARCH_SCHEMAS" not in os.environ, reason="names no folder of schemas")
@pytest.mark.parametrize(("file", "write"), [("alto-4-4.xsd", write_alto), ("pagecontent-2019-07-15.xsd", write_page)])  # fmt: skip
@pytest.mark.parametrize("seed", range(5))
def test_files_are_valid_against_the_published_schemas(file, write, seed):
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(str(Path(os.environ["OCRSEARCH_SCHEMAS"], file)))

    schema.validate(write(some_photo(seed)).decode())
    schema.validate(write(BOARD).decode())
    schema.validate(write(photo()).decode())
