"""Files of other programs as they come: versions, units, and what nobody should open."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from indexer.corrections.formats import foreign_page, read, xml_text
from indexer.corrections.formats.read import is_markup, pages_in, unpacked
from indexer.errors import UsageError

ALTO = """<alto><Description><MeasurementUnit>{unit}</MeasurementUnit><sourceImageInformation>
<fileName>C:\\scans\\board.jpg</fileName></sourceImageInformation></Description><Layout>
<Page ID="p" PHYSICAL_IMG_NR="1" WIDTH="800" HEIGHT="600"><PrintSpace><TextBlock ID="b"><TextLine>
<String CONTENT="queue" HPOS="8" VPOS="6" WIDTH="80" HEIGHT="60"/></TextLine></TextBlock></PrintSpace></Page>
</Layout></alto>"""


def page(*readings, points='<Coords points="1,2 30,2 30,40 1,40"/>'):
    return f'<PcGts><Page imageFilename="a.jpg" imageWidth="90" imageHeight="80"><Word id="w">{points}{"".join(readings)}</Word></Page></PcGts>'.encode()  # fmt: skip


def reading(text, index=None):
    numbered = "" if index is None else f' index="{index}"'
    return f"<TextEquiv{numbered}><Unicode>{text}</Unicode></TextEquiv>"


def words(content):
    return [word.text for found in pages_in(content) for word in found.words]


def test_the_reading_with_the_lowest_index_is_the_text():
    assert words(page(reading("second", 1), reading("none"), reading("first", 0))) == ["first"]


def test_without_any_index_the_first_reading_is_the_text():
    assert words(page(reading("first"), reading("second"))) == ["first"]


def test_points_of_old_versions_of_page_are_elements():
    points = '<Coords><Point x="1" y="2"/><Point x="30" y="40"/></Coords>'

    assert pages_in(page(reading("old"), points=points))[0].words[0].edges == (1, 2, 30, 40)


@pytest.mark.parametrize(("unit", "pixels"), [("pixel", True), ("mm10", False), ("inch1200", False)])  # fmt: skip
def test_alto_says_whether_its_units_are_pixels(unit, pixels):
    [found] = pages_in(ALTO.format(unit=unit).encode())

    assert (found.pixels, found.size, found.photo) == (pixels, (800, 600), "board.jpg")
    assert found.words[0].edges == (8, 6, 88, 66)


def test_an_unknown_unit_is_refused():
    with pytest.raises(UsageError, match="'furlong' is not known"):
        pages_in(ALTO.format(unit="furlong").encode())


def test_hocr_may_be_html_with_letters_in_tags_of_their_own():
    hocr = b"""<!DOCTYPE html><html><body><div class='ocr_page' title='image "/tmp/board.png"; bbox 0 0 90 80'>
    <p><br><span class='ocrx_word' title='bbox 1 2 30 40; x_wconf 90'><strong>caf&eacute;<span class=ocrx_cinfo>s</span></strong></span>
    </div></body></html>"""

    [found] = pages_in(hocr)
    assert (found.photo, found.size) == ("board.png", (90, 80))
    assert [word.text for word in found.words] == ["cafés"]


def test_a_file_of_several_pages_has_them_all():
    one = b"<div class='ocr_page' title='image a.png'><span class='ocrx_word' title='bbox 1 2 3 4'>x</span></div>"

    assert [found.photo for found in pages_in(b"<html>" + one + one.replace(b"a.", b"b.") + b"</html>")] == ["a.png", "b.png"]  # fmt: skip


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><alto>&y;</alto>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alto>&x;</alto>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://localhost/x">%x;]><alto/>',
    ],
)
def test_entities_are_refused(attack):
    with pytest.raises(UsageError, match="entities"):
        pages_in(attack.encode())


def test_entities_of_hocr_name_nothing():
    hocr = b"""<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><div class='ocr_page'>
    <span class='ocrx_word' title='bbox 1 2 3 4'>&x;</span></div></html>"""

    assert words(hocr) == ["&x;"]


@pytest.mark.thorough
def test_what_is_nested_deeply_is_read_in_time():
    began = time.process_time()

    with pytest.raises(UsageError):
        pages_in(b"<a>" * 200_000)
    pages_in(
        b"<div class='ocr_page'>" * 50_000 + b"<b class='ocrx_word' title='bbox 1 2 3 4'>x</b>"
    )
    assert time.process_time() - began < 10


@pytest.mark.parametrize("content", [b"<", b"<svg/>", b"<?xml version='1.0' encoding='x'?><a/>", b"<PcGts/>"])  # fmt: skip
def test_what_is_no_page_is_refused(content):
    with pytest.raises(UsageError):
        pages_in(content)


@pytest.mark.parametrize("place", ["bbox 1 2 nan 4", "bbox 1 2 1e99 4", "bbox 1 2", ""])
def test_a_word_without_a_place_is_refused(place):
    with pytest.raises(UsageError):
        pages_in(f"<a class='ocr_page'><b class='ocrx_word' title='{place}'>x</b></a>".encode())


def test_a_page_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(xml_text, "MAX_BYTES", 100)

    with pytest.raises(UsageError, match="at most 100"):
        pages_in(ALTO.encode())


def test_a_page_of_too_many_words_is_refused(monkeypatch):
    monkeypatch.setattr(foreign_page, "MAX_WORDS", 0)

    with pytest.raises(UsageError, match="at most 0"):
        pages_in(page(reading("one")))


def packed(*files, links=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
        for name in links:
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def test_packed_files_come_with_their_names():
    assert [*unpacked(packed(("a/b.xml", "<a/>"), ("../c", "x")))] == [("a/b.xml", b"<a/>"), ("../c", b"x")]  # fmt: skip


def test_links_in_a_packed_file_are_refused():
    with pytest.raises(UsageError, match="a link"):
        [*unpacked(packed(links=["page.xml"]))]


def test_too_many_packed_files_are_refused(monkeypatch):
    monkeypatch.setattr(read, "MAX_ENTRIES", 1)

    with pytest.raises(UsageError, match="at most 1"):
        [*unpacked(packed(("a", ""), ("b", "")))]


def test_a_packed_file_that_unpacks_to_too_much_is_read_no_further(monkeypatch):
    monkeypatch.setattr(read, "MAX_UNPACKED", 150)
    monkeypatch.setattr(read, "MAX_BYTES", 100)

    with pytest.raises(UsageError, match="unpacks to more"):
        [*unpacked(packed(("a", "x" * 10**6), ("b", "x" * 10**6)))]


@pytest.mark.parametrize("part", [slice(4), slice(-40), slice(9, None)])
def test_a_damaged_packed_file_is_refused(part):
    with pytest.raises(UsageError, match="cannot be unpacked"):
        [*unpacked(packed(("a", "xyz" * 99))[part])]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf<a/>", "<a/>".encode("utf-16"), b" \n<a/>"])
def test_markup_is_known_in_any_encoding(content):
    assert is_markup(content)
    assert not is_markup(b"{}")
