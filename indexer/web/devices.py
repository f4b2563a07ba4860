"""Devices that may look: pairing codes, and the tokens that are given for them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypedDict

from indexer.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE_SECONDS = 300.0
"""Time for which a pairing code is valid; it is valid once."""

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a code: none that is easily taken for another."""

_CODE_LENGTH = 8

_SEEN_SECONDS = 3600.0
"""How exactly it is kept when a device was last seen: each time costs a write."""


class Device(TypedDict):
    """A browser or program that may look; the token itself is not kept."""

    number: int
    name: str
    digest: str
    paired: float
    seen: float


class Devices:
    """The paired devices, in a file that nobody else may read; safe to use from several threads."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        """Read `file`, if it is there.

        Raises:
            ConfigError: it is damaged.

        """
        self._file, self._clock, self._lock = file, clock, threading.Lock()
        self._codes: dict[str, float] = {}
        self._devices: list[Device] = []
        try:
            self._devices = list(json.loads(file.read_text(encoding="utf-8"))["devices"])
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{file}: damaged; remove it, and pair your devices again"
            raise ConfigError(msg) from error

    def new_code(self) -> str:
        """A code that pairs one device within CODE_SECONDS."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        now = self._clock()
        with self._lock:
            self._codes = {known: end for known, end in self._codes.items() if end > now}
            self._codes[code] = now + CODE_SECONDS
        return f"{code[:4]}-{code[4:]}"

    def has_code(self) -> bool:
        """Whether any code is still valid."""
        with self._lock:
            return any(end > self._clock() for end in self._codes.values())

    def pair(self, code: str, name: str) -> str | None:
        """A token for a valid code, which is used up; None for any other code."""
        plain = "".join(letter for letter in code.upper() if letter.isalnum())
        with self._lock:
            known = [c for c in self._codes if hmac.compare_digest(c.encode(), plain.encode())]
            if not known or self._codes.pop(known[0]) <= self._clock():
                return None
            token = secrets.token_urlsafe(32)
            number = 1 + max((device["number"] for device in self._devices), default=0)
            now = self._clock()
            named = name[:80] or "unnamed"
            self._devices.append(
                {
                    "number": number,
                    "name": named,
                    "digest": _digest(token),
                    "paired": now,
                    "seen": now,
                }
            )
            self._save()
        return token

    def may_look(self, token: str) -> bool:
        """Whether a token belongs to a paired device, which counts as seen now."""
        digest = _digest(token)
        with self._lock:
            for device in self._devices:
                if hmac.compare_digest(device["digest"], digest):
                    if self._clock() - device["seen"] > _SEEN_SECONDS:
                        device["seen"] = self._clock()
                        with suppress(ConfigError):
                            self._save()
                    return True
        return False

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


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
