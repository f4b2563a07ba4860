"""Which concrete parts the application is made of: the only file that names the other packages."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer import home, logs
from indexer.catalog import Catalog
from indexer.derived import Stores
from indexer.errors import CatalogError, EngineError
from indexer.fulltext import Fulltext
from indexer.photo import Engine, Seen
from indexer.posteriors import PosteriorStore
from indexer.search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import click
    from PIL import Image

    from indexer.config import Settings
    from indexer.eyes import Outcome
    from indexer.library import Library
    from indexer.reading import Detector, Limits
    from indexer.worker import Worker


class CRNNReader:
    """The CRNN recogniser as `reading.Recognizer`."""

    def __init__(self, weights: Path, settings: Settings, workers: int | None) -> None:
        """Load `weights` and the prior of `settings`; raises WeightsError, DataError.

        Imports torch.
        """
        from recognizer import prior, recognize  # noqa: PLC0415 - torch takes seconds to import

        self._recognizer = recognize.Recognizer(weights, threads=workers)
        self._alternatives = settings.alternatives
        self._prior = prior.load(settings.language, settings.words)

    @property
    def fingerprint(self) -> str:
        """Hash of the weights."""
        return self._recognizer.fingerprint

    @property
    def alphabet(self) -> str:
        """Characters that the weights know."""
        return self._recognizer.card.charset.symbols

    def read(self, crops: Sequence[Image.Image]) -> list[Seen]:
        """Read word images of any size."""
        from recognizer import images, posteriorgram  # noqa: PLC0415

        fitted = [images.fit(crop) for crop in crops]
        small = len(self.alphabet) < posteriorgram.MOST_LABELS
        return [
            Seen(
                reading.text,
                reading.confidence,
                reading.alternatives,
                posteriorgram.pack(probabilities) if small else b"",
            )
            for reading, probabilities in self._recognizer.read_with_posteriors(
                fitted, alternatives=self._alternatives, prior=self._prior
            )
        ]


class BuiltInEyes:
    """The built-in detector and recogniser, loaded when first used; photos are read apart."""

    def __init__(self, settings: Settings, workers: int | None = None) -> None:
        """Nothing is loaded yet."""
        self._settings, self._workers = settings, workers

    @cached_property
    def weights(self) -> Path:
        """The weights in use: the configured ones, else the shipped ones."""
        from recognizer import shipped  # noqa: PLC0415

        return self._settings.weights or shipped.WEIGHTS

    @cached_property
    def engine(self) -> Engine:
        """Fingerprint of detector, weights, language model and words; reads files, not torch.

        Raises:
            EngineError: weights, the language model or a word list are missing or damaged.

        """
        from detector_stub.boxes import DetectorError  # noqa: PLC0415
        from indexer import transcription  # noqa: PLC0415 - only what reads photos needs Pillow
        from recognizer import prior, shipped  # noqa: PLC0415
        from recognizer.errors import DataError, WeightsError  # noqa: PLC0415

        try:
            parts = [
                transcription.VERSION,
                self.detector.fingerprint,
                shipped.fingerprint(self.weights),
            ]
            known = prior.fingerprint(self._settings.language, self._settings.words)
            parts += filter(None, [known])
            return Engine("+".join(parts), shipped.alphabet(self.weights))
        except (DataError, DetectorError, WeightsError) as error:
            raise EngineError(str(error)) from error

    @cached_property
    def detector(self) -> Detector:
        """Boxes from a sidecar file where there is one, else the built-in detector."""
        from detector_stub import shipped  # noqa: PLC0415
        from detector_stub.classical import ClassicalDetector  # noqa: PLC0415
        from detector_stub.learned import LearnedDetector  # noqa: PLC0415
        from detector_stub.sidecar import SidecarDetector  # noqa: PLC0415

        if self._settings.detector == "classical":
            return SidecarDetector(ClassicalDetector())
        return SidecarDetector(LearnedDetector(self._settings.detector_weights or shipped.WEIGHTS))

    @cached_property
    def recognizer(self) -> CRNNReader:
        """Raises EngineError if weights, language model or word lists cannot be loaded."""
        from recognizer.errors import DataError, WeightsError  # noqa: PLC0415

        try:
            return CRNNReader(self.weights, self._settings, self._workers)
        except (DataError, WeightsError) as error:
            raise EngineError(str(error)) from error

    @cached_property
    def _worker(self) -> Worker:
        from indexer.worker import Bounds, Worker  # noqa: PLC0415 - only writing needs it

        bounds = Bounds(self._settings.photo_seconds, self._settings.worker_megabytes)
        return Worker(partial(_eyes_apart, self._settings, self._workers, logs.as_now()), bounds)

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """See `eyes.Eyes`; networks are loaded and photos opened in a process of their own."""
        return self._worker.read(paths, limits, stop)

    def close(self) -> None:
        """End that process."""
        self._worker.close()


def _eyes_apart(
    settings: Settings, workers: int | None, configure_logs: Callable[[], None]
) -> BuiltInEyes:
    """Eyes in the process that reads, which begins with nothing."""
    configure_logs()
    return BuiltInEyes(settings, workers)


@contextmanager
def writing(settings: Settings, workers: int | None) -> Iterator[Library]:
    """A library that nobody else writes to meanwhile; `workers` CPU threads read (None: all).

    Raises:
        CatalogError: another process holds it; the message names that process.
        ConfigError: others can write to the home folder.

    """
    # a query must not pay for what only writing needs
    from filelock import FileLock, Timeout  # noqa: PLC0415

    from indexer import manners  # noqa: PLC0415
    from indexer.library import Library  # noqa: PLC0415

    home.make(settings)
    manners.lower_priority(settings.nice, idle_io=settings.idle_io)
    lock = FileLock(settings.lock)
    holder = settings.lock.with_suffix(".pid")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        pid = holder.read_text(encoding="ascii").strip() if holder.exists() else "unknown"
        msg = (
            f"{settings.home}: another ocrsearch (process {pid}) is writing; "
            "stop it or wait until it has finished"
        )
        raise CatalogError(msg) from error
    except OSError as error:
        msg = f"{settings.lock}: cannot lock the home folder ({error.strerror})"
        raise CatalogError(msg) from error
    try:
        holder.write_text(f"{os.getpid()}\n", encoding="ascii")
        eyes = BuiltInEyes(settings, workers)
        with Catalog(settings.database) as catalog, closing(eyes):
            yield Library(settings, catalog, stores(settings), eyes)
    finally:
        lock.release()


@contextmanager
def reading_only(settings: Settings) -> Iterator[tuple[Catalog, Stores]]:
    """Catalog and derived stores to look into; never blocks on a writer.

    Raises:
        CatalogError: there is no catalog yet.
        ConfigError: others can write to the home folder.

    """
    if not settings.catalog_url and not (settings.home / "catalog.db").exists():
        msg = f"{settings.home}: nothing is indexed yet; run: ocrsearch index FOLDER"
        raise CatalogError(msg)
    if settings.home.exists():
        home.check_private(settings)
    with Catalog(settings.database) as catalog:
        yield catalog, stores(settings)


@contextmanager
def searching(settings: Settings) -> Iterator[Searcher]:
    """Something that answers queries. Imports no torch; raises CatalogError."""
    with reading_only(settings) as (catalog, derived):
        yield Searcher(catalog, derived.index, derived.posteriors)


def stores(settings: Settings) -> Stores:
    """The derived stores of a home folder."""
    from recognizer.posteriorgram import FoldedPosteriors  # noqa: PLC0415 - numpy only

    return Stores(Fulltext(settings.index), PosteriorStore(settings.posteriors, FoldedPosteriors))


def engine_commands() -> list[click.Command]:
    """The commands of recogniser and detector, such as train and evaluate. Imports no torch."""
    from detector_stub import cli as detector  # noqa: PLC0415 - all names of other packages
    from recognizer import cli as recognizer  # noqa: PLC0415 - stay in functions

    return recognizer.COMMANDS + detector.COMMANDS
