"""Devices that may look: pairing codes, and the tokens that are given for them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NotRequired

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE_SECONDS = 300.0
"""Time for which a pairing code is valid; it is valid once."""

MAX_NAME = 80
"""Characters of the name of a device."""

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a code: none that is easily taken for another."""

_CODE_LENGTH = 8

_SEEN_SECONDS = 3600.0
"""How exactly it is kept when a device was last seen: each time costs a write."""

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
"""Parts of what browsers say of themselves, and what people call them; the first that fits."""


class Device(TypedDict):
    """A browser or program that may look; the token itself is not kept."""

    number: int
    name: str
    digest: str
    paired: float
    seen: float
    read_only: NotRequired[bool]


class _Content(TypedDict):
    devices: list[Device]


class Devices:
    """The paired devices, in a file that nobody else may read; safe to use from several threads."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        """Read `file`, if it is there.

        Raises:
            ConfigError: it is damaged.

        """
        self._file, self._clock, self._lock = file, clock, threading.Lock()
        self._codes: dict[str, tuple[float, bool]] = {}
        self._devices: list[Device] = []
        try:
            held = TypeAdapter(_Content).validate_json(file.read_bytes())
            self._devices = held["devices"]
        except FileNotFoundError:
            pass
        except (OSError, ValidationError) as error:
            msg = f"{file}: damaged; remove it, and pair your devices again"
            raise ConfigError(msg) from error

    def new_code(self, *, read_only: bool = False) -> str:
        """A code that pairs one device within CODE_SECONDS, one that may only look if `read_only`."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        now = self._clock()
        with self._lock:
            self._codes = {known: held for known, held in self._codes.items() if held[0] > now}
            self._codes[code] = now + CODE_SECONDS, read_only
        return f"{code[:4]}-{code[4:]}"

    def has_code(self) -> bool:
        """Whether any code is still valid."""
        with self._lock:
            return any(end > self._clock() for end, _ in self._codes.values())

    def pair(self, code: str, name: str) -> str | None:
        """A token for a valid code, which is used up; None for any other code."""
        plain = "".join(letter for letter in code.upper() if letter.isalnum())
        with self._lock:
            known = [c for c in self._codes if hmac.compare_digest(c.encode(), plain.encode())]
            if not known:
                return None
            end, read_only = self._codes.pop(known[0])
            now = self._clock()
            if end <= now:
                return None
            token = secrets.token_urlsafe(32)
            number = 1 + max((device["number"] for device in self._devices), default=0)
            made: Device = {
                "number": number, "name": name[:MAX_NAME] or "unnamed", "digest": _digest(token),
                "paired": now, "seen": now, "read_only": read_only,
            }  # fmt: skip
            self._devices.append(made)
            self._save()
        return token

    def of(self, token: str) -> Device | None:
        """The paired device that has this token, which counts as seen now; None if there is none."""
        digest = _digest(token)
        with self._lock:
            for device in self._devices:
                if hmac.compare_digest(device["digest"], digest):
                    if self._clock() - device["seen"] > _SEEN_SECONDS:
                        device["seen"] = self._clock()
                        with suppress(ConfigError):
                            self._save()
                    return device.copy()
        return None

    def listed(self) -> list[Device]:
        """The paired devices, oldest first."""
        with self._lock:
            return [device.copy() for device in self._devices]

    def forget(self, number: int) -> bool:
        """Let a device look no more; whether there was one."""
        with self._lock:
            kept = [device for device in self._devices if device["number"] != number]
            if len(kept) == len(self._devices):
                return False
            self._devices = kept
            self._save()
        return True

    def _save(self) -> None:
        draft = self._file.with_name(f"{self._file.name}.new")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"devices": self._devices}, file)
            draft.replace(self._file)
        except OSError as error:
            msg = f"{self._file}: cannot be written ({error.strerror}), so no device can be paired"
            raise ConfigError(msg) from error


def readable_name(user_agent: str) -> str:
    """Browser and system of what a browser says of itself, such as "Chrome on Android"."""
    if not user_agent.startswith("Mozilla/"):
        return re.split(r"[/\s]", user_agent, maxsplit=1)[0]
    browser = next((name for part, name in _BROWSERS if part in user_agent), "a browser")
    system = next((name for part, name in _SYSTEMS if part in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
