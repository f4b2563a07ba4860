"""The protocol of teachers, and how one is found by its name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, Protocol

from indexer.errors import EngineError, OcrsearchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from indexer.entities import Box

GROUP = "ocrsearch.teachers"
"""Entry points of teachers in other packages; each is called with what follows the colon of `NAME:…`."""

SHIPPED = {
    "rapidocr": "indexer.sync.teaching.rapidocr:RapidOcr",
    "tesseract": "indexer.sync.teaching.tesseract:Tesseract",
    "trocr": "indexer.sync.teaching.trocr:TrOcr",
    "files": "indexer.sync.teaching.files:Files",
}

_EXTRAS = {"rapidocr": "pip install 'ocrsearch[rapidocr]'"}


@dataclass(frozen=True)
class TaughtPhoto:
    """A photo for a teacher to read.

    Attributes:
        path: its file, which must not be changed.
        pixels: RGB [rows, columns, 3], upright.

    """

    path: Path
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class TaughtReading:
    """What a teacher reads: a text, with blanks if it has several words.

    Attributes:
        text: what it reads.
        confidence: 0..1 of the text; None if it has none.
        box: where that stands, in pixels; None for the box of the same number that was asked about.

    """

    text: str
    confidence: float | None = None
    box: Box | None = None


class Teacher(Protocol):
    """Another program that reads photos."""

    @property
    def name(self) -> str:
        """Its name, without blanks."""

    @property
    def version(self) -> str:
        """What changes when it reads otherwise."""

    @property
    def words(self) -> bool:
        """Whether it is asked about boxes of words, else about those of lines."""

    @property
    def local(self) -> bool:
        """Whether nothing leaves this machine."""

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> Sequence[TaughtReading]:
        """What it reads at some boxes, or wherever it finds text."""


def open_teacher(spec: str) -> Teacher:
    """The teacher that `NAME` or `NAME:ARGUMENT` names.

    Raises:
        UsageError: there is none of this name.
        EngineError: it cannot be loaded.

    """
    require_known(spec)
    name, _, argument = spec.partition(":")
    try:
        made: Teacher = _factory(name)(argument)
    except OcrsearchError:
        raise
    except ModuleNotFoundError as error:
        advice = _EXTRAS.get(name, f"pip install {error.name}")
        msg = f"teacher {name}: the Python package {error.name} is needed for it: {advice}"
        raise EngineError(msg) from error
    except Exception as error:  # a plug-in may raise anything
        msg = f"teacher {name}: it cannot be loaded ({error})"
        raise EngineError(msg) from error
    return made


def require_known(spec: str) -> None:
    """Raise UsageError if there is no teacher of this name; nothing of it is loaded."""
    name = spec.partition(":")[0]
    known = {*SHIPPED, *_plugins()}
    if name not in known:
        msg = f"there is no teacher {name!r}; there are {', '.join(sorted(known))}"
        raise UsageError(msg)


def _plugins() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


def _factory(name: str) -> Callable[[str], Any]:
    factory: Callable[[str], Any]
    if name in SHIPPED:
        module, _, attribute = SHIPPED[name].partition(":")
        factory = getattr(import_module(module), attribute)
    else:
        factory = _plugins()[name].load()
    return factory
