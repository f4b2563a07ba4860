"""A photo with two words, and a correction of the first."""

from __future__ import annotations

from indexer.corrections.correction import Correction
from indexer.entities import Box, EngineId, Stamp, Word

ENGINE = EngineId("e1", "abc")
NEWER = EngineId("e2", "abc")
STAMP = Stamp(10, 20)
CONTENT = "0" * 32
READ = (
    Word(Box(10, 10, 90, 40), 0, "quene", 0.7, (("quene", 0.7), ("queue", 0.2)), b"p1"),
    Word(Box(100, 10, 180, 40), 0, "depth", 0.9, (("depth", 0.9),), b"p2"),
)
QUEUE = Correction("1" * 32, CONTENT, (400, 300), READ[0].box, "queue", created_at=1.0)
