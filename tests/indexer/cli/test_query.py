from __future__ import annotations

import json

import pytest
from PIL import ExifTags, Image

from ..conftest import draw_photo, spelled

pytestmark = pytest.mark.thorough


def test_query_json_is_what_programs_were_promised(shell):
    draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    answer = json.loads(shell("query", "helios", "--json").stdout)

    assert set(answer) == {"query", "seconds", "total", "hits"}
    [hit] = answer["hits"]
    assert hit["photo"] == str(shell.photos / "board.png")
    assert 0 < hit["score"] <= 1
    assert hit["words"] == [{"text": "helios", "box": [0, 16, 96, 32], "score": 0.9}]


def test_no_hit_is_exit_code_1_and_suggests_what_was_read(shell):
    draw_photo(shell.photos / "board.png", "algorithm")
    shell("index", shell.photos)

    result = shell("query", "algorythm", "--exact", code=1)

    assert "did you mean algorithm?" in result.stderr


def test_an_open_quote_is_a_usage_error(shell):
    shell("index", shell.photos)

    assert "quote is never closed" in shell("query", '"linked list', code=2).stderr


def test_a_query_before_any_index_says_what_to_do(shell):
    assert "ocrsearch index FOLDER" in shell("query", "helios", code=4).stderr


@pytest.fixture
def dated(shell):
    """A photo of 2 March 2026 in a folder of its own."""
    photo = draw_photo(shell.photos / "march" / "board.png", "helios")
    with Image.open(photo) as picture:
        exif = picture.getexif()
        exif[ExifTags.Base.DateTime] = "2026:03:02 10:00:00"
        picture.save(photo, exif=exif)
    shell("index", shell.photos)
    return shell


@pytest.mark.parametrize(
    ("admits", "option", "value"),
    [
        (True, "--since", "2026-03-02"),
        (False, "--since", "2026-03-03"),
        (True, "--until", "2026-03-03"),
        (False, "--until", "2026-03-02"),
        (True, "--folder", "march"),
        (True, "--min-score", "0.1"),
        (False, "--min-score", "1"),
    ],
)
def test_query_leaves_out_what_its_options_exclude(dated, admits, option, value, monkeypatch):
    monkeypatch.chdir(dated.photos)

    found = dated("query", "helios", option, value, code=0 if admits else 1)

    assert ("board.png" in found.stdout) is admits


def test_query_shows_at_most_as_many_photos_as_asked_for(shell):
    for number in range(3):
        draw_photo(shell.photos / f"{number}.png", "helios", salt=number)
    shell("index", shell.photos)

    found = shell("query", "helios", "--limit", "2")

    assert found.stdout.count(".png") == 2
    assert "… and 1 more, less likely (raise --limit)" in found.stdout


def test_an_exact_query_knows_only_the_best_reading(shell):
    shell.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    draw_photo(shell.photos / "a.png", "queve")
    shell("index", shell.photos)

    shell("query", "queue")
    shell("query", "queue", "--exact", code=1)


def test_query_draws_its_hits(shell):
    draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    shell("query", "helios", "--image", shell.folder / "out")

    with Image.open(shell.folder / "out" / "01-board.jpg") as picture:
        red, green, _ = picture.convert("RGB").getpixel((95, 24))
    assert red > green + 20  # JPEG smears colours of thin lines


def test_guesses_are_shown_as_such_and_only_a_few(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    for number in range(6):
        draw_photo(shell.photos / f"{number}.png", "gnene", salt=number)
    shell("index", shell.photos)

    shown = shell("query", "queue").stdout

    assert shown.startswith("nothing certain; perhaps:")
    assert shown.count(".png") == 3


def test_guesses_are_not_listed_behind_certain_hits(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    draw_photo(shell.photos / "guess.png", "gnene")
    draw_photo(shell.photos / "sure.png", "queue")
    shell("index", shell.photos)

    shown = shell("query", "queue").stdout

    assert "sure.png" in shown
    assert "guess.png" not in shown


def test_guesses_are_not_drawn_behind_certain_hits(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    draw_photo(shell.photos / "guess.png", "gnene")
    draw_photo(shell.photos / "sure.png", "queue")
    shell("index", shell.photos)

    shell("query", "queue", "--image", shell.folder / "out")

    assert [path.name for path in (shell.folder / "out").iterdir()] == ["01-sure.jpg"]


def test_a_word_that_is_only_guessed_is_corrected(shell):
    shell.engine.recognizer.posteriorgrams = {"queue": spelled("queue")}
    draw_photo(shell.photos / "a.png", "queue")
    shell("index", shell.photos)

    result = shell("query", "quene")

    assert result.stdout.startswith("nothing certain; perhaps:\n")
    assert "did you mean queue?" in result.stderr
