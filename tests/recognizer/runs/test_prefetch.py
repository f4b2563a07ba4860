from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from recognizer.runs.prefetch import prefetched

if TYPE_CHECKING:
    from collections.abc import Generator


def counted(made: list[int], closed: threading.Event, end: int = 1000) -> Generator[int]:
    """Numbers from 0 on, noting each as it is made, and that nobody wants more."""
    try:
        for number in range(end):
            made.append(number)
            yield number
    finally:
        closed.set()


def feeders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_items_come_in_their_order_and_end() -> None:
    with prefetched(counted([], threading.Event(), 50), depth=4) as items:
        assert list(items) == list(range(50))


def test_items_are_made_in_another_thread() -> None:
    makers = (threading.current_thread() for _ in range(2))

    with prefetched(makers, depth=1) as items:
        assert threading.main_thread() not in list(items)


def test_no_more_items_are_made_ahead_than_asked_for() -> None:
    made: list[int] = []

    with prefetched(counted(made, threading.Event()), depth=3) as items:
        for _ in range(5):
            next(items)

    # five were taken, three wait
    assert len(made) <= 8


def test_leaving_early_closes_the_items_and_ends_the_thread() -> None:
    closed = threading.Event()

    with prefetched(counted([], closed), depth=3) as items:
        next(items)

    assert closed.is_set()
    assert feeders() == []


def test_an_error_in_the_loop_ends_the_thread_too() -> None:
    with pytest.raises(KeyError), prefetched(counted([], threading.Event()), depth=3):
        raise KeyError

    assert feeders() == []


def test_an_error_is_raised_where_its_item_would_have_come() -> None:
    def faulty() -> Generator[int]:
        yield 1
        msg = "third disk on the left"
        raise OSError(msg)

    with prefetched(faulty(), depth=5) as items:
        assert next(items) == 1
        with pytest.raises(OSError, match="third disk"):
            next(items)
