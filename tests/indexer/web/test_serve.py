"""The server: whom it answers, and what is said when it cannot start."""

from __future__ import annotations

import socket

import pytest

from indexer.errors import ConfigError, UsageError
from indexer.web.serve import allowed_hosts, serve


def test_on_the_machine_itself_only_its_own_names_are_answered():
    assert allowed_hosts(8377, "", ()) == {"127.0.0.1:8377", "localhost:8377", "[::1]:8377"}


def test_in_a_network_the_named_address_and_the_local_name_are_answered():
    hosts = allowed_hosts(8377, "192.168.1.20", ())

    assert hosts == {"192.168.1.20:8377", f"{socket.gethostname().lower()}.local:8377"}


def test_a_proxy_is_answered_by_its_name_with_and_without_the_port():
    more = allowed_hosts(8377, "", ["Photos.Example"]) - allowed_hosts(8377, "", ())

    assert more == {"photos.example", "photos.example:8377"}


def test_a_port_that_is_taken_is_named(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(UsageError, match=f"port {port} is taken .* --port"):
            serve(settings, port, lan="", names=(), version="1", watch=False)


@pytest.mark.parametrize("address", ["203.0.113.7", "nowhere.invalid"])
def test_an_address_of_another_machine_is_refused(settings, address):
    with pytest.raises(UsageError, match="address of this machine"):
        serve(settings, 8399, lan=address, names=(), version="1", watch=False)


def test_a_home_that_others_can_write_to_is_not_served(settings):
    settings.home.mkdir()
    (settings.home / "x").touch()
    settings.home.chmod(0o777)

    with pytest.raises(ConfigError, match="others can write there"):
        serve(settings, 8399, lan="", names=(), version="1", watch=False)
