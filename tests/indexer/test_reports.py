from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from indexer import reports
from indexer.entities import Box
from indexer.sync.progress_file import Progress


def test_a_name_that_is_not_utf8_becomes_an_escape_and_comes_back():
    name = "caf\udce9 ä.png"

    text = reports.dumps({"photo": name})

    assert text == '{"photo": "caf\\udce9 ä.png"}'
    assert json.loads(text) == {"photo": name}


def test_boxes_are_lists_of_edges():
    assert reports.boxes_json(Path("a.png"), [Box(1, 2, 3, 4)]) == {
        "photo": "a.png",
        "boxes": [[1, 2, 3, 4]],
    }


@pytest.mark.parametrize(
    ("per_minute", "seconds"), [(0.0, None), (7.0, 51)], ids=["unknown", "known"]
)
def test_the_time_left_is_in_whole_seconds_or_unknown(per_minute, seconds):
    writer = Progress(1, 0.0, "reading", 4, 10, "a.png", per_minute)

    report = reports.writer_json(writer)

    assert report["seconds_left"] == seconds
    assert report["photos_per_minute"] == per_minute


def test_an_application_that_is_not_installed_has_an_unknown_version(settings, world, monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)

    report = reports.status_json(settings, world.library.catalog, 0, None)

    assert report["version"] == "unknown"
