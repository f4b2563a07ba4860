from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import OPTIONS
from recognizer.training.options import CHANGEABLE, TrainOptions, load, save


@pytest.fixture
def asked(tmp_path: Path) -> TrainOptions:
    """Options of a run whose folder exists, none of them the default."""
    return TrainOptions(
        data=("a.tsv", "b.zip"), dev="dev.tsv", mix="1,2", out=tmp_path, init=Path("shipped"),
        resume=False, budget=60.0, epochs=3.0, batch_size=8, lr=0.01, early_stopping=2,
        train_portion=0.7, freeze_backbone=True, evaluate_every=11, seed=5, charset="union",
        memory=0.5, balance_hands=True,
    )  # fmt: skip


def test_a_run_remembers_all_its_options(asked: TrainOptions) -> None:
    save(asked)

    assert load(asked.out, {}) == replace(asked, resume=True)


def test_a_moved_run_is_continued_where_it_lies_now(asked: TrainOptions, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    save(replace(asked, out=tmp_path / "old"))
    (tmp_path / "old").rename(tmp_path / "new")

    assert load(tmp_path / "new", {}).out == tmp_path / "new"


@pytest.mark.parametrize("name", sorted(CHANGEABLE))
def test_the_end_of_a_run_can_be_given_anew(asked: TrainOptions, name: str) -> None:
    save(asked)

    assert load(asked.out, {name: 99}) == replace(asked, resume=True, **{name: 99})


@pytest.mark.parametrize(
    ("name", "value", "flag"),
    [
        ("data", ("other.tsv",), "--data other.tsv"),
        ("data", (), "--data"),
        ("dev", "other.tsv", "--dev other.tsv"),
        ("mix", "2,1", "--mix 2,1"),
        ("out", Path("elsewhere"), "--out elsewhere"),
        ("init", Path("other"), "--init other"),
        ("charset", "keep", "--charset keep"),
        ("seed", 6, "--seed 6"),
        ("batch_size", 9, "--batch-size 9"),
        ("lr", 0.02, "--lr 0.02"),
        ("train_portion", 0.8, "--train-portion 0.8"),
        ("memory", 1.0, "--memory 1.0"),
    ],
)
def test_what_would_make_it_another_run_is_refused_by_name(
    asked: TrainOptions, name: str, value: object, flag: str
) -> None:
    save(asked)

    with pytest.raises(TrainingError) as caught:
        load(asked.out, {name: value})

    assert str(caught.value).startswith(flag)


def test_giving_the_same_again_changes_nothing(asked: TrainOptions) -> None:
    save(asked)

    given = {"data": ("a.tsv", "b.zip"), "init": Path("shipped"), "seed": 5, "out": asked.out}

    assert load(asked.out, given) == load(asked.out, {})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": 3}', '{"data": [], "init": null}'])
def test_options_that_cannot_be_understood_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / OPTIONS).write_text(text, encoding="utf-8")

    with pytest.raises(TrainingError, match=rf"{OPTIONS}: damaged, or of another version"):
        load(tmp_path, {})
