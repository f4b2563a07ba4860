from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.iam import read_iam
from recognizer.errors import DataError
from recognizer.inference import images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recognizer.datasets.samples import Sample

WORDS = """\
#--- words.txt ---------------------------------------------------------------#
#
# iam database word information
#
# format: a01-000u-00-00 ok 154 1 408 768 27 51 AT A
#
a01-000u-00-00 ok 154 408 768 27 51 AT A
a01-000u-00-01 ok 154 507 766 213 48 NN MOVE
a01-000u-01-00 err 156 395 932 441 100 VB nominating
b02-045-00-00 ok 170 1 2 3 4 NP B B C
b02-045-00-01 ok 170 -1 -1 -1 -1 " "
c03-003a-00-00 ok 170 1 2 3 4 ABX #1
"""

FORMS = """\
#--- forms.txt ---#
# format: a01-000u 000 2 prt 7 5 52 36
a01-000u 000 2 prt 7 5 52 36
b02-045 012 3 all 8 8 60 60
c03-003a 150 4 all 9 9 70 70
"""

XML = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE form SYSTEM "../xml/form-metadata.dtd">
<form created="2000-01-01" height="3542" id="{form}" version="2.0" width="2479" {writer}>
  <machine-printed-part>
    <machine-print-line text="A MOVE to stop Mr. Gaitskell from"/>
  </machine-printed-part>
  <handwritten-part>
    <line id="{form}-00" segmentation="ok" text="{text} MOVE" threshold="154">
      <word id="{form}-00-00" tag="AT" text="{text}"><cmp height="51" width="27" x="8" y="7"/></word>
      <word id="{form}-00-01" tag="NN" text="MOVE"><cmp height="48" width="26" x="5" y="7"/></word>
    </line>
    <line id="{form}-01" segmentation="err" text="doubtful" threshold="154">
      <word id="{form}-01-00" tag="VB" text="doubtful"><cmp height="9" width="4" x="3" y="9"/></word>
    </line>
  </handwritten-part>
</form>
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_form(root: Path, form: str, text: str = "A", writer: str = 'writer-id="000"') -> Path:
    return write(root / "xml" / f"{form}.xml", XML.format(form=form, text=text, writer=writer))


def read_all(root: Path, *, ok_only: bool = True) -> list[Sample]:
    parts = ("train", "val", "test")
    samples = [s for part in parts for s in read_iam(root, part, ok_only=ok_only)]
    return sorted(samples, key=lambda sample: sample.name)


def names(samples: list[Sample]) -> list[str]:
    return [sample.name for sample in samples]


@pytest.mark.parametrize("place", [".", "ascii"])
def test_the_text_is_all_that_follows_the_eighth_field(tmp_path: Path, place: str) -> None:
    write(tmp_path / place / "words.txt", WORDS)

    texts = {sample.name: sample.text for sample in read_all(tmp_path)}

    assert texts == {
        "a01-000u-00-00": "A",
        "a01-000u-00-01": "MOVE",
        "b02-045-00-00": "B B C",
        "b02-045-00-01": '"',
        "c03-003a-00-00": "#1",
    }


def test_doubtfully_segmented_words_come_only_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)

    doubtful = set(names(read_all(tmp_path, ok_only=False))) - set(names(read_all(tmp_path)))

    assert doubtful == {"a01-000u-01-00"}


def test_the_image_lies_in_the_folders_of_its_form(
    tmp_path: Path, save_word: Callable[..., Path]
) -> None:
    write(tmp_path / "words.txt", WORDS)
    save_word(tmp_path / "words/a01/a01-000u/a01-000u-00-01.png", size=(80, 40))

    crops = {sample.name: sample.load for sample in read_all(tmp_path)}

    assert crops["a01-000u-00-01"]().shape == (images.HEIGHT, 144)
    with pytest.raises(DataError, match=r"words/a01/a01-000u/a01-000u-00-00\.png"):
        crops["a01-000u-00-00"]()


