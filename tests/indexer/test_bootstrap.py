"""The real parts together: built-in detector, shipped weights, catalog, stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont

from indexer import config
from indexer.cli.commands import main

pytestmark = pytest.mark.thorough


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")

    def command(*arguments, code=0):
        result = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result

    return command


def write_board(path: Path, *words: str) -> Path:
    """A photo of a board with printed words, one below the other."""
    page = Image.new("RGB", (900, 140 * len(words) + 80), (226, 226, 222))
    for row, word in enumerate(words):
        font = ImageFont.load_default(64)
        ImageDraw.Draw(page).text((120, 60 + 140 * row), word, fill=(25, 30, 60), font=font)
    path.parent.mkdir(exist_ok=True)
    page.save(path)
    return path


@pytest.mark.slow
def test_a_word_drawn_on_a_photo_is_found_where_it_stands_until_the_photo_is_deleted(run, tmp_path):
    board = write_board(tmp_path / "photos" / "board.jpg", "HELIOS", "queue")
    write_board(tmp_path / "photos" / "other.jpg", "garden")
    run("index", tmp_path / "photos")

    [hit] = json.loads(run("query", "helios", "--json", "--min-score", "0.3").stdout)["hits"]

    assert hit["photo"] == str(board)
    left, top, right, bottom = hit["words"][0]["box"]
    assert left < 200 < right
    assert top < 95 < bottom

    board.unlink()
    run("index", tmp_path / "photos")
    assert json.loads(run("query", "helios", "--json", "--min-score", "0.3", code=1).stdout) == {
        "query": "helios",
        "seconds": pytest.approx(0, abs=5),
        "total": 0,
        "hits": [],
    }


@pytest.mark.slow
def test_the_samples_that_come_with_the_source_are_found_by_their_words(run):
    samples = Path(__file__).parent.parent.parent / "samples"
    run("index", samples)

    for query, name in (("dijkstra", "000-graph-search.jpg"), ("tomatoes", "002-garden.jpg")):
        best = json.loads(run("query", query, "--json").stdout)["hits"][0]
        assert Path(best["photo"]).name == name
        assert best["score"] > 0.05


@pytest.mark.parametrize("whose", ["WEIGHTS", "DETECTOR_WEIGHTS"])
@pytest.mark.parametrize("content", [None, b"", b"\x08\x00\x00\x00\x00\x00\x00\x00{}garbage"])
def test_damaged_or_missing_weights_are_named_with_their_own_exit_code(
    run, tmp_path, monkeypatch, content, whose
):
    weights = tmp_path / "mine.safetensors"
    if content is not None:
        weights.write_bytes(content)
    monkeypatch.setenv(f"OCRSEARCH_{whose}", str(weights))
    write_board(tmp_path / "photos" / "board.jpg", "HELIOS")

    result = run("index", tmp_path / "photos", code=5)

    assert str(weights) in result.stderr
    assert "Traceback" not in result.output


def test_detect_goes_on_after_a_damaged_sidecar(run, tmp_path):
    damaged = write_board(tmp_path / "a.jpg", "HELIOS")
    damaged.with_name("a.jpg.boxes.json").write_text("{")
    board = write_board(tmp_path / "b.jpg", "garden")

    result = run("detect", damaged, board, "--json", code=6)

    assert json.loads(result.stdout)["photo"] == str(board)
    assert "a.jpg.boxes.json" in result.stderr


@pytest.mark.slow
def test_a_damaged_sidecar_fails_its_photo_and_no_other(run, tmp_path):
    write_board(tmp_path / "photos" / "a.jpg", "HELIOS")
    board = write_board(tmp_path / "photos" / "b.jpg", "garden")
    board.with_name("b.jpg.boxes.json").write_text("{")

    result = run("index", tmp_path / "photos", "--json", code=6)

    report = json.loads(result.stdout)
    assert (report["read"], report["failed"]) == (1, 1)
    assert "b.jpg.boxes.json" in report["problems"][str(board)]
