from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.runs.errors import TrainingError
from recognizer.runs.folder import BEST, CHECKPOINT, METRICS, require_unused

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_with_a_checkpoint_holds_a_run(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).touch()

    with pytest.raises(TrainingError) as caught:
        require_unused(tmp_path)

    assert str(caught.value) == (
        f"{tmp_path}: holds a run already; continue it with --resume {tmp_path} "
        "or choose another --out"
    )


def test_weights_that_a_run_would_replace_are_kept(tmp_path: Path) -> None:
    (tmp_path / BEST).touch()

    with pytest.raises(TrainingError, match="exists, and a run would replace it"):
        require_unused(tmp_path)


def test_any_other_folder_can_be_used(tmp_path: Path) -> None:
    (tmp_path / METRICS).touch()

    require_unused(tmp_path)
    require_unused(tmp_path / "new")
