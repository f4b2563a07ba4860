"""The files of a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.runs.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = "options.json"
"""The command-line options."""

CHECKPOINT = "checkpoint.pt"
"""Everything that resuming needs."""

METRICS = "metrics.jsonl"
"""One JSON object for each evaluation."""

CURVES = "curves.png"
"""The metrics as a picture."""

BEST = "best.safetensors"
"""The averaged weights of the best evaluation."""


def require_unused(folder: Path) -> None:
    """Refuse a folder that holds a run.

    Raises:
        TrainingError: there is a checkpoint in it, or weights that the run would replace.

    """
    if (folder / BEST).exists() and not (folder / CHECKPOINT).exists():
        msg = f"{folder / BEST}: exists, and a run would replace it; choose another --out"
        raise TrainingError(msg)
    if (folder / CHECKPOINT).exists():
        msg = (
            f"{folder}: holds a run already; "
            f"continue it with --resume {folder} or choose another --out"
        )
        raise TrainingError(msg)
