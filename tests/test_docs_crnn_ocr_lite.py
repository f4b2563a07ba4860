"""The table for those who come from CRNN_OCR_lite is complete and names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from indexer.cli.commands import main

PAGE = (Path(__file__).parent.parent / "docs" / "from-crnn-ocr-lite.md").read_text(encoding="utf-8")

THEIRS = {
    "train.py": (
        "-p --path --training_fname --val_fname --save_path --model_name --pretrained_path "
        "--nbepochs --G --random_state --train_portion --time_dense_size --n_units --batch_size "
        "--opt --lr --early_stopping --norm --mjsynth --GRU --imgh --imgW"
    ),
    "predict.py": (
        "--model_path --image_path --result_path --max_len --boxes --val_fname --num_instances "
        "--G --batch_size --random_state --train_portion --validate --mjsynth --imgh --imgW"
    ),
    "IAM_preprocessing.py": "-p --path -np --new_path",
}


def rows(script: str) -> list[list[str]]:
    """The cells of the table below the heading of a script."""
    section = PAGE.split(f"## {script}")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("script", sorted(THEIRS))
def test_every_flag_of_theirs_has_its_row(script):
    flags = [flag for row in rows(script) for flag in re.findall(r"`(-[^`]+)`", row[0])]

    assert flags == THEIRS[script].split()


@pytest.mark.parametrize("script", sorted(THEIRS))
def test_every_row_says_what_it_was_and_what_it_is(script):
    assert [row for row in rows(script) if len(row) != 3 or not all(row)] == []


def test_every_option_of_ours_in_the_tables_exists():
    ours = {
        option
        for command in main.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }

    named = {
        flag
        for script in THEIRS
        for row in rows(script)
        for flag in re.findall(r"(?<![\w-])--[a-z-]+", row[2])
    }

    assert {"--data", "--init", "--csv"} <= named
    assert named <= ours


def test_every_command_of_ours_on_the_page_exists():
    assert set(re.findall(r"ocrsearch ([a-z]+)", PAGE)) <= set(main.commands)
