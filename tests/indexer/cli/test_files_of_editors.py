"""Configuration and query files as editors of all systems save them."""

from __future__ import annotations

import codecs
import json

import pytest

from indexer import config
from indexer.errors import ConfigError

from ..conftest import draw_photo

ENCODINGS = {
    "mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 BE": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "blanks at the ends": lambda text: text.replace("\n", "\u00a0 \t\n").encode(),
    "blanks at the beginnings": lambda text: "\u00a0 ".join(["", *text.splitlines(True)]).encode(),
}
each_encoding = pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS)


@each_encoding
def test_settings_are_read_however_the_file_is_saved(tmp_path, encoded):
    file = tmp_path / "config.toml"
    file.write_bytes(encoded('# ü\nnice = 3\nlanguage = "none"\nfolders = [\n  "/a",\n]\n'))

    settings = config.load(file)

    assert (settings.nice, settings.language, len(settings.folders)) == (3, "none", 1)


@each_encoding
def test_queries_are_read_however_the_file_is_saved(shell, encoded):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    batch = shell.folder / "queries.txt"
    batch.write_bytes(encoded("helios\n\nselene\n"))

    answers = shell("query", "--json", "--batch", batch).stdout.splitlines()

    assert [json.loads(line)["query"] for line in answers] == ["helios", "selene"]
    assert json.loads(answers[0])["hits"]


def test_queries_are_read_from_stdin(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)

    answer = shell("query", "--json", "--batch", "-", input=b"\xef\xbb\xbfhelios\r\n").stdout

    assert json.loads(answer)["query"] == "helios"


def test_a_configuration_that_is_not_utf8_is_named_with_the_line(tmp_path):
    file = tmp_path / "config.toml"
    file.write_bytes(b'nice = 3\nlanguage = "fran\xe7ais"\n')

    with pytest.raises(ConfigError) as caught:
        config.load(file)

    assert str(caught.value) == f"{file}, line 2: not UTF-8; save the file as UTF-8"


def test_queries_that_are_not_utf8_are_named_with_the_line(shell):
    batch = shell.folder / "queries.txt"
    batch.write_bytes(b"garden\ncaf\xe9\n")
    draw_photo(shell.photos / "a.png", "garden")
    shell("index", shell.photos)

    done = shell("query", "--batch", batch, code=2)

    assert "queries.txt, line 2: not UTF-8" in done.output
    assert "a.png" in done.stdout
