"""Queries from a file."""

from __future__ import annotations

import json

from ..conftest import draw_photo


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


def test_a_batch_that_is_not_utf8_is_named(shell):
    batch = shell.folder / "queries.txt"
    batch.write_bytes("café\n".encode("latin-1"))

    result = shell("query", "--batch", batch, code=2)

    assert f"{batch}, line 1: not UTF-8" in result.stderr


def test_query_needs_words_or_a_batch(shell):
    assert "--batch" in shell("query", code=2).stderr
