"""The detector's commands as the user meets them: errors, files and figures."""

from __future__ import annotations

import json
import signal

import pytest
import torch
from click.testing import CliRunner

from detector_stub.network import weights
from detector_stub.network.model import WordNet
from detector_stub.training import setup, trainer
from detector_stub.training.options import TrainOptions
from indexer.cli.commands import main
from recognizer.runs import curves


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return invoke


@pytest.fixture
def pages(tmp_path, write_page):
    for name in "abc":
        write_page(tmp_path / "pages", name)
    return tmp_path / "pages"


@pytest.fixture
def small(tmp_path, tiny):
    """Weights of a small network, so that a run takes no time."""
    torch.manual_seed(0)
    weights.save(tmp_path / "small.safetensors", WordNet(tiny), {})
    return tmp_path / "small.safetensors"


@pytest.fixture
def without_curves(monkeypatch):
    """Leave the picture out: to draw it takes longer than all else."""
    monkeypatch.setattr(curves, "draw", lambda *_: None)


@pytest.fixture
def train(run, pages, small, tmp_path):
    def begin(*words, out="run"):
        few = ("--pages", pages, "--init", small, "--crop", 64, "--batch-size", 1)
        return run("train-detector", *few, "--out", tmp_path / out, *words)

    return begin


@pytest.mark.thorough
def test_a_run_writes_weights_metrics_curves_and_options(train, tmp_path):
    done = train("--steps", 2)

    assert done.exit_code == 0, done.output
    assert "2 training pages, 1 dev pages" in done.stderr
    assert "best mean of F1 and word hit" in done.stderr
    assert done.stdout == ""
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "best.onnx",
        "best.safetensors",
        "checkpoint.pt",
        "curves.png",
        "metrics.jsonl",
        "options.json",
    ]


@pytest.mark.thorough
@pytest.mark.usefixtures("without_curves")
def test_a_run_is_continued_with_its_options(train, run, tmp_path, small):
    train("--steps", 1)
    small.unlink()  # what a run began with need not be kept

    done = run("train-detector", "--resume", tmp_path / "run", "--steps", 3)

    assert done.exit_code == 0, done.output
    rows = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(row)["step"] for row in rows] == [1, 3]
    assert json.loads((tmp_path / "run" / "options.json").read_text())["crop"] == 64


def test_a_run_that_is_stopped_before_its_first_step_says_how_to_go_on(
    train, monkeypatch, tmp_path
):
    plain = trainer.Trainer.run

    def interrupted(*parts, **more):
        signal.raise_signal(signal.SIGTERM)
        plain(*parts, **more)

    monkeypatch.setattr(trainer.Trainer, "run", interrupted)

    done = train("--steps", 1)

    assert done.exit_code == 0, done.output
    assert f"nothing measured yet, because no step was taken; go on with --resume {tmp_path}" in (
        done.stderr
    )


@pytest.mark.thorough
@pytest.mark.usefixtures("without_curves")
def test_another_seed_is_no_continuation(train, run, tmp_path):
    train("--steps", 1)

    done = run("train-detector", "--resume", tmp_path / "run", "--seed", 1)

    assert done.exit_code == 2
    assert "--seed 1: the run in" in done.stderr


@pytest.mark.thorough
@pytest.mark.usefixtures("without_curves")
def test_a_second_run_in_a_folder_is_refused(train, tmp_path):
    train("--steps", 1)

    done = train("--steps", 1)

    assert done.exit_code == 2
    assert f"continue it with --resume {tmp_path / 'run'}" in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "give --budget 30m or --steps"),
        (("--budget", "soon"), "'--budget': 'soon': expected a number and s, m or h"),
        (("--budget", "0m"), "'--budget': '0m'"),
        (("--budget", "infh"), "'--budget': 'infh'"),
        (("--steps", 1, "--lr", "nan"), "'--lr': 'nan': expected a finite number"),
        (("--steps", 1, "--lr", 0), "'--lr'"),
        (("--steps", 1, "--seed", -1), "'--seed'"),
        (("--steps", 1, "--crop", 100), "--crop 100: expected a multiple of 32"),
        (("--steps", 1, "--dev", "nowhere"), "nowhere: no such folder of pages"),
    ],
)
def test_a_wrong_option_is_named(train, words, message):
    done = train(*words)

    assert done.exit_code == 2
    assert message in done.stderr


