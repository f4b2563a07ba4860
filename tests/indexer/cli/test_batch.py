"""Queries from a file."""

from __future__ import annotations

import json

import pytest

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_a_batch_answers_each_line_in_order(shell):
    draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    lines = shell("query", "--batch", "-", "--json", input="helios\n\nselene\n").stdout.splitlines()

    answers = [json.loads(line) for line in lines]
    assert [a["query"] for a in answers] == ["helios", "selene"]
    assert [len(a["hits"]) for a in answers] == [1, 0]


def test_a_byte_order_mark_is_no_part_of_the_first_query_of_a_batch(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    batch = shell.folder / "queries.txt"
    batch.write_bytes(b"\xef\xbb\xbfhelios\n")

    for source, given in ((batch, None), ("-", batch.read_bytes())):
        report = json.loads(shell("query", "--batch", source, "--json", input=given).stdout)
        assert (report["query"], report["total"]) == ("helios", 1)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("bad", [b"caf\xe9", b"\xff", b"helios \x80", b"\xed\xa0\x80"])
def test_a_line_of_a_batch_that_is_not_utf8_is_named_and_the_others_answered(shell, bad, end, mark):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    batch = shell.folder / "queries.txt"
    batch.write_bytes(mark + end.join([b"helios", bad, b"", b"helios", b"selene"]))

    told = shell("query", "--batch", batch, "--json", code=2).stdout.splitlines()
    reports = [json.loads(line) for line in told]

    assert [report.get("total") for report in reports] == [1, None, 1, 0]
    assert reports[1]["error"] == f"{batch}, line 2: not UTF-8; save the file as UTF-8"
    shown = shell("query", "--batch", batch, code=2)
    assert shown.stdout.count("a.png") == 2
    assert f"Error: {batch}, line 2: not UTF-8" in shown.stderr


def test_a_batch_in_utf16_that_is_cut_off_is_refused_as_a_whole(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    batch = shell.folder / "queries.txt"
    batch.write_bytes("helios\nhelios".encode("utf-16")[:-1])

    assert "line 2: not UTF-16" in shell("query", "--batch", batch, code=2).stderr


def test_query_needs_words_or_a_batch(shell):
    assert "--batch" in shell("query", code=2).stderr


REFUSED = ['"open', "(helios", "helios)", "AND", "helios NOT", "date:2026-13", "x" * 500, "-"]


@pytest.mark.parametrize("refused", REFUSED)
def test_a_batch_goes_on_after_a_query_that_is_refused(shell, refused):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    given = f"helios\n{refused}\nselene\nhelios\n"

    told = shell("query", "--batch", "-", "--json", input=given, code=2)
    reports = [json.loads(line) for line in told.stdout.splitlines()]

    assert [report["query"] for report in reports] == ["helios", refused, "selene", "helios"]
    assert [report.get("total") for report in reports] == [1, None, 0, 1]
    assert reports[1].keys() == {"query", "error"}
    assert reports[1]["error"]

    shown = shell("query", "--batch", "-", input=given, code=2)
    assert shown.stdout.count("a.png") == 2
    assert f"Error: {reports[1]['error']}" in shown.stderr


def test_pictures_are_drawn_for_a_batch_of_which_a_query_is_refused(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    out = shell.folder / "out"

    shell("query", "--batch", "-", "--image", out, input='"open\nhelios\n', code=2)

    assert len(list(out.iterdir())) == 1


def test_a_single_query_that_is_refused_prints_no_json(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)

    assert shell("query", '"open', "--json", code=2).stdout == ""
