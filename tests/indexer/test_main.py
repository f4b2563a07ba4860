from __future__ import annotations

import gc
import subprocess
import sys

import pytest

import indexer.cli.commands
from indexer.__main__ import run


def test_garbage_is_collected_again_when_a_command_begins(monkeypatch):
    begun = []
    monkeypatch.setattr(indexer.cli.commands, "main", lambda: begun.append(gc.isenabled()))

    try:
        run()
    finally:
        gc.unfreeze()

    assert begun == [True]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_error(closed):
    command = f'"$0" -m indexer --help {closed}'

    done = subprocess.run(
        ["sh", "-c", command, sys.executable], capture_output=True, check=False, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
