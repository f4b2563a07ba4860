from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.iam import read_iam
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("train", "val", "test")

WORDS = """\
a01-000u-00-00 ok 154 408 768 27 51 AT A
a01-000u-00-01 ok 154 507 766 213 48 NN MOVE
b02-045-00-00 ok 170 1 2 3 4 NP B B C
b02-045-00-01 ok 170 1 2 3 4 VBD said
c03-003a-00-00 ok 170 1 2 3 4 ABX #1
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(root: Path, part: str) -> list[str]:
    return [sample.name for sample in read_iam(root, part)]


@pytest.mark.parametrize(
    "place", [".", "task", "splits", "largeWriterIndependentTextLineRecognitionTask"]
)
def test_lists_of_lines_decide_the_part(tmp_path: Path, place: str) -> None:
    write(tmp_path / "words.txt", WORDS)
    write(tmp_path / place / "trainset.txt", "a01-000u-00\n")
    write(tmp_path / place / "validationset1.txt", "b02-045-00\n")
    write(tmp_path / place / "testset.txt", "c03-003a-00\n")

    parts = {part: names(tmp_path, part) for part in PARTS}

    assert parts == {
        "train": ["a01-000u-00-00", "a01-000u-00-01"],
        "val": ["b02-045-00-00", "b02-045-00-01"],
        "test": ["c03-003a-00-00"],
    }


def test_lists_of_forms_decide_the_part(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)
    write(tmp_path / "splits" / "train.uttlist", "a01-000u\n")
    write(tmp_path / "splits" / "validation.uttlist", "b02-045\n")
    write(tmp_path / "splits" / "test.uttlist", "c03-003a\n")

    parts = {part: names(tmp_path, part) for part in PARTS}

    assert parts == {
        "train": ["a01-000u-00-00", "a01-000u-00-01"],
        "val": ["b02-045-00-00", "b02-045-00-01"],
        "test": ["c03-003a-00-00"],
    }


def test_both_validation_lists_are_one_part(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)
    write(tmp_path / "validationset1.txt", "a01-000u-00\n")
    write(tmp_path / "validationset2.txt", "c03-003a-00\n")

    found = names(tmp_path, "val")

    assert found == ["a01-000u-00-00", "a01-000u-00-01", "c03-003a-00-00"]


def test_words_in_no_list_belong_to_no_part(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)
    for name in ("trainset.txt", "validationset1.txt", "testset.txt"):
        write(tmp_path / name, "p06-042-00\n")

    assert [names(tmp_path, part) for part in PARTS] == [[], [], []]


def test_a_list_that_is_missing_beside_others_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "words.txt", WORDS)
    write(tmp_path / "trainset.txt", "a01-000u-00\n")

    with pytest.raises(DataError, match=r"not testset\.txt"):
        read_iam(tmp_path, "test")


def write_many_writers(root: Path, count: int) -> None:
    """Two forms of every writer, with one word each."""
    written = [(f"a{n:03}-000{letter}", f"{n:03}") for n in range(count) for letter in "ux"]
    lines = [f"{form}-00-00 ok 154 4 7 2 5 AT w" for form, _ in written]
    write(root / "words.txt", "\n".join(lines))
    forms = [f"{form} {writer} 2 all 7 7 52 52" for form, writer in written]
    write(root / "forms.txt", "\n".join(forms))


def test_without_lists_nobody_writes_in_two_parts(tmp_path: Path) -> None:
    write_many_writers(tmp_path, 300)

    parts = [{s.hand for s in read_iam(tmp_path, p)} for p in PARTS]

    assert sum(map(len, parts)) == len(set().union(*parts)) == 300


def test_without_lists_ninety_percent_of_the_writers_train(tmp_path: Path) -> None:
    write_many_writers(tmp_path, 600)

    shares = {p: len(read_iam(tmp_path, p)) / 1200 for p in PARTS}

    assert shares == pytest.approx({"train": 0.9, "val": 0.05, "test": 0.05}, abs=0.03)


def test_the_split_of_writers_stays_the_same_for_ever(tmp_path: Path) -> None:
    write_many_writers(tmp_path, 60)

    # a model is only comparable with last year's if nobody has changed parts since
    assert {s.hand for s in read_iam(tmp_path, "val")} == {"040"}
    assert {s.hand for s in read_iam(tmp_path, "test")} == {"007"}
