"""Errors of the commands as messages and exit codes."""

from __future__ import annotations

import sys

import pytest

from indexer import config
from indexer.cli import commands


@pytest.mark.parametrize("buffering", [1, -1], ids=["line by line", "buffered"])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["query", "--help"], ["--debug", "query", "--help"]], ids=" ".join
)
def test_output_to_a_full_disk_is_one_clear_sentence(capsys, monkeypatch, arguments, buffering):
    # pytest puts its own stdout in place again after the fixtures
    with open("/dev/full", "w", buffering=buffering) as full, pytest.raises(SystemExit) as ended:
        monkeypatch.setattr(sys, "stdout", full)
        commands.main(arguments)

    assert ended.value.code == 1
    expected = "Error: cannot write standard output (No space left on device)\n"
    assert capsys.readouterr().err == expected


def test_a_full_disk_under_the_home_is_no_matter_of_standard_output(capsys, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(config, "load", fail)

    with pytest.raises(OSError, match="No space left on device"):
        commands.main(["--debug", "status"])
    assert capsys.readouterr().err == ""
