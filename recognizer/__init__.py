"""Handwriting recognition of word images; independent of photos, their folders, SQL and HTTP.

    from PIL import Image
    from recognizer import Recognizer, load_prior

    recognizer = Recognizer()
    [reading] = recognizer.read([Image.open("word.png")], prior=load_prior())
    print(reading.text, reading.confidence)

Importing the package loads neither torch nor the weights: a name is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognizer.decoding.decoder import Reading
    from recognizer.decoding.prior import Prior
    from recognizer.decoding.prior import load as load_prior
    from recognizer.errors import DataError, RecognizerError, WeightsError
    from recognizer.recognize import Recognizer, read_folder

__all__ = [
    "DataError",
    "Prior",
    "Reading",
    "Recognizer",
    "RecognizerError",
    "WeightsError",
    "load_prior",
    "read_folder",
]

_SOURCES = {
    "DataError": ("errors", "DataError"),
    "Prior": ("decoding.prior", "Prior"),
    "Reading": ("decoding.decoder", "Reading"),
    "Recognizer": ("recognize", "Recognizer"),
    "RecognizerError": ("errors", "RecognizerError"),
    "WeightsError": ("errors", "WeightsError"),
    "load_prior": ("decoding.prior", "load"),
    "read_folder": ("recognize", "read_folder"),
}
"""Module and name of each public name."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _SOURCES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module, source = _SOURCES[name]
    return getattr(import_module(f"{__name__}.{module}"), source)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
