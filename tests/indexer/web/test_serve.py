"""The server: whom it answers, and what is said when it cannot start."""

from __future__ import annotations

import logging
import socket

import pytest

from indexer.errors import ConfigError, UsageError
from indexer.web import serve as server
from indexer.web.serve import Listening, serve


def listens(**given):
    return Listening(8377, **given)


def test_on_the_machine_itself_only_its_own_names_are_answered():
    assert listens().hosts == {"127.0.0.1:8377", "localhost:8377", "[::1]:8377"}
    assert listens().address == "http://127.0.0.1:8377"


@pytest.mark.parametrize(
    ("lan", "host"), [("192.168.1.20", "192.168.1.20:8377"), ("FD00::20", "[fd00::20]:8377")]
)
def test_in_a_network_the_named_address_and_the_local_name_are_answered(lan, host):
    assert listens(lan=lan).hosts == {host, f"{socket.gethostname().lower()}.local:8377"}
    assert listens(lan=lan).address.lower() == f"http://{host}"


def test_a_proxy_is_answered_by_its_name_with_and_without_the_port():
    assert listens(names=["Photos.Example"]).hosts - listens().hosts == {
        "photos.example",
        "photos.example:8377",
    }


def test_in_a_container_the_name_that_browsers_use_is_answered_and_printed():
    listening = listens(lan="0.0.0.0", names=["nas.example:9000"])

    listening.check()

    local = f"{socket.gethostname().lower()}.local:8377"
    assert listening.hosts == {"nas.example:9000", local}
    assert listening.address == "http://nas.example:9000"


@pytest.mark.parametrize("lan", ["0.0.0.0", "::"])
def test_every_address_of_the_machine_needs_a_name_to_reach_it_by(lan):
    with pytest.raises(UsageError, match="--allow-host"):
        listens(lan=lan).check()


def test_both_loopback_addresses_are_listened_on():
    port = free_port()

    names = [bound.getsockname()[0] for bound in closing(Listening(port).bound())]

    assert names[0] == "127.0.0.1"
    assert names[1:] in (["::1"], [])  # not every machine has IPv6


def closing(sockets):
    for bound in sockets:
        with bound:
            yield bound


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_that_is_taken_is_named(settings, family):
    try:
        taken = socket.create_server(
            ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family
        )
    except OSError:
        pytest.skip("this machine has no IPv6")
    with taken:
        port = taken.getsockname()[1]

        with pytest.raises(UsageError, match=f"port {port} is taken .* --port"):
            serve(settings, Listening(port), version="1")


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7", "nowhere.invalid"])
def test_an_address_of_another_machine_is_refused(settings, address):
    with pytest.raises(UsageError, match="address of this machine"):
        serve(settings, Listening(8399, address), version="1")


def test_a_home_that_others_can_write_to_is_not_served(settings):
    settings.home.mkdir()
    (settings.home / "x").touch()
    settings.home.chmod(0o777)

    with pytest.raises(ConfigError, match="others can write there"):
        serve(settings, Listening(8399), version="1")


def test_files_that_are_no_certificate_are_named(tmp_path):
    with pytest.raises(UsageError, match=r"absent\.pem: no certificate .*No such file"):
        listens(certificate=tmp_path / "absent.pem").check()
    (tmp_path / "odd.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"odd\.pem: no certificate"):
        listens(certificate=tmp_path / "odd.pem").check()
    with pytest.raises(UsageError, match="--tls-cert"):
        listens(key=tmp_path / "key.pem").check()


def served(settings, listening, monkeypatch, caplog) -> str:
    """What is logged when the server starts; it ends at once."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda *_, **__: None)
    monkeypatch.setattr(Listening, "bound", lambda _: [])
    serve(settings, listening, version="1")
    return caplog.text


def test_in_a_network_the_log_says_what_that_means_and_how_to_pair(settings, monkeypatch, caplog):
    said = served(settings, listens(lan="192.168.1.20"), monkeypatch, caplog)

    assert "http://192.168.1.20:8377: not encrypted; whoever listens in this network" in said
    assert "open http://192.168.1.20:8377/pair#" in said


def test_on_the_machine_itself_nothing_is_said_about_networks(settings, monkeypatch, caplog):
    said = served(settings, listens(), monkeypatch, caplog)

    assert "not encrypted" not in said
    assert "open http://127.0.0.1:8377/pair#" in said


def test_from_the_first_page_on_thumbnails_may_be_kept(settings, monkeypatch, caplog):
    served(settings, listens(), monkeypatch, caplog)

    assert settings.renditions.stat().st_mode & 0o777 == 0o700
