from __future__ import annotations

import signal

import pytest

from recognizer.runs.interrupts import stop_requests

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


@BOTH
def test_the_first_signal_asks_to_stop(number: signal.Signals) -> None:
    with stop_requests() as stop:
        before = stop()
        signal.raise_signal(number)

        assert (before, stop()) == (False, True)


@BOTH
def test_the_second_signal_ends_at_once(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), stop_requests():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(number)


@BOTH
def test_signals_are_handled_as_before_afterwards(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with pytest.raises(KeyError), stop_requests():
        raise KeyError

    assert signal.getsignal(number) == before
