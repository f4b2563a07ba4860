from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.datasets import skip_log
from recognizer.datasets.skip_log import MAX_MESSAGES, SkipLog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def skipped(tmp_path: Path, lines: list[str]) -> SkipLog:
    return SkipLog(tmp_path / "run" / "skipped.tsv", lines.append)


def test_of_many_skipped_words_only_the_first_are_reported(
    skipped: SkipLog, lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skip_log, "MAX_LINES", 100)

    for number in range(200):
        skipped(f"{number}.png", "a\nreason\tof its own")

    written = (tmp_path / "run" / "skipped.tsv").read_text(encoding="utf-8").splitlines()
    assert len(skipped) == 200
    assert written[99] == "99.png\ta reason of its own"
    assert len(written) == 100
    assert len(lines) == MAX_MESSAGES + 1
    assert "skipped.tsv names them" in lines[-1]


def test_the_file_of_an_earlier_start_is_begun_anew(
    skipped: SkipLog, tmp_path: Path, lines: list[str]
) -> None:
    skipped("old.png", "gone")

    SkipLog(tmp_path / "run" / "skipped.tsv", lines.append)("new.png", "damaged")

    text = (tmp_path / "run" / "skipped.tsv").read_text(encoding="utf-8")
    assert text == "new.png\tdamaged\n"
