from __future__ import annotations

from datetime import datetime
from pathlib import Path

from indexer.cli.terminal_answers import answer_text
from indexer.entities import Answer, Hit


def test_a_year_has_four_digits():
    hit = Hit(Path("a.png"), 0.9, (), datetime(1, 2, 3), "helios")

    assert "  0001-02-03\n" in answer_text(Answer("helios", 0.0, 1, (hit,)))
