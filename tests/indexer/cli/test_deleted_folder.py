"""A current folder that is deleted: whole paths work, and relative ones are refused in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from indexer.cli.commands import main
from indexer.ocr.photo_file import Limits
from indexer.ocr.worker_supervisor import ProcessLimits, Worker

from ..conftest import draw_photo


@pytest.fixture
def deleted(tmp_path, monkeypatch):
    """Goes into a folder that is deleted then."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "photos"], ["index", "."], ["index", ".."], ["watch", "photos"],
        ["query", "helios", "--folder", "photos"], ["query", "helios", "--image", "out"],
        ["show", "a.png"], ["show", "/tmp/a.png", "--image", "b.png"], ["detect", "a.png"],
        ["detect", "/tmp/a.png", "a.png"], ["read", "a.png"], ["read", "/tmp/a.png", "--csv", "t.csv"],
        ["train", "--data", "folder:/tmp", "--out", "mine"], ["train", "--resume", "mine"],
        ["train", "--init", "old.safetensors", "--out", "/tmp/mine", "--data", "x"],
        ["train-detector", "--pages", "/tmp", "--out", "mine"], ["evaluate-detector", "pages"],
        ["synthesize", "words", "words.zip", "--fonts", "/tmp"],
        ["synthesize", "pages", "/tmp/pages", "--fonts", "fonts"], ["demo", "--out", "pictures"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_relative_path_is_refused_by_every_command(shell, deleted, arguments):
    result = shell(*arguments, code=2)

    assert "a relative path, but the current folder was deleted" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("HOME", "home"), ("FOLDERS", '["photos"]'), ("WEIGHTS", "w"), ("DETECTOR_WEIGHTS", "w"),
        ("CATALOG_URL", "sqlite:///catalog.db"),
    ],
)  # fmt: skip
def test_a_relative_path_in_the_settings_is_named_with_its_key(deleted, monkeypatch, key, value):
    monkeypatch.setenv(f"OCRSEARCH_{key}", value)

    # the option --home has a variable of the same name
    result = CliRunner().invoke(main, ["rebuild"])

    assert result.exit_code in {2, 3}
    assert "the current folder was deleted" in result.stderr
    assert key == "HOME" or key.lower() in result.stderr


def test_whole_paths_work(shell, deleted):
    draw_photo(shell.photos / "a.png", "helios")

    assert json.loads(shell("index", shell.photos, "--json").stdout)["read"] == 1
    assert "a.png" in shell("query", "helios", "--folder", shell.photos).stdout
    shell("show", shell.photos / "a.png", "--image", shell.folder / "drawn.png")
    shell("rebuild")


def test_data_that_would_be_other_data_elsewhere_are_refused(shell, deleted):
    here = str(shell.photos).removeprefix("/")  # exists below the root

    result = shell("train", "--data", f"folder:{here}", "--out", "/tmp/mine", code=2)

    assert f"{here}: a relative path" in result.stderr


@pytest.mark.slow
def test_the_networks_load_there_too(shell, deleted):
    photo = draw_photo(shell.photos / "a.png", "helios")
    command = [sys.executable, "-m", "indexer", "read", str(photo)]

    done = subprocess.run(command, capture_output=True, check=False, text=True)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.thorough
def test_photos_are_read_after_the_folder_of_a_daemon_is_deleted(tmp_path, odd_engine, deleted):
    photo = draw_photo(tmp_path / "a.png", "helios")
    worker = Worker(odd_engine.OddEngine, ProcessLimits(60, 4000))

    try:
        [outcome] = worker.read([photo], Limits(), lambda: False)
    finally:
        worker.close()

    assert outcome.reading.words[0].text == "a"
