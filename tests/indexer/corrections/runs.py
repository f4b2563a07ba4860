"""Runs as `ocrsearch learn` leaves them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from indexer.corrections import own_weights

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = {
    "words": 200,
    "cer": 0.09,
    "wrong_words": 0.2,
    "folded_cer": 0.08,
    "folded_wrong_words": 0.15,
    "calibration_error": 0.02,
}


def put_run(folder: Path, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A run with weights that are none; returns its figures."""
    run = {
        "created": 1_700_000_000.0,
        "seconds": 61.4,
        "from": 0,
        "learned": 120,
        "left_out": 2,
        "held_out": 200,
        "held_out_needed": 150,
        "photos": 6,
        "photos_needed": 5,
        "before": FIGURES,
        "after": FIGURES | {"folded_wrong_words": 0.1, "folded_cer": 0.06},
        "interval": [-0.08, -0.02],
        "guard": {"before": FIGURES, "after": FIGURES},
        "verdict": "better",
        "why": "5.0 of 100 words less are wrong",
        "became_right": [],
        "became_wrong": [],
    } | changes
    place = folder / str(number)
    place.mkdir(parents=True)
    (place / own_weights.WEIGHTS).touch()
    (place / own_weights.RUN).write_text(json.dumps(run), encoding="utf-8")
    return run
