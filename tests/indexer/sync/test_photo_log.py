from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.entities import Box, Reading, Stamp, State, Word
from indexer.ocr.protocols import Failed, Read
from indexer.sync.hooks import Step
from indexer.sync.photo_log import log_step

ROOT = Path("/photos")


def read(*texts):
    words = tuple(Word(Box(0, 0, 9, 9), 0, text, 0.9) for text in texts)
    return Read("hash", Stamp(1, 1), Reading(90, 60, None, words))


@pytest.mark.parametrize(
    ("outcome", "text", "fields"),
    [
        (read("helios", "queue"), "2 words", {"state": State.READ, "words": 2}),
        (
            replace(read("helios"), left_out="2 pages were left out"),
            "1 word; 2 pages were left out",
            {"words": 1, "left_out": "2 pages were left out"},
        ),
        (read(), "0 words", {"state": State.EMPTY, "words": 0}),
        (Failed("damaged"), "failed: damaged", {"state": State.FAILED, "reason": "damaged"}),
    ],
)
def test_a_line_of_the_log_has_a_text_for_people_and_typed_fields_for_programs(
    caplog, outcome, text, fields
):
    caplog.set_level(logging.INFO)

    log_step(Step(ROOT / "a.jpg", 1, 2, outcome, 1.234))

    [record] = caplog.records
    assert record.getMessage() == f"/photos/a.jpg: {text} (1.2 s)"
    said = vars(record)
    assert (said["photo"], said["outcome"], said["seconds"]) == ("/photos/a.jpg", text, 1.23)
    assert {key: said[key] for key in fields} == fields
