"""`ocrsearch learn`, as a user runs it; the training itself is replaced."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from indexer import config, home
from indexer.catalog.correction_reader import CorrectionReader
from indexer.corrections import own_weights
from indexer.corrections.correction import LearningPart
from indexer.ocr.builtin import BuiltInEngine, weights_path

from ..conftest import draw_photo
from ..corrections.inked import inked

finetuning = pytest.importorskip("recognizer.training.finetuning")

LEARNED = [inked("queue")] * 60
HELD = [inked("depth", photo="held", part=LearningPart.HELD)] * 2
REAL_ENGINE = BuiltInEngine


@pytest.fixture
def learner(shell, monkeypatch):
    """A shell whose user corrected 60 words; learning copies the weights in use, changed by a byte."""
    draw_photo(shell.photos / "board.png", "depth")
    shell("index", shell.photos)

    def finetune(before, words, count, out, **_):
        assert len(list(words.glob("*.png"))) == count
        out.mkdir()
        for suffix in (".safetensors", ".onnx"):
            shutil.copy(before.with_suffix(suffix), (out / finetuning.LEARNED).with_suffix(suffix))
        return out / finetuning.LEARNED

    few = finetuning.guard()[:3]
    monkeypatch.setattr(finetuning, "finetune", finetune)
    monkeypatch.setattr(finetuning, "guard", lambda: few)
    monkeypatch.setattr(CorrectionReader, "inked_words", lambda _: iter(LEARNED + HELD))
    monkeypatch.setattr(CorrectionReader, "checked", lambda _: {"held": 1.0})
    monkeypatch.setenv("OCRSEARCH_LANGUAGES", "none")
    return shell


def settings_of(shell) -> config.Settings:
    return config.load(None, home=shell.folder / "home")


def learn(shell, *arguments, code=0) -> dict:
    return json.loads(shell("learn", *arguments, "--json", code=code).stdout)


@pytest.mark.thorough
def test_a_run_is_measured_on_held_out_words_and_noted(learner):
    report = learn(learner)

    assert (report["n"], report["learned"], report["held_out"], report["photos"]) == (1, 60, 2, 1)
    assert report["verdict"] == "too few to tell"
    assert report["before"] == report["after"]
    assert report["guard"]["before"]["words"] == 3
    assert json.loads(learner("learn", "list", "--json").stdout) == report


def test_a_run_is_told_in_words(learner):
    said = learner("learn").stdout

    assert "run 1: too few to tell (2 held-out words on 1 checked photo; 150 on 5" in said
    assert "learned from   60 words" in said.splitlines()[1]
    assert "run 1" not in learner("learn", "list").stdout
    assert "60 words  too few to tell" in learner("learn", "list").stdout


def test_only_better_weights_are_used_unless_asked_for(learner):
    learn(learner)

    assert "use it all the same with --anyway" in learner("learn", "use", code=2).output
    assert learn(learner, "use", "1", "--anyway") == {"used": 1}
    assert json.loads(learner("learn", "list", "--json").stdout)["used"] is True


def test_learned_weights_read_until_they_are_taken_back(learner):
    shipped = weights_path(settings_of(learner))
    learn(learner)
    learner("learn", "use", "--anyway")

    used = weights_path(settings_of(learner))
    assert used == settings_of(learner).own_weights / "1" / own_weights.WEIGHTS

    assert learn(learner, "back") == {"used": 0}
    assert weights_path(settings_of(learner)) == shipped


@pytest.mark.thorough
def test_the_engine_is_another_one_with_other_weights_and_the_same_again_after_going_back(learner):
    before = REAL_ENGINE(settings_of(learner))
    known = before.id
    learn(learner)
    weights = settings_of(learner).own_weights / "1" / own_weights.WEIGHTS
    weights.write_bytes(weights.read_bytes() + b" ")
    learner("learn", "use", "--anyway")

    assert REAL_ENGINE(settings_of(learner)).id != known
    assert REAL_ENGINE(before._settings).id == known, "an engine that was made before goes on"

    learner("learn", "back")
    assert REAL_ENGINE(settings_of(learner)).id == known


@pytest.mark.thorough
def test_the_next_run_begins_with_the_weights_in_use(learner):
    learn(learner)
    learner("learn", "use", "--anyway")

    assert learn(learner)["from"] == 1


def test_few_words_are_not_learned(learner, monkeypatch):
    monkeypatch.setattr(CorrectionReader, "inked_words", lambda _: iter(LEARNED[:59]))

    assert "59 words to learn from; correct or confirm 60" in learner("learn", code=2).output
    assert own_weights.runs(settings_of(learner).own_weights) == []


def test_configured_weights_are_not_taught(learner, monkeypatch):
    monkeypatch.setenv("OCRSEARCH_WEIGHTS", "/somewhere/mine.safetensors")

    for command in (["learn"], ["learn", "use"], ["learn", "back"]):
        assert "remove this setting" in learner(*command, code=3).output


def test_nothing_learned_cannot_be_used(learner):
    assert "nothing was learned yet" in learner("learn", "use", code=2).output


def test_one_process_learns_at_a_time(learner):
    with home.learning(settings_of(learner)):
        assert "another ocrsearch is learning" in learner("learn", code=4).output


def test_a_forgotten_run_is_not_listed(learner):
    learn(learner)

    assert "run 1 is forgotten" in learner("learn", "forget", "1").stdout
    assert learner("learn", "list").stdout == ""
    assert "no such run" in learner("learn", "forget", "1", code=2).output


def test_other_processes_are_told_how_far_it_is(learner, monkeypatch):
    told = []
    monkeypatch.setattr(own_weights, "note_progress", lambda _, progress: told.append(progress))

    learn(learner)

    doing = [progress and progress["doing"] for progress in told]
    assert doing == ["starting", "measuring before and after", None]


def test_it_is_known_whether_a_process_learns(learner):
    settings = settings_of(learner)
    assert not home.is_learning(settings)
    with home.learning(settings):
        assert home.is_learning(settings)
    assert not home.is_learning(settings)


@pytest.mark.thorough
def test_without_torch_the_extra_is_named(learner, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)

    assert "install the extra train" in learner("learn", code=2).output


@pytest.mark.thorough
def test_a_run_that_nothing_measures_says_so_and_what_to_check(learner, monkeypatch):
    monkeypatch.setattr(CorrectionReader, "checked", lambda _: {})
    for salt in range(40):  # one in five is held out
        draw_photo(learner.photos / f"{salt}.png", "depth", salt=salt)
    learner("index", learner.photos)

    told = learner("learn")

    assert (
        "too few to tell (no checked photo is held out; 150 words on 5 are needed)" in told.stdout
    )
    assert "no checked photo is held out, so nothing can be measured" in told.stderr
    assert "then run: ocrsearch correct PHOTO --checked" in told.stdout
    assert sum(line.endswith("  1 word") for line in told.stdout.splitlines()) == 5
