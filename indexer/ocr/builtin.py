"""The built-in OCR engine: the only module that names recognizer and detector_stub for reading."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer import logs
from indexer.entities import Engine, Seen
from indexer.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PIL import Image

    from indexer.config import Settings
    from indexer.ocr.image import Limits
    from indexer.ocr.protocols import Detector, Outcome
    from indexer.ocr.worker import Worker


class CRNNReader:
    """The CRNN recogniser as `reading.Recognizer`."""

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
        """Characters that the weights know."""
        return self._recognizer.card.charset.symbols

    def read(self, crops: Sequence[Image.Image]) -> list[Seen]:
        """Read word images of any size."""
        from recognizer.inference import images
        from recognizer.posteriors import posteriorgram

        fitted = [images.fit(crop) for crop in crops]
        small = len(self.alphabet) < posteriorgram.MAX_LABELS
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
        from recognizer.inference import pretrained

        return self._settings.weights or pretrained.WEIGHTS

    @cached_property
    def engine(self) -> Engine:
        """Fingerprint of detector, weights, language model and words; reads files, not torch.

        Raises:
            EngineError: weights, the language model or a word list are missing or damaged.

        """
        from detector_stub.boxes import DetectorError
        from indexer.ocr import pipeline  # only what reads photos needs Pillow
        from recognizer.decoding import prior
        from recognizer.errors import DataError, WeightsError
        from recognizer.inference import pretrained

        try:
            parts = [
                pipeline.VERSION,
                self.detector.fingerprint,
                pretrained.fingerprint(self.weights),
            ]
            known = prior.fingerprint(self._settings.language, self._settings.words)
            parts += filter(None, [known])
            return Engine("+".join(parts), pretrained.alphabet(self.weights))
        except (DataError, DetectorError, WeightsError) as error:
            raise EngineError(str(error)) from error

    @cached_property
    def detector(self) -> Detector:
        """Boxes from a sidecar file where there is one, else the built-in detector."""
        from detector_stub.detectors.classical import ClassicalDetector
        from detector_stub.detectors.learned import LearnedDetector
        from detector_stub.detectors.sidecar import SidecarDetector
        from detector_stub.inference import pretrained

        if self._settings.detector == "classical":
            return SidecarDetector(ClassicalDetector())
        return SidecarDetector(
            LearnedDetector(self._settings.detector_weights or pretrained.WEIGHTS)
        )

    @cached_property
    def recognizer(self) -> CRNNReader:
        """Raises EngineError if weights, language model or word lists cannot be loaded."""
        from recognizer.errors import DataError, WeightsError

        try:
            return CRNNReader(self.weights, self._settings, self._workers)
        except (DataError, WeightsError) as error:
            raise EngineError(str(error)) from error

    @cached_property
    def _worker(self) -> Worker:
        from indexer.ocr.worker import Bounds, Worker  # only writing needs it

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
