"""Text files as editors of all systems save them."""

from __future__ import annotations

import codecs
import gzip
import io
import unicodedata
import zipfile
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from recognizer.datasets import specs
from recognizer.decoding import lexicon, ngram_lm
from recognizer.errors import DataError
from recognizer.files.textfile import NotTextError, decode, stripped

if TYPE_CHECKING:
    from pathlib import Path

NFC, NFD = (unicodedata.normalize(form, "Übung") for form in ("NFC", "NFD"))

ENCODINGS = {
    "plain": lambda text: text.encode(),
    "mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mark and CRLF": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
    "UTF-16 LE": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-16 and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "blanks at the ends": lambda text: text.replace("\n", " \u00a0\t\n").encode(),
    "blank lines": lambda text: b"\n \n" + text.replace("\n", "\n\n\u00a0\n").encode(),
    "normal form D": lambda text: unicodedata.normalize("NFD", text).encode(),
}
each_encoding = pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS)


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (30, 10)).save(buffer, "PNG")
    return buffer.getvalue()


@each_encoding
@pytest.mark.parametrize("place", ["file", "folder", "zip"])
def test_labels_are_read_however_they_are_saved(tmp_path: Path, encoded, place) -> None:
    labels = encoded(f"image\ttext\n0.png\tcat\n1.png\t{NFC}\twriter\n")
    if place == "zip":
        with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
            archive.writestr("labels.tsv", labels)
            archive.writestr("0.png", picture())
    else:
        (tmp_path / "labels.tsv").write_bytes(labels)
        (tmp_path / "0.png").write_bytes(picture())
    spec = {"file": "labels.tsv", "folder": "", "zip": "w.zip"}[place]

    samples = list(specs.samples(str(tmp_path / spec)))

    if b"\n \n" in labels[:3]:  # a heading is one only on the first line
        samples = samples[1:]
    assert [(s.name, s.text, s.hand) for s in samples] == [
        ("0.png", "cat", ""), ("1.png", NFC, "writer"),
    ]  # fmt: skip
    assert samples[0].load().shape[0] > 0


@pytest.mark.parametrize("heading", ["image\ttext", "filename\tlabel", "Path\tTranscription\thand"])
def test_a_line_of_headings_is_no_sample(tmp_path: Path, heading: str) -> None:
    (tmp_path / "labels.tsv").write_text(f"{heading}\na.png\tcat\n", encoding="utf-8")

    assert [s.text for s in specs.samples(str(tmp_path))] == ["cat"]


@pytest.mark.parametrize("row", ["image.png\ttext", "word\tcat", "0.png\tlabel"])
def test_a_first_sample_is_no_heading(tmp_path: Path, row: str) -> None:
    (tmp_path / "labels.tsv").write_text(f"{row}\n", encoding="utf-8")

    assert len(specs.samples(str(tmp_path))) == 1


@pytest.mark.parametrize("on_disk", [NFC, NFD])
@pytest.mark.parametrize("listed", [NFC, NFD])
@pytest.mark.parametrize("place", ["folder", "zip"])
@pytest.mark.parametrize("separator", ["/", "\\", "/./"])
def test_an_image_is_found_in_either_normal_form(
    tmp_path: Path, on_disk: str, listed: str, place: str, separator: str
) -> None:
    label = f"{listed}{separator}{listed}.png\tcat\n"
    if place == "zip":
        with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
            archive.writestr("labels.tsv", label)
            archive.writestr(f"{on_disk}/{on_disk}.png", picture())
    else:
        (tmp_path / on_disk).mkdir()
        (tmp_path / on_disk / f"{on_disk}.png").write_bytes(picture())
        (tmp_path / "labels.tsv").write_text(label, encoding="utf-8")

    [sample] = specs.samples(str(tmp_path / ("w.zip" if place == "zip" else "")))

    assert sample.load().size


def test_an_image_that_is_nowhere_is_named_as_it_is_listed(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("x/b.png\tcat\n", encoding="utf-8")
    [sample] = specs.samples(str(tmp_path))

    with pytest.raises(DataError, match=r"x/b\.png"):
        sample.load()


@each_encoding
def test_a_word_list_is_read_however_it_is_saved(tmp_path: Path, encoded) -> None:
    (tmp_path / "words.txt").write_bytes(encoded("kettle\t3\ngarden 1\n"))

    assert set(lexicon.frequencies([str(tmp_path / "words.txt")])) == {"kettle", "garden"}


@pytest.mark.parametrize("heading", ["word\tfrequency", "Word count"])
def test_the_headings_of_a_word_list_are_no_word(tmp_path: Path, heading: str) -> None:
    (tmp_path / "words.txt").write_text(f"{heading}\nkettle\t3\n", encoding="utf-8")

    assert set(lexicon.frequencies([str(tmp_path / "words.txt")])) == {"kettle"}


@each_encoding
@pytest.mark.parametrize("packed", [False, True])
def test_a_language_model_is_read_however_it_is_saved(tmp_path: Path, encoded, packed) -> None:
    if encoded is ENCODINGS["blanks at the ends"]:
        encoded = lambda text: text.replace("\n", " \t\n").encode()  # noqa: E731 - a no-break space may be a token
    content = encoded(
        "\\data\\\nngram 1=2\n\n\\1-grams:\n-1\t<unk>\n-0.5\ta\n-0.7\tb\t-0.1\n\\end\\\n"
    )
    path = tmp_path / "model.arpa"
    path.write_bytes(gzip.compress(content) if packed else content)

    model = ngram_lm.load(str(path))

    assert model is not None
    assert model.score("ab") == pytest.approx(model.score("ab"))


@pytest.mark.parametrize("name", ["labels.tsv", "words.txt", "model.arpa"])
@pytest.mark.parametrize("bad", [b"\xe9", b"\xff", b"\xc3"])
def test_what_is_not_utf8_is_named_with_its_line(tmp_path: Path, name: str, bad: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(b"-1\t1\r\n-2\t2\r\ncaf" + bad + b"\tx\n")
    read = {
        "labels.tsv": lambda: specs.samples(str(path)),
        "words.txt": lambda: lexicon.frequencies([str(path)]),
        "model.arpa": lambda: ngram_lm.load(str(path)),
    }[name]

    with pytest.raises(DataError, match=rf"{name}.* ?line 3: not UTF-8") as caught:
        read()

    assert "codec" not in str(caught.value)


def test_a_truncated_utf16_file_names_its_line() -> None:
    with pytest.raises(NotTextError, match="line 2: not UTF-16"):
        decode("a\nb".encode("utf-16") + b"x")


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode(b"") == decode(codecs.BOM_UTF8) == decode(codecs.BOM_UTF16_LE) == ""


def test_only_line_feeds_and_returns_end_a_line() -> None:
    assert decode("a\u2028b\x0bc\x85d\r\ne\rf".encode()) == "a\u2028b\x0bc\x85d\ne\nf"


def test_invisible_characters_at_the_ends_of_a_field_are_left_out() -> None:
    assert stripped("\ufeff \u00a0cat \u200b\t") == "cat"
    assert stripped("two\u00a0words") == "two\u00a0words"
