"""The examples of docs/api.md give what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

import indexer
import recognizer

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", [indexer, recognizer])
def test_every_public_name_stands_on_the_page(package):
    section = PAGE.split(f": {package.__name__}\n")[1].split("\n## ")[0]

    missing = [
        n for n in package.__all__ if not re.search(rf"`(?:{package.__name__}\.)?{n}\b", section)
    ]

    assert missing == []


def run_examples(heading: str) -> doctest.TestResults:
    """Run the examples below a heading, one after the other, in one namespace."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, heading, "docs/api.md", 0)
    return doctest.DocTestRunner().run(test)


@pytest.mark.thorough
def test_the_examples_of_searching(tmp_path, monkeypatch):
    from indexer import config
    from indexer.bootstrap import stores
    from indexer.catalog.catalog import Catalog
    from indexer.sync.hooks import Hooks
    from indexer.sync.library import Library

    from .indexer.conftest import TileEngine, draw_photo

    draw_photo(tmp_path / "photos" / "board.png", "dijkstra", "queue")
    draw_photo(tmp_path / "photos" / "other.png", "selene")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OCRSEARCH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    settings = config.load()
    settings.home.mkdir(mode=0o700)
    with Catalog(settings.database) as catalog:
        library = Library(settings, catalog, stores(settings), TileEngine())
        library.sync([tmp_path / "photos"], Hooks())

    done = run_examples("Searching: indexer")

    assert done.attempted == 4
    assert done.failed == 0


def test_the_examples_of_reading_words(tmp_path, monkeypatch):
    word = Image.new("RGB", (260, 100), (226, 226, 222))
    font = ImageFont.load_default(64)
    ImageDraw.Draw(word).text((30, 5), "queue", fill=(25, 30, 60), font=font)
    word.save(tmp_path / "word.png")
    monkeypatch.chdir(tmp_path)

    done = run_examples("Reading words: recognizer")

    assert done.attempted == 4
    assert done.failed == 0
