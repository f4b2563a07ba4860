"""Weights that were learned, put to use and taken back."""

from __future__ import annotations

import json

import pytest

from indexer.corrections import own_weights
from indexer.errors import UsageError


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2, 10):
        run = tmp_path / str(number)
        run.mkdir()
        (run / own_weights.WEIGHTS).touch()
        (run / own_weights.RUN).write_text(json.dumps({"verdict": "better"}))
    return tmp_path


def test_without_runs_nothing_learned_is_used(tmp_path):
    assert own_weights.current(tmp_path / "absent") is None
    assert own_weights.runs(tmp_path / "absent") == []
    assert own_weights.next_number(tmp_path / "absent") == 1


def test_weights_that_are_put_to_use_read(folder):
    own_weights.use(folder, 2)

    assert own_weights.current(folder) == folder / "2" / own_weights.WEIGHTS
    assert [(run["n"], run["used"]) for run in own_weights.runs(folder)] == [
        (1, False),
        (2, True),
        (10, False),
    ]


def test_going_back_leads_through_all_that_were_used_to_the_shipped_ones(folder):
    own_weights.use(folder, 1)
    own_weights.use(folder, 10)

    assert own_weights.back(folder) == 1
    assert own_weights.back(folder) == 0
    assert own_weights.current(folder) is None


def test_going_back_from_the_shipped_weights_is_refused(folder):
    with pytest.raises(UsageError, match="no weights that were learned"):
        own_weights.back(folder)


def test_weights_that_are_not_there_are_refused(folder):
    with pytest.raises(UsageError, match="run 3: there are no such weights"):
        own_weights.use(folder, 3)


def test_using_the_same_twice_is_refused(folder):
    own_weights.use(folder, 2)

    with pytest.raises(UsageError, match="in use already"):
        own_weights.use(folder, 2)


def test_a_damaged_note_says_how_to_go_on(folder):
    (folder / own_weights.CURRENT).write_text("two\n")

    with pytest.raises(UsageError, match=r"CURRENT: damaged; remove it"):
        own_weights.current(folder)


def test_a_new_run_has_a_number_of_its_own(folder):
    assert own_weights.next_number(folder) == 11
