"""Paired devices: what is kept of them, and for how long codes are valid."""

from __future__ import annotations

import pytest

from indexer.errors import ConfigError
from indexer.web.devices import CODE_SECONDS, Devices


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_token_stays_valid_over_a_restart_and_is_not_kept_itself(tmp_path):
    file = tmp_path / "web.json"
    devices = Devices(file)

    token = devices.pair(devices.new_code(), "phone")

    assert token is not None
    assert Devices(file).may_look(token)
    assert not Devices(file).may_look(token[:-1])
    assert not Devices(file).may_look("")
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_code_is_valid_for_a_while_only(tmp_path):
    clock = Clock()
    devices = Devices(tmp_path / "web.json", clock)
    code = devices.new_code()
    assert devices.has_code()

    clock.now += CODE_SECONDS

    assert not devices.has_code()
    assert devices.pair(code, "late") is None
    assert devices.pair(devices.new_code(), "in time")


def test_when_a_device_was_seen_is_kept_about_to_the_hour(tmp_path):
    clock = Clock()
    file = tmp_path / "web.json"
    devices = Devices(file, clock)
    token = devices.pair(devices.new_code(), "")
    clock.now += 60
    devices.may_look(token)
    assert Devices(file).listed()[0]["seen"] == 1000.0

    clock.now += 3600
    devices.may_look(token)

    assert Devices(file).listed()[0]["seen"] == clock.now
    assert Devices(file).listed()[0]["name"] == "unnamed"


def test_forgetting_a_device_leaves_the_others(tmp_path):
    devices = Devices(tmp_path / "web.json")
    tokens = [devices.pair(devices.new_code(), name) for name in "ab"]

    assert devices.forget(1)
    assert not devices.forget(1)

    assert [devices.may_look(token) for token in tokens] == [False, True]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"devices": 3}', "\udcff"])
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "web.json"
    file.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(ConfigError, match=r"web\.json: damaged"):
        Devices(file)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    devices = Devices(tmp_path / "gone" / "web.json")

    with pytest.raises(ConfigError, match="so no device can be paired"):
        devices.pair(devices.new_code(), "x")
