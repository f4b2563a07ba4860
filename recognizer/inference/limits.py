"""Limits of the pictures that are decoded, as the program around the commands sets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

GIVEN = "recognizer.picture_limits"
"""Key in the `meta` of click's context by which the program around the commands gives its limits, as a
function without arguments that returns them as `Settings`."""


class Settings(Protocol):
    """Settings of the program around the commands."""

    @property
    def max_megapixels(self) -> float:
        """Megapixels of a picture at most."""

    @property
    def max_megabytes(self) -> float:
        """Megabytes of a file at most."""


class LimitError(DataError):
    """A picture is larger than allowed; names the limit, not the file."""


@dataclass(frozen=True)
class Limits:
    """Largest picture that is decoded: pixels, and bytes of the file."""

    pixels: float = 150e6
    bytes: float = 200e6

    @classmethod
    def given(cls, meta: Mapping[str, object]) -> Limits:
        """The limits that `GIVEN` holds in the `meta` of click's context, else the defaults."""
        load = meta.get(GIVEN)
        if not callable(load):
            return cls()
        settings: Settings = load()
        return cls(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)

    def check_bytes(self, count: int) -> None:
        """Check the size of a file. Raises LimitError."""
        if count > self.bytes:
            msg = f"larger than max_megabytes = {self.bytes / 1e6:g}; raise it if this is right"
            raise LimitError(msg)

    def check_pixels(self, width: int, height: int) -> None:
        """Check the size of a picture. Raises LimitError."""
        if width * height > self.pixels:
            msg = (
                f"{width}×{height} pixels are more than max_megapixels = {self.pixels / 1e6:g}; "
                "raise it if this is right"
            )
            raise LimitError(msg)
