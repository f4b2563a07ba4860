from __future__ import annotations

import psutil
import pytest
import torch

from recognizer.runs import threads


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of threads that torch is given on a machine with four cores."""
    numbers: list[int] = []
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "cpu_threads", lambda: 4)
    monkeypatch.setattr(torch, "set_num_threads", numbers.append)
    return numbers


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ([0, 3, 9, 1], 4),
        ([100, 3, 9, 1], 3),
        ([50, 50, 50, 50], 1),
        ([100, 100, 100, 100], 1),
        ([20, 25, 90, 40], 2),
    ],
)
def test_training_leaves_busy_cores_alone_and_says_so(
    chosen: list[int], busy: list[float], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval, percpu: busy)
    said: list[str] = []

    threads.use_free_cores(said.append)

    assert chosen == [expected]
    assert len(said) == (expected < 4)
    assert all(f"training on {expected}" in line for line in said)


def test_the_environment_goes_before_what_is_free(
    chosen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(threads, "cpu_threads", lambda: 3)
    said: list[str] = []

    threads.use_free_cores(said.append)

    assert (chosen, said) == ([3], [])


def test_of_a_few_cores_that_may_be_used_no_more_are_taken(
    chosen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "cpu_threads", lambda: 2)
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval, percpu: [0.0] * 16)

    threads.use_free_cores(lambda line: None)

    assert chosen == [2]
