"""What reads photos needs nothing of what the extras bring."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from detector_stub.inference import pretrained as detector
from indexer.cli.group import EXTRAS
from recognizer.inference import pretrained

pytestmark = pytest.mark.thorough

SAMPLE = Path(__file__).parents[1] / "samples" / "002-garden.jpg"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Runs the program as in an installation without extras; the process that reads is its child."""
    folder = tmp_path_factory.mktemp("plain")
    for name in EXTRAS:
        (folder / f"{name}.py").write_text(
            f"raise ModuleNotFoundError('No module named {name}', name={name!r})\n"
        )
    (folder / "photos").mkdir()
    shutil.copy(SAMPLE, folder / "photos")
    for weights in (pretrained.WEIGHTS, detector.WEIGHTS):
        shutil.copy(weights, folder)  # without their ONNX files
    environment = os.environ | {
        "OCRSEARCH_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
    }

    def run(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "indexer", *map(str, words)]
        env = environment | variables
        return subprocess.run(
            command, env=env, cwd=folder, capture_output=True, text=True, check=False
        )

    def told(*words: object) -> str:
        done = run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    Image.open(SAMPLE).crop((0, 0, 400, 120)).save(folder / "word.png")
    (folder / "labels.tsv").write_text("word.png\tgarden\n")
    run.told = told  # type: ignore[attr-defined]
    return run


@pytest.mark.slow
def test_photos_are_read_found_and_shown(plain):
    assert json.loads(plain.told("index", "photos", "--json"))["read"] == 1

    [hit] = json.loads(plain.told("query", "tomatoes", "--json"))["hits"]
    assert hit["photo"].endswith(SAMPLE.name)
    assert json.loads(plain.told("show", hit["photo"], "--json"))["words"]
    assert json.loads(plain.told("detect", hit["photo"], "--json"))


@pytest.mark.slow
def test_word_images_are_read_and_measured(plain):
    assert json.loads(plain.told("read", "word.png", "--json"))
    assert json.loads(plain.told("evaluate", "labels.tsv", "--json"))["words"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("train", "--data", "labels.tsv", "--epochs", 1, "--out", "run"),
        ("train-detector", "--pages", "photos", "--steps", 1, "--out", "run"),
        ("train-language", "--words", "wordfreq:sv", "--out", "sv.arpa.gz"),
        ("synthesize", "words", "new.zip", "--letters", "labels.tsv", "--count", 1),
        ("weights", "convert", "handwriting.safetensors"),
        ("weights", "convert", "words.safetensors"),
    ],
    ids=lambda words: words[0],
)
def test_what_needs_an_extra_says_which_one(plain, words):
    done = plain(*words)

    assert done.returncode == 2
    assert "pip install 'ocrsearch[train]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_classical_detector_says_which_extra_it_needs(plain):
    done = plain("index", "photos", OCRSEARCH_DETECTOR="classical")

    assert done.returncode == 5
    assert "pip install 'ocrsearch[classical]'" in done.stderr


def test_weights_without_their_onnx_file_say_how_to_make_it(plain):
    done = plain("read", "word.png", "--weights", "handwriting.safetensors")

    assert done.returncode == 5
    assert "ocrsearch weights convert handwriting.safetensors" in done.stderr
