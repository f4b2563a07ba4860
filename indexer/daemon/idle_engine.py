"""End of an idle engine: the reading process is closed after a while without a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.ocr.protocols import OcrEngine

ENGINE_IDLE_SECONDS = 300.0
"""Time without a photo after which the reading process is ended, with the networks it holds."""


@dataclass
class IdleEngine:
    """The time since the engine was used last; `clock` gives monotonic seconds."""

    clock: Callable[[], float]
    used: float = 0.0

    def note_use(self) -> None:
        """Note that a photo is read now."""
        self.used = self.clock()

    def close_if_idle(self, engine: OcrEngine) -> None:
        """Close `engine` if it was not used for ENGINE_IDLE_SECONDS; closing it twice is fine."""
        if self.clock() - self.used > ENGINE_IDLE_SECONDS:
            engine.close()
