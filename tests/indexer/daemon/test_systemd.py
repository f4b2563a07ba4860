from __future__ import annotations

import socket

import pytest

from indexer.daemon.systemd import Notifier


@pytest.fixture
def systemd(tmp_path):
    """A socket that hears what a service says, and its address."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address)
        heard.settimeout(5)
        yield heard, address


def test_systemd_hears_the_states_of_a_service(systemd):
    heard, address = systemd

    Notifier({"NOTIFY_SOCKET": address}).send("READY=1", "STATUS=watching")

    assert heard.recv(100) == b"READY=1\nSTATUS=watching"


def test_signs_of_life_come_twice_as_often_as_they_are_expected_and_no_more(systemd):
    heard, address = systemd
    now = [100.0]
    notifier = Notifier(
        {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000000"}, clock=lambda: now[0]
    )

    for now[0] in range(100, 121):
        notifier.alive()

    heard.setblocking(False)
    assert notifier.interval == 10
    assert [heard.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    with pytest.raises(BlockingIOError):
        heard.recv(100)


def test_without_systemd_nobody_is_told_anything():
    notifier = Notifier({})

    notifier.send("READY=1")
    notifier.alive()

    assert notifier.interval == float("inf")


def test_that_systemd_does_not_listen_is_no_error(tmp_path):
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).send("READY=1")


@pytest.mark.parametrize(
    "odd", ["1_000", " 5 ", "-5", "0", "", "\u0665", "\xb2", "5.0", "1e6", "five", "+5", "0x10"]
)
def test_an_odd_time_of_the_watchdog_is_none(odd):
    assert Notifier({"WATCHDOG_USEC": odd}).interval == float("inf")


@pytest.mark.parametrize("odd", ["a\0b", "\udcff", "/nowhere", "x" * 500, "@", "vsock:2:1"])
def test_an_odd_socket_is_no_error(odd):
    Notifier({"NOTIFY_SOCKET": odd}).send("READY=1")
