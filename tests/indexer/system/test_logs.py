from __future__ import annotations

import json
import logging
import pickle
import sys

import pytest

from indexer.system import logs

log = logging.getLogger("ocrsearch")


@pytest.fixture(autouse=True)
def _as_before():
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_lines_for_programs_are_json_with_the_fields_of_what_they_tell(capsys):
    logs.configure("info", as_json=True)

    log.info("%s: %s", "a.jpg", "3 words", extra={"photo": "a.jpg", "seconds": 0.5})

    line = json.loads(capsys.readouterr().err)
    assert line.pop("time").startswith("20")
    assert line == {
        "level": "info",
        "message": "a.jpg: 3 words",
        "photo": "a.jpg",
        "seconds": 0.5,
    }


def test_a_trace_stays_on_its_line(capsys):
    logs.configure("info", as_json=True)

    try:
        _ = {}["cosmic ray"]
    except KeyError:
        log.exception("unexpected")

    [line] = capsys.readouterr().err.splitlines()
    assert "cosmic ray" in json.loads(line)["trace"]


def test_only_what_is_important_enough_is_logged(capsys):
    logs.configure("warning", as_json=False)

    log.info("nobody cares")
    log.warning("folder offline")

    assert capsys.readouterr().err.endswith(" folder offline\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_another_process_is_configured_alike(as_json):
    logs.configure("error", as_json=as_json)
    copied = pickle.loads(pickle.dumps(logs.as_now()))
    logs.configure("debug", as_json=not as_json)

    copied()

    assert logging.getLogger().level == logging.ERROR
    assert logs.is_json() is as_json
    assert logging.getLogger().handlers[0].stream is sys.stderr
