"""A file that cannot be written is named, and nothing half-written is left of it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from recognizer.errors import DataError
from recognizer.files.partial_output import writing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG])
def test_what_was_begun_is_removed(tmp_path: Path, number: int) -> None:
    out, part = tmp_path / "out", tmp_path / "out.part"

    with pytest.raises(DataError, match=r"out: cannot write \(the reason\); choose"):
        _fail(OSError(number, "the reason"), out, part)

    assert list(tmp_path.iterdir()) == []


def test_what_was_begun_is_removed_when_a_user_stops_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fail(KeyboardInterrupt(), tmp_path / "out", tmp_path / "out.part")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("before", encoding="utf-8")

    with pytest.raises(DataError), writing(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "full")

    assert (tmp_path / "out").read_text(encoding="utf-8") == "before"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "out"

    with pytest.raises(DataError, match=r"out: cannot write \(there is no folder .*nowhere\)"):
        _fail(KeyboardInterrupt(), out)


def _fail(error: BaseException, *files: Path) -> None:
    with writing(*files):
        for file in files:
            file.write_text("begun", encoding="utf-8")
        raise error
