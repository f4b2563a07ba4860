from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets.annotations import PARTS, check_part, find, read_text, rows
from recognizer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("part", PARTS)
def test_every_known_part_is_accepted(part: str) -> None:
    check_part(part)


def test_an_unknown_part_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"'dev'.*train, val, test"):
        check_part("dev")


def test_the_first_place_that_has_the_file_wins(tmp_path: Path) -> None:
    for folder in ("b", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "words.txt").touch()

    found = find(tmp_path, ("a", "b", "c"), "words.txt")

    assert found == tmp_path / "b" / "words.txt"


def test_a_folder_of_the_wanted_name_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").mkdir()

    assert find(tmp_path, ("",), "words.txt") is None


def test_comments_and_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "forms.txt"
    path.write_text("# comment\n\na b\n   \nc d\n", encoding="utf-8")

    assert list(rows(path, 2)) == [(3, ["a", "b"]), (5, ["c", "d"])]


def test_the_last_column_keeps_its_spaces(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("id B B C\r\n", encoding="utf-8")

    assert list(rows(path, 2)) == [(1, ["id", "B B C"])]


def test_a_line_with_too_few_columns_is_an_error_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("a b\nlonely\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"words\.txt, line 2: expected 2 columns, got 'lonely'"):
        list(rows(path, 2))


def test_text_that_is_not_utf_8_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.tsv"
    path.write_bytes(b"a.png\tcaf\xe9\n")

    with pytest.raises(DataError, match=r"labels\.tsv"):
        read_text(path)
