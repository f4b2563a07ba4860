"""Paired devices: what is kept of them, and for how long codes are valid."""

from __future__ import annotations

import json

import pytest

from indexer.errors import ConfigError
from indexer.web.devices import CODE_SECONDS, Devices, readable_name


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_a_token_stays_valid_over_a_restart_and_is_not_kept_itself(tmp_path):
    file = tmp_path / "web.json"
    devices = Devices(file)

    token = devices.pair(devices.new_code(), "phone")

    assert token is not None
    assert Devices(file).of(token)["name"] == "phone"
    assert Devices(file).of(token[:-1]) is None
    assert Devices(file).of("") is None
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
    devices.of(token)
    assert Devices(file).listed()[0]["seen"] == 1000.0

    clock.now += 3600
    devices.of(token)

    assert Devices(file).listed()[0]["seen"] == clock.now
    assert Devices(file).listed()[0]["name"] == "unnamed"


def test_forgetting_a_device_leaves_the_others(tmp_path):
    devices = Devices(tmp_path / "web.json")
    tokens = [devices.pair(devices.new_code(), name) for name in "ab"]

    assert devices.forget(1)
    assert not devices.forget(1)

    assert [bool(devices.of(token)) for token in tokens] == [False, True]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"devices": 3}', '{"devices": [{"number": 1}]}', "\udcff"]
)
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "web.json"
    file.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(ConfigError, match=r"web\.json: damaged"):
        Devices(file)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    devices = Devices(tmp_path / "gone" / "web.json")

    with pytest.raises(ConfigError, match="so no device can be paired"):
        devices.pair(devices.new_code(), "x")


def test_a_code_for_looking_pairs_a_device_that_may_only_look(tmp_path):
    devices = Devices(tmp_path / "web.json")

    token = devices.pair(devices.new_code(read_only=True), "kiosk")

    assert Devices(tmp_path / "web.json").of(token)["read_only"]


def test_a_file_of_before_devices_could_be_read_only_is_read(tmp_path):
    devices = Devices(tmp_path / "web.json")
    token = devices.pair(devices.new_code(), "phone")
    kept = json.loads((tmp_path / "web.json").read_text())
    del kept["devices"][0]["read_only"]
    (tmp_path / "web.json").write_text(json.dumps(kept))

    assert Devices(tmp_path / "web.json").of(token)["name"] == "phone"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        ("Mozilla/5.0 (unknown)", "a browser"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(said, name):
    assert readable_name(said) == name
