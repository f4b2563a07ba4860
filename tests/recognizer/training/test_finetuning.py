"""Fine-tuning on a few words of one user."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
import torch
from PIL import Image

from recognizer.datasets import specs
from recognizer.inference import pretrained
from recognizer.network import weights
from recognizer.network.model import CRNN
from recognizer.runs.errors import TrainingError
from recognizer.training import finetuning
from recognizer.training.config import TrainConfig
from recognizer.training.trainer import Trainer

if TYPE_CHECKING:
    from pathlib import Path


def hands(path: Path) -> set[str]:
    return {sample.hand for sample in specs.samples(str(path))}


@pytest.fixture
def words(tmp_path: Path) -> Path:
    folder = tmp_path / "words"
    folder.mkdir()
    lines = []
    for number, (_, text, picture) in enumerate(finetuning.guard()[:4]):
        picture.save(folder / f"{number}.png")
        lines.append(f"{number}.png\t{text}\n")
    (folder / "labels.tsv").write_text("".join(lines), "utf-8")
    return folder


def test_the_guard_holds_hands_that_the_replay_lacks() -> None:
    assert len(hands(finetuning.REPLAY)) > 150
    assert hands(finetuning.REPLAY).isdisjoint(hands(finetuning.GUARD))


def test_the_shipped_words_are_small_and_of_named_licences() -> None:
    assert finetuning.REPLAY.stat().st_size <= 1_200_000
    named = (finetuning.WORDS / "LICENCES.md").read_text("utf-8")
    for path in (finetuning.REPLAY, finetuning.GUARD):
        kinds = {hand.partition("-")[0] for hand in hands(path)}
        assert all(kind.startswith("hand") or f"`{kind}…`" in named for kind in kinds)


def test_the_guard_comes_with_its_images_as_they_were_cut() -> None:
    guard = finetuning.guard()

    assert len(guard) == 300
    assert all(isinstance(picture, Image.Image) and picture.height > 48 for *_, picture in guard)
    with zipfile.ZipFile(finetuning.GUARD) as archive:
        assert len(archive.namelist()) == 301


def test_more_words_are_learned_in_more_steps_within_bounds() -> None:
    assert [finetuning.steps(n) for n in (10, 200, 5000)] == [60, 200, 600]


def test_the_mean_lies_between_both() -> None:
    _, card = weights.load(pretrained.WEIGHTS)
    old, new = CRNN(card.config), CRNN(card.config)
    first = new.state_dict()["head.weight"].clone()

    mixed = finetuning.mean(old, new, 0.25)

    expected = old.head.weight * 0.75 + first * 0.25
    assert torch.allclose(mixed.head.weight, expected, atol=1e-6)


def test_norms_that_are_frozen_keep_their_statistics(tmp_path: Path) -> None:
    model, card = weights.load(pretrained.WEIGHTS)
    trainer = Trainer(tmp_path, model, card, TrainConfig(steps=1, freeze_norms=True))
    trainer.model.train()

    trainer._prepare()

    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)


@pytest.mark.slow
def test_a_run_gives_weights_with_their_graph(
    tmp_path: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finetuning, "steps", lambda _: 2)
    monkeypatch.setattr(finetuning, "BATCH", 4)

    learned = finetuning.finetune(pretrained.WEIGHTS, words, 4, tmp_path / "run")

    assert learned.with_suffix(".onnx").is_file()
    assert pretrained.fingerprint(learned) != pretrained.fingerprint(pretrained.WEIGHTS)


@pytest.mark.slow
def test_a_run_that_is_stopped_learns_nothing(tmp_path: Path, words: Path) -> None:
    with pytest.raises(TrainingError, match="nothing was learned"):
        finetuning.finetune(pretrained.WEIGHTS, words, 4, tmp_path / "run", stop=lambda: True)

    assert not (tmp_path / "run" / finetuning.LEARNED).exists()
