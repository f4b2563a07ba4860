"""The built-in OCR engine: the only module that names recognizer and detector_stub for reading."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer import logs
from indexer.entities import EngineId, Recognition
from indexer.errors import EngineError
from indexer.ocr.fingerprint import OPENER_VERSION, engine_fingerprint
from indexer.ocr.protocols import EngineParts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PIL import Image

    from indexer.config import Settings
    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import Detector, Outcome
    from indexer.ocr.worker import Worker


class BuiltInEngine:
    """The built-in engine: its fingerprint, and reading in a process of its own."""

    def __init__(self, settings: Settings, workers: int | None = None) -> None:
        """Read as `settings` say with `workers` CPU threads (None: all cores).

        No file is opened and no process started before the first use.
        """
        self._settings, self._workers = settings, workers

    @cached_property
    def id(self) -> EngineId:
        """Fingerprint of detector, weights, language model and words; reads files, not torch.

        Raises:
            EngineError: weights, the language model or a word list are missing or damaged.

        """
        from detector_stub.boxes import DetectorError
        from recognizer.decoding import prior
        from recognizer.errors import DataError, WeightsError
        from recognizer.inference import pretrained

        weights = weights_path(self._settings)
        try:
            fingerprint = engine_fingerprint(
                make_detector(self._settings).fingerprint,
                pretrained.fingerprint(weights),
                prior.fingerprint(self._settings.language, self._settings.words),
            )
            alphabet = pretrained.alphabet(weights)
            return EngineId(fingerprint, alphabet, OPENER_VERSION, self._limits())
        except (DataError, DetectorError, WeightsError) as error:
            raise EngineError(str(error)) from error

    def _limits(self) -> str:
        chosen = self._settings
        return (
            f"{chosen.max_megapixels:g}MP-{chosen.max_megabytes:g}MB-"
            f"{chosen.photo_seconds:g}s-{chosen.worker_megabytes:g}MB"
        )

    @cached_property
    def _worker(self) -> Worker:
        from indexer.ocr.worker import ProcessLimits, Worker  # only writing needs it

        limits = ProcessLimits(self._settings.photo_seconds, self._settings.worker_megabytes)
        load = partial(_load_apart, self._settings, self._workers, logs.as_now())
        return Worker(load, limits)

    def read(
        self, paths: Sequence[Path], limits: Limits, stop: Callable[[], bool]
    ) -> list[Outcome]:
        """The outcome of each photo; see `OcrEngine.read`."""
        return self._worker.read(paths, limits, stop)

    def close(self) -> None:
        """End the reading process."""
        self._worker.close()


# the parts, as they are loaded in the reading process ----------------------------------------


def _load_apart(
    settings: Settings, workers: int | None, configure_logs: Callable[[], None]
) -> EngineParts:
    """Load the parts in a process that begins with nothing."""
    configure_logs()
    return load_parts(settings, workers)


def load_parts(settings: Settings, workers: int | None = None) -> EngineParts:
    """Load detector and recogniser; `workers` CPU threads (None: all cores).

    Raises:
        EngineError: weights, language model or word lists cannot be loaded.

    """
    from recognizer.errors import DataError, WeightsError

    try:
        return EngineParts(
            make_detector(settings), CRNNRecognizer(weights_path(settings), settings, workers)
        )
    except (DataError, WeightsError) as error:
        raise EngineError(str(error)) from error


def weights_path(settings: Settings) -> Path:
    """The recogniser's weights: the configured ones, else the shipped ones."""
    from recognizer.inference import pretrained

    return settings.weights or pretrained.WEIGHTS


def make_detector(settings: Settings) -> Detector:
    """Boxes from a sidecar file where there is one, else from the configured detector."""
    from detector_stub.detectors.classical import ClassicalDetector
    from detector_stub.detectors.learned import LearnedDetector
    from detector_stub.detectors.sidecar import SidecarDetector
    from detector_stub.inference import pretrained

    if settings.detector == "classical":
        return SidecarDetector(ClassicalDetector())
    return SidecarDetector(LearnedDetector(settings.detector_weights or pretrained.WEIGHTS))


class CRNNRecognizer:
    """The CRNN recogniser as `Recognizer`."""

    def __init__(self, weights: Path, settings: Settings, workers: int | None) -> None:
        """Load `weights` and the prior of `settings`; raises WeightsError, DataError.

        Imports torch.
        """
        from recognizer import recognize  # torch takes seconds to import
        from recognizer.decoding import prior

        self._recognizer = recognize.Recognizer(weights, threads=workers)
        self._alternatives = settings.alternatives
        self._prior = prior.load(settings.language, settings.words)

    @property
    def fingerprint(self) -> str:
        """Hash of the weights."""
        return self._recognizer.fingerprint

    @property
    def alphabet(self) -> str:
        """Characters of the weights, in the order of their labels."""
        return self._recognizer.card.charset.symbols

    def read(self, crops: Sequence[Image.Image]) -> list[Recognition]:
        """The recognition of each crop, a word image of any size."""
        from recognizer.inference import images
        from recognizer.posteriors import packing

        fitted = [images.fit(crop) for crop in crops]
        small = len(self.alphabet) < packing.MAX_LABELS
        return [
            Recognition(
                reading.text,
                reading.confidence,
                reading.alternatives,
                packing.pack(probabilities) if small else b"",
            )
            for reading, probabilities in self._recognizer.read_with_posteriors(
                fitted, alternatives=self._alternatives, prior=self._prior
            )
        ]
