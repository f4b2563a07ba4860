"""A package whose branches are not tested ends `make check`, however many lines are."""

from __future__ import annotations

import json

import pytest

from .branch_coverage import main


def measured(covered, branches):
    return {"summary": {"covered_branches": covered, "num_branches": branches}}


@pytest.fixture
def report(tmp_path):
    files = {
        "indexer/home.py": measured(8, 8),
        "indexer/query/parser.py": measured(1, 2),
        "detector_stub/boxes.py": measured(2, 4),
    }
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"files": files}))
    return str(path)


def test_a_package_at_its_floor_passes(report):
    assert main([report, "indexer=90"]) == 0


def test_a_package_below_its_floor_fails_and_is_named(report, capsys):
    assert main([report, "indexer=90", "detector_stub=90"]) == 1
    assert "detector_stub: 50.0 %" in capsys.readouterr().out


def test_a_package_that_was_not_measured_fails(report):
    with pytest.raises(ValueError, match="recognizer: no branches were measured"):
        main([report, "recognizer=0"])
