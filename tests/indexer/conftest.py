"""A library whose OCR engine reads coloured tiles, so that its tests need no network."""

from __future__ import annotations

import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from detector_stub.boxes import Box
from indexer import config
from indexer.catalog import database
from indexer.catalog.catalog import Catalog
from indexer.entities import Answer, EngineId, Recognition
from indexer.ocr.batch import read_in_process
from indexer.ocr.protocols import Skipped, kept_nowhere
from indexer.renditions import renderer
from indexer.search.searcher import Filters, Searcher
from indexer.stores.fulltext import Fulltext
from indexer.stores.posteriors import PosteriorStore
from indexer.stores.stores import Stores
from indexer.sync.hooks import Hooks
from indexer.sync.library import Library
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import pack

if TYPE_CHECKING:
    import sqlalchemy as sa

TILE = 16
CODES = "abcdefghijklmnopqrstuvwxyz0123456789.-"
MIGRATE = database._migrate
DARKEST, STEP = 184, 1.5
"""Grey level of the first code, and from each code to the next."""


@pytest.fixture(autouse=True, scope="session")
def _migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """New catalogs of this process are copies of one that the migrations made.

    The migrations took half of the time of a test. `migrations` gives them back to a test.
    """
    template = tmp_path_factory.mktemp("catalog") / "catalog.db"
    Catalog(f"sqlite:///{template}").close()

    def copied(engine: sa.Engine, version: str | None, url: str) -> None:
        if version is not None or engine.dialect.name != "sqlite":
            MIGRATE(engine, version, url)
            return
        with closing(sqlite3.connect(template)) as source, engine.connect() as connection:
            target = connection.connection.driver_connection
            assert isinstance(target, sqlite3.Connection)
            target.commit()
            source.backup(target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_migrate", copied)
        yield


@pytest.fixture
def migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new catalog is made by the migrations, step by step."""
    monkeypatch.setattr(database, "_migrate", MIGRATE)


def _colour(code: int) -> tuple[int, int, int]:
    """A full green, as the detector looks for, whose grey level says `code`."""
    level = DARKEST + STEP * code - 0.587 * 255
    return round(level / 0.413), 255, round(level / 0.413)


def draw_photo(path: Path, *words: str, salt: int = 0) -> Path:
    """A PNG whose tiles spell `words`: one row a word, one tile a letter, coded in how light they are."""
    rows = np.zeros((TILE * (len(words) + 1), TILE * 16, 3), dtype=np.uint8)
    rows[: TILE // 2, 0] = salt
    for number, word in enumerate(words, start=1):
        for place, letter in enumerate(word):
            cell = rows[number * TILE : (number + 1) * TILE, place * TILE : (place + 1) * TILE]
            cell[:] = _colour(CODES.index(letter))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rows).save(path, "PNG")
    return path


def spelled(text, *instead, alphabet=CODES):
    """A packed posteriorgram that says `text`, and less likely each of `instead` (same length)."""
    frames = np.full((2 * len(text) + 1, len(alphabet) + 1), 1e-6, np.float32)
    frames[:, 0] = 1.0
    for place in range(len(text)):
        row = frames[2 * place + 1]
        row[0] = 0.0
        row[1 + alphabet.index(text[place])] = 0.7
        for other in instead:
            row[1 + alphabet.index(other[place])] += 0.3
    return pack(frames / frames.sum(axis=1, keepdims=True))


@dataclass
class TileDetector:
    """Finds each row of tiles."""

    fingerprint: str = "tiles"

    def detect(self, photo: np.ndarray, path: Path) -> list[list[Box]]:
        lines = []
        for top in range(TILE, photo.shape[0], TILE):
            tiles = int((photo[top + 2, ::TILE, 1] == 255).sum())
            if tiles:
                lines.append([Box(0, top, tiles * TILE, top + TILE)])
        return lines

    def has_known_boxes(self, path: Path) -> bool:
        return True  # tiles have one way up


@dataclass
class TileRecognizer:
    """Spells tiles; counts its work, and can be told which words crash it."""

    fingerprint: str = "tiles"
    crash_on: set[str] = field(default_factory=set)
    reads: int = 0
    alternatives: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    posteriorgrams: dict[str, bytes] = field(default_factory=dict)

    def read(
        self, crops: Sequence[Image.Image], pages: Sequence[int] = ()
    ) -> list[list[Recognition]]:
        out = []
        for crop in crops:
            levels = np.asarray(crop.convert("L"))[2, ::TILE]
            text = "".join(CODES[round((level - DARKEST) / STEP)] for level in levels.tolist())
            if text in self.crash_on:
                msg = f"cannot bear {text}"
                raise RuntimeError(msg)
            alternatives = self.alternatives.get(text, ((text, 0.9),))
            out.append([Recognition(text, 0.9, alternatives, self.posteriorgrams.get(text, b""))])
        self.reads += 1
        return out


@dataclass
class TileEngine:
    """Detector and recogniser of the tests."""

    detector: TileDetector = field(default_factory=TileDetector)
    recognizer: TileRecognizer = field(default_factory=TileRecognizer)
    version: str = "1"
    alphabet: str = CODES
    keep: Callable[[str, np.ndarray], None] = kept_nowhere

    @property
    def id(self) -> EngineId:
        return EngineId(f"tiles-{self.version}", self.alphabet)

    def read(self, paths, limits, stop):
        if stop():
            return [Skipped()] * len(paths)
        return read_in_process(paths, limits, self)

    def close(self):
        pass


class Direct:
    """Answers drawing requests in this process: starting one takes seconds."""

    def __init__(self, load, limits):
        self._parts = load()

    def ask(self, request, stop):
        return request.answer(self._parts)

    def close(self):
        """There is nothing to close."""


@dataclass
class World:
    """A photo folder, a home, and a library between them."""

    photos: Path
    library: Library
    engine: TileEngine
    now: float = 1_000_000.0

    def sync(self, **options: object) -> object:
        hooks = Hooks(clock=lambda: self.now)
        return self.library.sync([self.photos], hooks, **options)

    def find(self, query: str, **filters: object) -> list[str]:
        return [hit.photo.name for hit in self.answer(query, **filters).hits]

    def answer(self, query: str, **filters: object) -> Answer:
        library = self.library
        searcher = Searcher(
            library.catalog, library.indexes.stores.index, library.indexes.stores.posteriors
        )
        return searcher.search(query, Filters(**filters))

    def counts(self) -> dict[str, int]:
        return {k: n for k, n in self.library.catalog.counts().items() if n}


ODD_ENGINE = """
import os
import signal
from indexer.entities import EngineId, Recognition

class Shape:
    left, top, right, bottom = 0, 0, 16, 16

    def cut(self, photo):
        return photo[:16, :16]

class OddEngine:
    id, fingerprint = EngineId("odd", "odd"), "odd"

    def __init__(self):
        self.detector = self.recognizer = self
        self.names = []

    def keep(self, content, pixels):
        pass

    def has_known_boxes(self, path):
        return True

    def detect(self, photo, path):
        if "crash" in path.name:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "leave" in path.name:
            os._exit(3)
        if "hang" in path.name:
            while True:
                pass
        if "bloat" in path.name:
            hoard = []
            while True:
                hoard.append(bytearray(10_000_000))
        self.names.append(path.stem)
        return [[Shape()]]

    def read(self, crops, pages=()):
        names, self.names = self.names, []
        return [[Recognition(name, 0.9, ((name, 0.9),), b"")] for name in names]

def broken():
    raise RuntimeError("no such network")
"""


@pytest.fixture
def odd_engine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module for other processes: its engine reads the names of files, and does what they say."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "odd_engine.py").write_text(ODD_ENGINE)
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("odd_engine")
    del sys.modules["odd_engine"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Settings:
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    return config.load(home=tmp_path / "home")


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of photos are drawn in this process."""
    monkeypatch.setattr(renderer, "Worker", Direct)


@contextmanager
def worlds_in(folder: Path, settings: config.Settings) -> Iterator[Callable[[], World]]:
    """Opens a world on the same folders again and again, as restarts do; closes them in the end."""
    opened: list[World] = []

    def make() -> World:
        settings.home.mkdir(exist_ok=True, mode=0o700)
        (folder / "photos").mkdir(exist_ok=True)
        engine = TileEngine()
        catalog = Catalog(settings.database)
        stores = Stores(
            Fulltext(settings.index), PosteriorStore(settings.posteriors, PosteriorCodec())
        )
        library = Library(settings, catalog, stores, engine)
        opened.append(World(folder / "photos", library, engine))
        return opened[-1]

    yield make
    for world in opened:
        world.library.catalog.close()


@pytest.fixture
def make_world(settings: config.Settings, tmp_path: Path) -> Iterator[Callable[[], World]]:
    with worlds_in(tmp_path, settings) as make:
        yield make


@pytest.fixture(scope="module")
def make_lasting_world(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], World]]:
    """Worlds, each in a folder of its own, for all tests of a module that only ask."""
    with ExitStack() as stack:

        def make() -> World:
            folder = tmp_path_factory.mktemp("lasting")
            settings = config.load(home=folder / "home")
            return stack.enter_context(worlds_in(folder, settings))()

        yield make


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    return make_world()
