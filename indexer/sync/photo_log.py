"""Log of the photos that are done: one line each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from indexer.entities import State
from indexer.ocr.protocols import Failed, Read
from recognizer.files.printable import counted

if TYPE_CHECKING:
    from indexer.sync.hooks import FinalOutcome, Step

log = logging.getLogger("ocrsearch")


def log_step(step: Step) -> None:
    """Log one line about a photo; its fields, typed, are for programs (`--log-json`)."""
    text, fields = _described(step.outcome)
    fields |= {"photo": str(step.path), "outcome": text, "seconds": round(step.seconds, 2)}
    log.info("%s: %s (%.1f s)", step.path, text, step.seconds, extra=fields)


def _described(outcome: FinalOutcome) -> tuple[str, dict[str, object]]:
    """An outcome as text for people, and as fields for programs."""
    match outcome:
        case Failed(reason):
            return f"failed: {reason}", {"state": State.FAILED, "reason": reason}
        case Read():
            words = len(outcome.reading.words)
            state = State.READ if words else State.EMPTY
            fields: dict[str, object] = {"state": state, "words": words}
            if outcome.left_out:
                text = f"{counted(words, 'word')}; {outcome.left_out}"
                return text, fields | {"left_out": outcome.left_out}
            return counted(words, "word"), fields
