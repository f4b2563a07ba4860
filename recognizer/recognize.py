"""The recogniser: word images to readings, in batches of equal width."""

from __future__ import annotations

import heapq
import logging
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from recognizer.decoding import decoder, word_gaps
from recognizer.decoding.decoder import Reading
from recognizer.decoding.frames import likely_symbols
from recognizer.decoding.languages import LanguagePriors
from recognizer.errors import DataError
from recognizer.inference import batches, card, devices, graph, images, pretrained
from recognizer.inference.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from recognizer.decoding.prior import Prior
    from recognizer.inference.batches import Backend
    from recognizer.inference.devices import Device
    from recognizer.inference.images import WordImage

FILES_AT_A_TIME = 1024
"""Images that are held in memory together when files are read."""

_EXPECTED = "pass a list of PIL images or fitted arrays, for example [PIL.Image.open(path)]"
"""End of the messages about what is not a list of word images."""

log = logging.getLogger("ocrsearch")


class Recognizer:
    """Reads word images with one weights file: by ONNX Runtime on a CPU, by torch on a GPU.

    Attributes:
        card: alphabet, configuration and calibration temperature of the weights.
        fingerprint: hash of the weights file, 16 hexadecimal digits.
        backend: runs the network.

    """

    def __init__(
        self,
        path: Path | str = pretrained.WEIGHTS,
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        """Load a weights file; on a GPU this imports torch, which takes seconds.

        Args:
            path: the weights (default: the shipped ones).
            device: where to compute, see `devices.chosen`.
            threads: CPU threads (default: see `session.cpu_threads`).

        Raises:
            WeightsError: the file, or for a CPU its ONNX graph, is missing, damaged or of another
                format; or there is no such device.

        """
        path = Path(path)
        self.card = card.load(path)
        self.fingerprint = pretrained.fingerprint(path)
        self.backend: Backend
        if devices.chosen(device) == "cuda":
            from recognizer.network import torch_backend  # torch takes seconds to import

            self.backend = torch_backend.load(path)
        else:
            self.backend = graph.load(path, self.fingerprint, threads)

    def logits(self, words: Sequence[WordImage]) -> list[NDArray[np.float32]]:
        """CTC logits [T, labels] of each word; see `batches.logits_of`, and `read` for the arguments."""
        return batches.logits_of(self.backend, _all_fitted(words))

    def read(
        self,
        words: Sequence[WordImage],
        *,
        alternatives: int = 5,
        prior: Prior | LanguagePriors | None = None,
    ) -> list[Reading]:
        """Read word images.

        Args:
            words: PIL images of one word each, of any size and mode, or crops that
                `images.fit` has fitted already.
            alternatives: number of texts to return for each word.
            prior: language model or word list that ranks the texts too, see `prior.load`; or
                languages to find the right ones of for each word, see `languages.load`.

        Returns:
            One reading a word, in the same order.

        Raises:
            DataError: no list, or one with a path or an array that is not a fitted crop in it.

        """
        read = self.read_words(words, alternatives=alternatives, prior=prior)
        return [joined([word.reading for word in image], alternatives) for image in read]

    def read_words(
        self,
        words: Sequence[WordImage],
        *,
        alternatives: int = 5,
        prior: Prior | LanguagePriors | None = None,
        pages: Sequence[int] = (),
    ) -> list[list[ReadWord]]:
        """As `read`, but the words of each image apart: nearly always one.

        `pages` says which images stand on one page together, see `LanguagePriors.choose`.
        """
        charset = self.card.charset
        seen = [
            word_gaps.parts(decoder.softmax(logits, self.card.temperature), charset)
            for logits in self.logits(words)
        ]
        parts = list(chain.from_iterable(seen))
        followed = likely_symbols(
            [word_gaps.without_gaps(part.probabilities, charset) for part in parts]
        )
        priors = (
            prior.choose(
                followed, charset, [page for page, on in zip(pages, seen, strict=False) for _ in on]
            )
            if isinstance(prior, LanguagePriors)
            else [prior] * len(parts)
        )
        read = decoder.decode_all(followed, charset, alternatives=alternatives, priors=priors)
        each = iter(zip(read, parts, strict=True))
        return [[ReadWord(*next(each)) for _ in image] for image in seen]


class ReadWord(NamedTuple):
    """A word on an image.

    Attributes:
        reading: its text and the others that it may be.
        part: where it stands, and the calibrated probabilities that it was decoded from.

    """

    reading: Reading
    part: word_gaps.Part


def joined(words: Sequence[Reading], alternatives: int) -> Reading:
    """The reading of an image from those of its words: texts with spaces, products of probabilities."""
    if len(words) == 1:
        return words[0]
    texts = [("", 1.0)]
    for word in words:
        # a word may be read as nothing, and so two texts be the same
        both: defaultdict[str, float] = defaultdict(float)
        for (text, p), (more, q) in product(texts, word.alternatives):
            both[f"{text} {more}".strip()] += p * q
        texts = heapq.nlargest(alternatives, both.items(), key=lambda text: text[1])
    return Reading(*texts[0], tuple(texts))


def read_folder(
    folder: Path | str,
    recognizer: Recognizer | None = None,
    *,
    alternatives: int = 5,
    prior: Prior | LanguagePriors | None = None,
) -> dict[Path, Reading]:
    """Read all word images below `folder`.

    Args:
        folder: folder of word images, searched recursively.
        recognizer: reads them (default: a new one with the shipped weights).
        alternatives: number of texts to return for each word.
        prior: see `Recognizer.read`.

    Returns:
        The readings by path, in the order of the paths; an image that cannot be read is logged
        as a warning and left out.

    Raises:
        DataError: there is no such folder.

    """
    folder = Path(folder)
    if not folder.is_dir():
        msg = f"{folder}: no such folder"
        raise DataError(msg)
    readings: dict[Path, Reading] = {}
    recognizer = recognizer or Recognizer()
    found = find_images([folder])
    for path, outcome in read_files(found, recognizer, alternatives=alternatives, prior=prior):
        if isinstance(outcome, DataError):
            log.warning("%s", outcome)
        else:
            readings[path] = outcome
    return readings


def find_images(paths: Iterable[Path]) -> list[Path]:
    """Replace each folder of `paths` by the image files below it, sorted."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = path.rglob("*")
            found += sorted(p for p in inside if p.suffix.lower() in images.SUFFIXES)
        else:
            found.append(path)
    return found


def read_files(
    paths: Sequence[Path],
    recognizer: Recognizer,
    *,
    alternatives: int,
    prior: Prior | LanguagePriors | None,
    limits: Limits = Limits(),
) -> Iterator[tuple[Path, Reading | DataError]]:
    """Read image files in their order; one that cannot be read, or is beyond `limits`, comes with its error."""
    for start in range(0, len(paths), FILES_AT_A_TIME):
        crops: dict[Path, NDArray[np.uint8]] = {}
        errors: dict[Path, DataError] = {}
        for path in paths[start : start + FILES_AT_A_TIME]:
            try:
                crops[path] = images.load(path, limits)
            except DataError as error:
                errors[path] = error
        readings = recognizer.read(list(crops.values()), alternatives=alternatives, prior=prior)
        outcomes: Mapping[Path, Reading | DataError] = errors | dict(
            zip(crops, readings, strict=True)
        )
        yield from ((path, outcomes[path]) for path in paths[start : start + FILES_AT_A_TIME])


def _all_fitted(words: Sequence[WordImage]) -> list[NDArray[np.uint8]]:
    """The fitted crops of several word images, see `_fitted`.

    Raises:
        DataError: a single image, a path or text instead of a list; one of the words is no image.

    """
    alone = isinstance(words, np.ndarray) and words.ndim == 2
    if alone or isinstance(words, (Image.Image, str, bytes)) or not isinstance(words, Iterable):
        msg = f"{type(words).__name__} is not a list of word images; {_EXPECTED}"
        raise DataError(msg)
    return [_fitted(word) for word in words]


def _fitted(word: WordImage) -> NDArray[np.uint8]:
    """The fitted crop of a word image; a crop that is fitted already is returned as it is.

    Raises:
        DataError: an array that is not a fitted crop, or no image at all, such as a path.

    """
    if isinstance(word, Image.Image):
        return images.fit(word)
    if not isinstance(word, np.ndarray):
        msg = f"{word!r} is not a word image; {_EXPECTED}"
        raise DataError(msg)
    if (
        word.dtype != np.uint8
        or word.ndim != 2
        or word.shape[0] != images.HEIGHT
        or not word.shape[1]
    ):
        msg = (
            f"an array of shape {word.shape} and type {word.dtype} is not a fitted crop "
            f"({images.HEIGHT} × width, uint8); pass PIL.Image.fromarray(array) instead"
        )
        raise DataError(msg)
    return word
