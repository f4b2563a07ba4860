from __future__ import annotations

import gc

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