def test_an_empty_image_fails_only_when_loaded(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", "a01-117-05-02 ok 180 3 4 5 6 NN empty\n")
    write(tmp_path / "words/a01/a01-117/a01-117-05-02.png", "")

    (sample,) = read_all(tmp_path)

    with pytest.raises(DataError, match=r"a01-117-05-02\.png"):
        sample.load()


def test_a_damaged_line_is_an_error_with_file_and_line(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", "# x\na01-000u-00-00 ok 154 408 768 27 51 AT\n")

    with pytest.raises(DataError, match=r"words\.txt, line 2"):
        read_iam(tmp_path, "train")


def test_the_xml_says_the_same_as_the_table(tmp_path: Path) -> None:
    write_form(tmp_path, "a01-000u", writer='writer-id="000"')
    write_form(tmp_path, "b02-045", writer='writer-id="012"')

    samples = read_all(tmp_path)

    assert [(s.name, s.text, s.hand) for s in samples] == [
        ("a01-000u-00-00", "A", "000"),
        ("a01-000u-00-01", "MOVE", "000"),
        ("b02-045-00-00", "A", "012"),
        ("b02-045-00-01", "MOVE", "012"),
    ]


def test_words_of_a_doubtful_line_come_only_when_asked_for(tmp_path: Path) -> None:
    write_form(tmp_path, "a01-000u")

    doubtful = set(names(read_all(tmp_path, ok_only=False))) - set(names(read_all(tmp_path)))

    assert doubtful == {"a01-000u-01-00"}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("&quot;", '"'),
        ("&amp;quot;", '"'),
        ("&amp;amp;", "&"),
        ("I&apos;m", "I'm"),
        ("Q&amp;A", "Q&A"),
        ("caf&eacute;", "café"),
        ("&#163;5", "£5"),
    ],
)
def test_entities_of_html_are_resolved(tmp_path: Path, written: str, text: str) -> None:
    write_form(tmp_path, "a01-000u", text=written)

    assert read_all(tmp_path)[0].text == text


@pytest.mark.parametrize("damage", ["<form", "<form>&unheard;</form>"])
def test_damaged_xml_is_an_error_that_names_the_file(tmp_path: Path, damage: str) -> None:
    write(tmp_path / "xml" / "a01-000u.xml", damage)

    with pytest.raises(DataError, match=r"a01-000u\.xml: not a readable form"):
        read_iam(tmp_path, "train")


def test_a_word_without_its_text_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    write(tmp_path / "xml" / "a01-000u.xml", '<form><line><word id="x"/></line></form>')

    with pytest.raises(DataError, match=r"a01-000u\.xml: a word has no text"):
        read_iam(tmp_path, "train")


def test_a_folder_without_truth_is_an_error_that_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"words\.txt.*xml"):
        read_iam(tmp_path, "train")


def hands(root: Path) -> dict[str, str]:
    return {sample.name[:7]: sample.hand for sample in read_all(root)}


def test_forms_name_the_writers(tmp_path: Path) -> None:
    write(tmp_path / "ascii" / "words.txt", WORDS)
    write(tmp_path / "ascii" / "forms.txt", FORMS)

    assert hands(tmp_path) == {"a01-000": "000", "b02-045": "012", "c03-003": "150"}


def test_the_xml_names_the_writers_of_the_table(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)
    write_form(tmp_path, "a01-000u", writer='writer-id="000"')
    write_form(tmp_path, "b02-045", writer='writer-id="012"')

    assert hands(tmp_path) == {"a01-000": "000", "b02-045": "012", "c03-003": "c03"}


def test_without_writers_the_beginning_of_the_form_stands_for_one(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)

    assert hands(tmp_path) == {"a01-000": "a01", "b02-045": "b02", "c03-003": "c03"}


def test_a_form_without_writer_is_written_by_its_beginning(tmp_path: Path) -> None:
    write_form(tmp_path, "d04-001", writer="")

    assert set(hands(tmp_path).values()) == {"d04"}


def test_an_unknown_part_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'dev'"):
        read_iam(tmp_path, "dev")