def test_pages_must_be_given(run):
    done = run("train-detector", "--steps", 1)

    assert done.exit_code == 2
    assert "--pages" in done.stderr


def test_a_broken_page_is_named_before_training_begins(train, pages, tmp_path):
    (pages / "b.json").write_text('{"width": 360, "height": 220, "words": [{"text": 5}]}')

    done = train("--steps", 1)

    assert done.exit_code == 2
    assert f"{pages / 'b.json'}: words[0]: expected" in done.stderr
    assert not (tmp_path / "run").exists()


def test_one_page_is_too_few(train, pages):
    for name in "bc":
        (pages / f"{name}.json").unlink()

    done = train("--steps", 1)

    assert done.exit_code == 2
    assert "one page is too few" in done.stderr


def test_dev_pages_need_boxes(train, tmp_path, write_page):
    write_page(tmp_path / "dev", words=[{"text": "a", "box": None}])

    done = train("--steps", 1, "--dev", tmp_path / "dev")

    assert done.exit_code == 2
    assert f"{tmp_path / 'dev'}: no word has a box to evaluate on" in done.stderr


def test_missing_weights_are_named(train, small):
    small.unlink()

    done = train("--steps", 1)

    assert done.exit_code == 5
    assert str(small) in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_the_run_to_stop(train, monkeypatch, number):
    told = []

    def fake(*_, stop, **__):
        told.append(stop())
        signal.raise_signal(number)
        told.append(stop())
        return 0.5

    monkeypatch.setattr(setup, "train", fake)
    before = signal.getsignal(number)

    done = train("--steps", 1)

    assert done.exit_code == 0
    assert told == [False, True]
    assert signal.getsignal(number) == before


def test_a_second_signal_ends_the_command(train, monkeypatch):
    def fake(*_, **__):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(setup, "train", fake)

    assert train("--steps", 1).exit_code == 1


@pytest.mark.thorough
@pytest.mark.usefixtures("without_curves")
def test_an_interrupted_run_goes_on(train, run, tmp_path, monkeypatch):
    step = trainer.Trainer.step

    def interrupted(trainer, *batch):
        signal.raise_signal(signal.SIGTERM)
        return step(trainer, *batch)

    with monkeypatch.context() as patched:
        patched.setattr(trainer.Trainer, "step", interrupted)
        first = train("--steps", 3)
    again = run("train-detector", "--resume", tmp_path / "run")

    assert (first.exit_code, again.exit_code) == (0, 0)
    rows = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(row)["step"] for row in rows] == [1, 3]


def test_the_pages_set_aside_are_the_same_for_the_same_seed(pages):
    one, same, *others = (
        setup.split(TrainOptions((str(pages),), steps=1, seed=seed))
        for seed in (0, 0, *range(1, 9))
    )

    def names(part):
        return [page.picture.name for page in part]

    assert names(one[1]) == names(same[1])
    assert sorted(names(one[0]) + names(one[1])) == ["a.png", "b.png", "c.png"]
    assert len({tuple(names(other[1])) for other in others}) > 1


def test_the_classical_detector_is_measured_on_pages(run, pages):
    done = run("evaluate-detector", pages, "--detector", "classical", "--json")

    scores = json.loads(done.stdout)
    assert (scores["pages"], scores["truth"]) == (3, 12)
    assert scores["recall_50"] == 1.0
    assert set(scores) == {
        *("pages", "truth", "detected", "recall_50", "precision_50", "f1_50", "word_hit"),
        "seconds_per_page",
    }


def test_given_weights_are_measured(run, pages, small):
    done = run("evaluate-detector", pages, "--weights", small)

    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:2] == ["pages\t3", "truth\t12"]


def test_the_classical_detector_takes_no_weights(run, pages, small):
    done = run("evaluate-detector", pages, "--detector", "classical", "--weights", small)

    assert done.exit_code == 2
    assert "--weights: the classical detector has none" in done.stderr


def test_weights_that_are_none_are_named(run, pages, tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"nothing")

    done = run("evaluate-detector", pages, "--weights", tmp_path / "x.safetensors")

    assert done.exit_code == 5
    assert f"{tmp_path / 'x.safetensors'}: damaged, or not weights" in done.stderr
