"""The built-in OCR engine: the only module that names recognizer and detector_stub for reading."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer.corrections import own_weights
from indexer.entities import EngineId, Recognition
from indexer.errors import EngineError
from indexer.ocr.fingerprint import OPENER_VERSION, engine_fingerprint
from indexer.ocr.protocols import EngineParts, kept_nowhere
from indexer.system import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from indexer.config import Settings
    from indexer.entities import Box, Corners
    from indexer.ocr.photo_file import Limits
    from indexer.ocr.protocols import Detector, Keep, Outcome
    from indexer.ocr.worker_supervisor import Worker
    from recognizer.decoding.languages import LanguagePriors
    from recognizer.decoding.prior import Prior


class BuiltInEngine:
    """The built-in engine: its fingerprint, and reading in a process of its own."""

    def __init__(
        self, settings: Settings, workers: int | None = None, keep: Keep = kept_nowhere
    ) -> None:
        """Read as `settings` say with `workers` CPU threads (None: all cores).

        `keep` takes the pictures of photos in the reading process; see `EngineParts`. No file is
        opened and no process started before the first use, but for the note of learned weights: others that
        are put to use meanwhile read from the next start on, because photos are noted with what read them.
        """
        chosen = replace(settings, weights=weights_path(settings))
        self._settings, self._workers, self._keep = chosen, workers, keep

    @cached_property
    def id(self) -> EngineId:
        """Fingerprint of detector, weights, precision, language model and words; reads files, not torch.

        Raises:
            EngineError: weights, the language model or a word list are missing or damaged.

        """
        from detector_stub.boxes import DetectorError
        from recognizer.errors import DataError, WeightsError
        from recognizer.inference import pretrained
        from recognizer.posteriors.folding import FOLDED_ALPHABET

        weights = weights_path(self._settings)
        try:
            fingerprint = engine_fingerprint(
                make_detector(self._settings).fingerprint,
                f"{pretrained.fingerprint(weights)}-{_precision(self._settings)}",
                _prior_fingerprint(self._settings),
            )
            return EngineId(fingerprint, FOLDED_ALPHABET, OPENER_VERSION, self._limits())
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
        from indexer.ocr.worker_supervisor import ProcessLimits, Worker  # only writing needs it

        limits = ProcessLimits(self._settings.photo_seconds, self._settings.worker_megabytes)
        load = partial(_load_apart, self._settings, self._workers, self._keep, logs.as_now())
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
    settings: Settings, workers: int | None, keep: Keep, configure_logs: Callable[[], None]
) -> EngineParts:
    """Load the parts in a process that begins with nothing."""
    from recognizer.decoding import compilation_cache

    configure_logs()
    # the user's cache folder may lie inside a folder of photos; the home does not
    compilation_cache.keep_in(settings.home / "languages")
    return replace(load_parts(settings, workers), keep=keep)


def load_parts(settings: Settings, workers: int | None = None) -> EngineParts:
    """Load detector and recogniser; `workers` CPU threads (None: all cores).

    Raises:
        EngineError: weights, language model or word lists cannot be loaded.

    """
    from detector_stub.boxes import DetectorError
    from recognizer.errors import DataError, WeightsError

    try:
        return EngineParts(
            make_detector(settings, workers, load=True),
            CRNNRecognizer(weights_path(settings), settings, workers),
        )
    except (DataError, DetectorError, WeightsError) as error:
        raise EngineError(str(error)) from error


def weights_path(settings: Settings) -> Path:
    """The recogniser's weights: the configured ones, else those learned from corrections, else the shipped ones."""
    from recognizer.inference import pretrained

    return settings.weights or own_weights.current(settings.own_weights) or pretrained.WEIGHTS


def _load_prior(settings: Settings) -> Prior | LanguagePriors | None:
    """The prior of the languages of `settings`, or of its language and words where one is set."""
    from recognizer.decoding import languages, prior

    if settings.languages is None:
        return prior.load(settings.language, settings.words)
    return languages.load(settings.languages, lists=True)


def _prior_fingerprint(settings: Settings) -> str:
    from recognizer.decoding import languages, prior

    if settings.languages is None:
        return prior.fingerprint(settings.language, settings.words)
    return languages.fingerprint(settings.languages, lists=True)


def _precision(settings: Settings) -> str:
    from recognizer.inference import devices

    return devices.precision(devices.chosen(settings.device))


def make_detector(
    settings: Settings, threads: int | None = None, *, load: bool = False
) -> Detector:
    """Boxes from a sidecar file where there is one, else from the configured detector.

    Args:
        settings: name the detector.
        threads: CPU threads (None: all cores).
        load: load the weights now, not for the first photo.

    Raises:
        DetectorError: the weights cannot be loaded.
        EngineError: the extra that the classical detector needs is not installed.

    """
    from detector_stub.detectors.learned import LearnedDetector
    from detector_stub.detectors.sidecar import SidecarDetector
    from detector_stub.inference import pretrained

    if settings.detector == "classical":
        try:
            from detector_stub.detectors.classical import ClassicalDetector
        except ModuleNotFoundError as error:
            msg = "detector = \"classical\" needs OpenCV; install the extra: pip install 'ocrsearch[classical]'"
            raise EngineError(msg) from error
        return SidecarDetector(ClassicalDetector())
    learned = LearnedDetector(settings.detector_weights or pretrained.WEIGHTS, threads)
    if load:
        learned.load()
    return SidecarDetector(learned)


def cut_word(grey: NDArray[np.uint8], box: Box, corners: Corners) -> NDArray[np.uint8]:
    """The image of a word on a grey photo [rows, columns], as it is cut out to be read."""
    from detector_stub.boxes import Box as Shape

    return Shape(box.left, box.top, box.right, box.bottom, corners).cut(grey)


class CRNNRecognizer:
    """The CRNN recogniser as `Recognizer`."""

    def __init__(self, weights: Path, settings: Settings, workers: int | None) -> None:
        """Load `weights` and the prior of `settings`; raises WeightsError, DataError."""
        from recognizer import recognize  # ONNX Runtime takes a while

        self._recognizer = recognize.Recognizer(weights, settings.device, workers)
        self._alternatives = settings.alternatives
        self._prior = _load_prior(settings)

    @property
    def fingerprint(self) -> str:
        """Hash of the weights."""
        return self._recognizer.fingerprint

    def read(
        self, crops: Sequence[Image.Image], pages: Sequence[int] = ()
    ) -> list[list[Recognition]]:
        """The words on each crop, an image of any size; see `protocols.Recognizer`."""
        from recognizer.inference import images
        from recognizer.posteriors import packing
        from recognizer.posteriors.folding import folded_probabilities

        fitted = [images.fit(crop) for crop in crops]
        alphabet = self._recognizer.card.charset.symbols
        read = self._recognizer.read_words(
            fitted, alternatives=self._alternatives, prior=self._prior, pages=pages
        )
        return [
            [
                Recognition(
                    reading.text,
                    reading.confidence,
                    reading.alternatives,
                    packing.pack(folded_probabilities(part.probabilities, alphabet)),
                    part.start,
                    part.end,
                )
                for reading, part in words
            ]
            for words in read
        ]
