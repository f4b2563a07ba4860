"""Weights that were learned, put to use and taken back."""

from __future__ import annotations

import json

import pytest

from indexer.corrections import own_weights
from indexer.errors import UsageError

from .runs import put_run


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


def test_a_run_that_is_not_better_is_used_only_if_asked_for(folder):
    put_run(folder, 11, verdict="worse", why="no fewer words are wrong")

    with pytest.raises(UsageError, match=r"run 11: worse \(no fewer words are wrong\).*--anyway"):
        own_weights.use(folder, 11, anyway=False)
    own_weights.use(folder, 11, anyway=True)

    assert own_weights.used(folder) == 11


def test_a_forgotten_run_is_gone_with_its_weights(folder):
    own_weights.forget(folder, 10)

    assert [run["n"] for run in own_weights.runs(folder)] == [1, 2]
    assert not (folder / "10").exists()
    with pytest.raises(UsageError, match="run 10: there is no such run"):
        own_weights.forget(folder, 10)


def test_weights_that_going_back_leads_to_are_not_forgotten(folder):
    own_weights.use(folder, 1)
    own_weights.use(folder, 2)

    for number in (1, 2):
        with pytest.raises(UsageError, match="in use, or would be"):
            own_weights.forget(folder, number)


def test_a_damaged_run_is_named(folder):
    (folder / "2" / own_weights.RUN).write_text("{")

    with pytest.raises(UsageError, match=r"2/run\.json: cannot be read"):
        own_weights.runs(folder)


def test_progress_is_told_until_the_end(tmp_path):
    doing = {"doing": "training", "done": 0.5, "seconds_left": 30.0}
    own_weights.note_progress(tmp_path, doing)
    assert own_weights.progress(tmp_path) == doing

    own_weights.note_progress(tmp_path, None)
    assert own_weights.progress(tmp_path) is None
    own_weights.note_progress(tmp_path / "absent", doing)  # nothing to tell it in
