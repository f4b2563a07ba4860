"""`ocrsearch` whose runs of learning are short; run as a script, which its child processes load as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexer.cli import child_commands
from indexer.ocr import learning

if TYPE_CHECKING:
    from indexer.config import Settings
    from indexer.corrections.learning_words import Chosen

STEPS = 3
GUARD = 12
"""Words of other hands."""

MEASURED = 12
"""Held-out words."""

_learn = learning.learn


def _learn_shortly(settings: Settings, learned: Chosen, held: Chosen) -> dict[str, Any]:
    from recognizer.training import finetuning  # loads torch

    few = finetuning.guard()[:GUARD]
    finetuning.guard = lambda: few
    finetuning.MIN_STEPS = finetuning.MAX_STEPS = STEPS
    return _learn(settings, learned, type(held)(held.words[:MEASURED], held.several))


learning.learn = _learn_shortly
child_commands.NICE = 0  # beside many other tests, one with a low priority comes to no end

if __name__ == "__main__":
    from indexer.__main__ import run

    run()
