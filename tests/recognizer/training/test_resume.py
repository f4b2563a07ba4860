"""`ocrsearch train --resume RUN`: an interrupted run goes on as if nothing had happened."""

from __future__ import annotations

import json
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from recognizer.cli.train import train as command
from recognizer.datasets.samples import Sample
from recognizer.errors import DataError
from recognizer.runs import checkpoint
from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import CHECKPOINT, OPTIONS
from recognizer.training import dev_split, options, setup, words_in_memory
from recognizer.training.trainer import Trainer

from ..commands import invoke, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from click.testing import Result


TEXTS = ["cat", "dog", "net", "road", "sea", "win"]

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("small_and_on_the_cpu")]


@pytest.fixture
def words(labels_of: Callable[[Sequence[str]], Path]) -> Path:
    """A folder of drawn words with their labels; one image is damaged."""
    folder = labels_of([*TEXTS, "bad"])
    (folder / "bad.png").write_bytes(b"no image")
    return folder


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets SIGTERM come while the step of the given number is taken."""

    def at(number: int) -> None:
        plain = Trainer.step

        def step(trainer: Trainer, batch: Any) -> float:
            if trainer.state.step == number:
                signal.raise_signal(signal.SIGTERM)
            return plain(trainer, batch)

        monkeypatch.setattr(Trainer, "step", step)

    return at


def begin(words: Path, out: Path, *more: object) -> Result:
    common = ("--batch-size", 2, "--init", "shipped", "--dev", words, "--evaluate-every", 2)
    return ok("train", "--data", words, "--out", out, *common, *more)


def saved(out: Path) -> dict[str, Any]:
    return checkpoint.read(out / CHECKPOINT, torch.device("cpu"))


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    for part in ("model", "average"):
        assert all(torch.equal(t, other[part][name]) for name, t in one[part].items())
    assert one["state"] | {"elapsed": 0} == other["state"] | {"elapsed": 0}


@pytest.mark.parametrize("memory", [pytest.param(4, marks=pytest.mark.slow), 0.0001])
def test_a_resumed_run_ends_like_an_uninterrupted_one(
    words: Path, tmp_path: Path, interrupt: Callable[[int], None], memory: float
) -> None:
    more = ("--epochs", 2, "--memory", memory, "--seed", 5)
    begin(words, tmp_path / "whole", *more)

    interrupt(2)
    begin(words, tmp_path / "halves", *more)
    assert saved(tmp_path / "halves")["state"]["step"] == 3
    ok("train", "--resume", tmp_path / "halves")

    assert saved(tmp_path / "whole")["state"]["step"] > 4
    assert_same(saved(tmp_path / "halves"), saved(tmp_path / "whole"))


def test_a_run_killed_before_its_first_evaluation_can_be_resumed(
    words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(words, tmp_path / "whole", "--epochs", 1)

    def killed(*_: object) -> float:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", killed)
        result = invoke(
            "train", "--data", words, "--out", tmp_path / "halves", "--batch-size", 2, "--init", "shipped",
            "--dev", words, "--evaluate-every", 2, "--epochs", 1,
        )  # fmt: skip
        assert isinstance(result.exception, MemoryError)
    ok("train", "--resume", tmp_path / "halves")

    assert_same(saved(tmp_path / "halves"), saved(tmp_path / "whole"))


@pytest.mark.slow
def test_a_longer_end_can_be_given_when_resuming_and_is_remembered(
    words: Path, tmp_path: Path
) -> None:
    begin(words, tmp_path / "run", "--epochs", 1)

    ok("train", "--resume", tmp_path / "run", "--epochs", 3)

    assert saved(tmp_path / "run")["state"]["step"] == 9
    assert options.load(tmp_path / "run", {}).epochs == 3


def test_another_seed_is_refused_when_resuming(words: Path, tmp_path: Path) -> None:
    begin(words, tmp_path / "run", "--epochs", 1)

    result = invoke("train", "--resume", tmp_path / "run", "--seed", 1)

    assert isinstance(result.exception, TrainingError)
    assert str(result.exception).startswith("--seed 1: the run in")


def test_a_default_that_was_not_given_never_contradicts_the_run(
    words: Path, tmp_path: Path
) -> None:
    begin(words, tmp_path / "run", "--epochs", 1, "--seed", 7, "--lr", 1e-4)

    ok("train", "--resume", tmp_path / "run")

    stored = json.loads((tmp_path / "run" / OPTIONS).read_text(encoding="utf-8"))
    assert (stored["seed"], stored["lr"], stored["batch_size"]) == (7, 1e-4, 2)


def test_options_from_the_environment_count_as_given(words: Path, tmp_path: Path) -> None:
    begin(words, tmp_path / "run", "--epochs", 1)

    result = CliRunner().invoke(
        command,
        ["--resume", str(tmp_path / "run")],
        env={"OCRSEARCH_TRAIN_SEED": "3"},
        auto_envvar_prefix="OCRSEARCH_TRAIN",
    )

    assert "--seed 3" in str(result.exception)


def test_without_a_run_there_is_nothing_to_resume(tmp_path: Path) -> None:
    result = invoke("train", "--resume", tmp_path)

    assert isinstance(result.exception, TrainingError)
    assert "holds no run to resume" in str(result.exception)


def test_a_second_signal_ends_training_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []

    def run(*_: object, **__: object) -> float:
        signal.raise_signal(signal.SIGINT)
        reached.append("first")
        signal.raise_signal(signal.SIGINT)
        reached.append("second")
        return 0.0

    monkeypatch.setattr(setup, "train", run)
    before = signal.getsignal(signal.SIGINT)

    result = invoke("train", "--data", "x.tsv", "--epochs", 1)

    assert (result.exit_code, reached) == (1, ["first"])
    assert signal.getsignal(signal.SIGINT) == before


def test_an_alphabet_of_nonsense_is_refused(words: Path) -> None:
    result = invoke("train", "--data", words, "--charset", "latin")

    assert result.exit_code == 2
    assert "'latin' is not one of 'union', 'keep'" in result.stderr


def test_skipped_words_are_named_in_the_run_folder(words: Path, tmp_path: Path) -> None:
    result = begin(words, tmp_path / "run", "--epochs", 1)

    named = (tmp_path / "run" / words_in_memory.SKIPPED).read_text(encoding="utf-8")
    assert named.startswith("bad.png\t")
    assert "skipped bad.png" in result.stderr
    assert "words skipped: 1" in result.stderr


def test_words_beyond_the_memory_are_read_when_they_are_drawn(words: Path, tmp_path: Path) -> None:
    result = begin(words, tmp_path / "run", "--epochs", 2, "--memory", 0.0001)

    assert "7 words beyond --memory" in result.stderr
    assert "bad.png" in (tmp_path / "run" / words_in_memory.SKIPPED).read_text(encoding="utf-8")


def test_small_sets_are_held_and_only_the_large_one_is_read_from_disk(
    words: Path, tmp_path: Path
) -> None:
    few = words / "few.tsv"
    few.write_text("cat.png\tcat\n", encoding="utf-8")

    result = ok(
        "train", "--data", words, "--data", few, "--dev", few, "--memory", 0.00004, "--epochs", 1,
        "--init", "shipped", "--out", tmp_path / "run",
    )  # fmt: skip

    assert "7 words beyond --memory" in result.stderr
    assert "1 word beyond" not in result.stderr


def test_words_to_measure_on_that_do_not_fit_in_memory_are_refused_with_a_way_out(
    words: Path, tmp_path: Path
) -> None:
    result = invoke(
        "train", "--data", words, "--dev", words, "--memory", 0.00001, "--epochs", 1,
        "--out", tmp_path / "r",
    )  # fmt: skip

    assert isinstance(result.exception, TrainingError)
    assert "7 dev words do not fit" in str(result.exception)
    assert "--dev SPEC#" in str(result.exception)


def test_data_on_disk_that_is_all_damaged_ends_the_run_with_the_reason(
    words: Path, tmp_path: Path
) -> None:
    for text in TEXTS:
        (words / f"{text}.png").rename(words / f"{text}.keep")
    dev = words / "dev.tsv"
    dev.write_text("cat.keep\tcat\n", encoding="utf-8")

    result = invoke(
        "train", "--data", words, "--dev", dev, "--memory", 0.00002, "--epochs", 1, "--out", tmp_path / "r",
        "--init", "shipped",
    )  # fmt: skip

    assert isinstance(result.exception, DataError)
    assert "no usable training word" in str(result.exception)


def test_no_more_words_than_needed_are_set_aside_to_measure_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dev_split, "MAX_DEV", 10)

    words = [Sample(str(n), "at", "", lambda: np.zeros((48, 8), np.uint8)) for n in range(300)]
    kept, dev = dev_split.split([words, words[:100]], 0.9, seed=0)

    assert len(dev) == 10
    assert [len(part) for part in kept] == [292, 98]


def test_random_numbers_of_a_gpu_are_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = torch.device("cuda", 0)
    states = {gpu: torch.tensor([1, 2, 3])}
    monkeypatch.setattr(torch.cuda, "get_rng_state", states.__getitem__)
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda s, d: states.update({d: s}))
    ours = SimpleNamespace(device=gpu, get_state=torch.get_rng_state, set_state=lambda state: None)

    kept = checkpoint.random_numbers(ours)
    states[gpu] = torch.tensor([7, 7, 7])
    checkpoint.restore_random_numbers(kept, ours)

    assert states[gpu].tolist() == [1, 2, 3]


def test_a_run_goes_on_with_fresh_random_numbers_on_another_kind_of_device() -> None:
    generator = torch.Generator().manual_seed(4)
    kept = checkpoint.random_numbers(generator) | {"device": "cuda", "generator": torch.zeros(1)}
    before = generator.get_state()

    checkpoint.restore_random_numbers(kept, generator)

    assert torch.equal(generator.get_state(), before)
