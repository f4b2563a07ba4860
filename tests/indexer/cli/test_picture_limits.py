"""Every command that opens pictures obeys the limits of the configuration, and names the picture."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from indexer.config import Settings
from indexer.ocr import photo_file
from recognizer.inference import limits

from ..conftest import draw_photo


@pytest.fixture
def pictures(shell):
    """A photo, a folder of labelled words and one of pages, each picture of 100×100 pixels."""
    words, pages = shell.folder / "words", shell.folder / "pages"
    for folder in (words, pages):
        folder.mkdir()
        for name in ("big", "other"):
            Image.new("RGB", (100, 100), "black").save(folder / f"{name}.png")
    (words / "labels.tsv").write_text("big.png\tword\nother.png\tword\n", encoding="utf-8")
    word = {"text": "word", "box": [1, 1, 50, 50]}
    page = {"photo": "big.png", "width": 100, "height": 100, "words": [word]}
    for name in ("big", "other"):
        (pages / f"{name}.json").write_text(json.dumps(page), encoding="utf-8")
    return shell


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["read", "words/big.png"],
        ["read", "words"],
        ["read", "words", "--json"],
        ["evaluate", "words"],
        ["evaluate", "words/labels.tsv", "--greedy"],
        ["train", "--data", "words", "--budget", "1m", "--out", "run"],
        ["synthesize", "words", "new.zip", "--letters", "words"],
        ["evaluate-detector", "pages"],
        ["train-detector", "--pages", "pages", "--steps", "1", "--out", "run"],
        ["detect", "words/big.png"],
        ["show", "words/big.png", "--image", "drawn.jpg"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("max_megapixels", "0.009", "100×100 pixels are more than max_megapixels = 0.009"),
        ("max_megabytes", "0.0001", "larger than max_megabytes = 0.0001"),
    ],
)
def test_a_lowered_limit_is_obeyed_and_named(pictures, command, key, value, said, monkeypatch):
    draw_photo(pictures.photos / "a.png", "helios")
    pictures("index", pictures.folder / "words")
    monkeypatch.chdir(pictures.folder)
    monkeypatch.setenv(f"OCRSEARCH_{key.upper()}", value)

    from click.testing import CliRunner

    from indexer.cli.commands import main

    result = CliRunner().invoke(main, ["--home", "home", *command])

    assert result.exit_code in {2, 6}
    told = [line for line in _told(pictures, result) if said in line]
    assert told
    assert all("big.png" in line or "other.png" in line for line in told)


def _told(shell, result):
    """What a command said, in stderr or in the list of what it left out."""
    lists = [path.read_text(encoding="utf-8") for path in shell.folder.rglob("*skipped.tsv")]
    return "\n".join([result.stderr, *lists]).splitlines()


def test_the_defaults_are_those_of_the_settings():
    settings = Settings()

    assert photo_file.Limits.of(settings) == photo_file.Limits()
    assert limits.Limits.given({limits.GIVEN: lambda: settings}) == limits.Limits()
