from __future__ import annotations

import io
from typing import TYPE_CHECKING

from recognizer.cli.progress import progress

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stderr", stderr)
    with progress(4, "loading words") as show:
        show(1)
        show(4)
    return stderr.getvalue()


def test_a_terminal_shows_label_and_count(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(Terminal(), monkeypatch)

    assert "loading words: " in text
    assert "4/4" in text


def test_a_file_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(io.StringIO(), monkeypatch) == ""
