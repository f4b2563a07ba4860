"""The manual page and the completions that are installed fit the commands."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from indexer.cli.commands import main

ROOT = Path(__file__).parent.parent
SHARE = ROOT / "packaging" / "share"
SCRIPT = runpy.run_path(str(ROOT / "packaging" / "make_share.py"))
MADE = SCRIPT["files"]()
MANUAL = MADE["man/man1/ocrsearch.1"]

PINNED = f'"click=={metadata.version("click")}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.skipif(not PINNED, reason="made with another version of click")
@pytest.mark.parametrize("path", MADE)
def test_what_is_installed_is_what_the_commands_give_now(path):
    assert (SHARE / path).read_text(encoding="utf-8") == MADE[path], "run: make share"


def test_nothing_else_is_installed_beside_it():
    files = {str(path.relative_to(SHARE)) for path in SHARE.rglob("*") if path.is_file()}

    assert files == set(MADE)


def test_the_manual_has_a_section_for_every_command():
    for name, _ in SCRIPT["commands"](main):
        assert f'.SS "ocrsearch {SCRIPT["roff"](name)}' in MANUAL


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        (".profile is read", r"\&.profile is read"),
        ("'quoted'", r"\&'quoted'"),
        ("--json", r"\-\-json"),
        ("a\\b", r"a\eb"),
        ('say "word"', r"say \(dqword\(dq"),
        ("usual", "usual"),
    ],
)
def test_what_the_formatter_of_manuals_would_take_for_a_command_is_escaped(line, escaped):
    assert SCRIPT["roff"](line) == escaped


def test_lines_of_examples_stay_apart_and_lines_of_text_do_not():
    shown = list(
        SCRIPT["text"](SCRIPT["paragraphs"]("A text\n    of two.\n\n    \b\n    one\n    two"))
    )

    assert shown == [".PP", "A text", "of two.", ".PP", ".nf", "one", "two", ".fi"]


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_the_manual_is_formatted_without_a_warning():
    page = SHARE / "man" / "man1" / "ocrsearch.1"
    command = ["man", "--local-file", "--warnings", page]

    shown = subprocess.run(
        command, env=os.environ | {"MANPAGER": "cat"}, capture_output=True, text=True, check=True
    )

    assert shown.stderr == ""
    assert "ocrsearch index [FOLDERS]..." in shown.stdout


@pytest.mark.parametrize(
    ("shell", "path"),
    [
        ("bash", "bash-completion/completions/ocrsearch"),
        ("zsh", "zsh/site-functions/_ocrsearch"),
        ("fish", "fish/vendor_completions.d/ocrsearch.fish"),
    ],
)
def test_each_shell_can_parse_its_completions(shell, path):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")

    subprocess.run([shell, "-n", SHARE / path], check=True)
