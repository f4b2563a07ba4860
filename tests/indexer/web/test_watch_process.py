"""The process that reads beside the server."""

from __future__ import annotations

import logging
import queue
import threading

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from indexer.web.watch_process import Watching


class Child:
    """A process that ends when it is told to."""

    def __init__(self) -> None:
        self.exitcode, self.ended = None, threading.Event()

    def end(self, code: int) -> None:
        self.exitcode = code
        self.ended.set()

    def terminate(self) -> None:
        self.end(-15)

    def join(self) -> None:
        assert self.ended.wait(60)


class Children:
    """Starts children; `next` waits for one."""

    def __init__(self) -> None:
        self._made: queue.Queue[Child] = queue.Queue()

    def __call__(self) -> Child:
        child = Child()
        self._made.put(child)
        return child

    def next(self) -> Child:
        return self._made.get(timeout=60)


def test_a_process_that_ended_is_started_again():
    children = Children()
    watching = Watching(children, again_seconds=0)

    children.next().end(4)
    again = children.next()

    assert again.exitcode is None
    watching.close()
    assert again.exitcode == -15


class Logged(logging.Handler):
    """Notes that something was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.some = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.some.set()


def test_why_nothing_is_read_is_said_until_it_is_started_again(monkeypatch):
    logged, children = Logged(), Children()
    monkeypatch.setattr(logging.getLogger("ocrsearch"), "handlers", [logged])
    watching = Watching(children, again_seconds=60)
    child = children.next()
    assert watching.problem == ""

    child.end(4)

    assert logged.some.wait(60)
    assert "ended (exit code 4)" in watching.problem
    watching.close()


def test_what_is_begun_anew_has_no_problem():
    children = Children()
    watching = Watching(children, again_seconds=60)
    former = children.next()

    watching.begin_anew()
    children.next()

    assert (former.exitcode, watching.problem) == (-15, "")
    watching.close()
