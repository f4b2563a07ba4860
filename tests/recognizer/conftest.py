"""Drawn words, small networks and brute-force references that several tests share."""

from __future__ import annotations

import functools
from dataclasses import replace
from itertools import groupby, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from recognizer.datasets.labelled_crops import LabelledCrop
from recognizer.decoding import languages, ngram_lm
from recognizer.inference import devices, images, pretrained
from recognizer.inference.card import Card, ModelConfig
from recognizer.network import weights
from recognizer.network.model import CRNN
from recognizer.posteriors.charset import BLANK, Charset
from recognizer.runs import curves
from recognizer.runs.folder import CURVES
from recognizer.training import setup
from recognizer.training.config import TrainConfig

from .short_runs import CHARSET, TEXTS, Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


LOAD_LANGUAGE = ngram_lm.load


def draw_word(text: str, *, ink: int = 30, ground: int = 225, size: int = 36) -> Image.Image:
    font = ImageFont.load_default(size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    page = Image.new("L", (right - left + 12, bottom - top + 12), ground)
    ImageDraw.Draw(page).text((6 - left, 6 - top), text, fill=ink, font=font)
    return page


@pytest.fixture(scope="session")
def draw() -> Callable[..., Image.Image]:
    """Draws a word in dark ink on light ground, or as told."""
    return draw_word


@pytest.fixture(scope="session")
def crop() -> Callable[[str], NDArray[np.uint8]]:
    """Draws a word and fits it for the network."""
    return lambda text: images.fit(draw_word(text))


@pytest.fixture(scope="session")
def labelled() -> Callable[[Sequence[str], Charset], list[LabelledCrop]]:
    """Draws words to learn from."""
    return lambda texts, charset: [
        LabelledCrop(images.fit(draw_word(text)), charset.encode(text), text) for text in texts
    ]


@pytest.fixture(scope="session")
def small_config() -> Callable[..., ModelConfig]:
    """Configuration of a network that computes in milliseconds."""
    return lambda labels, **changes: ModelConfig(
        labels=labels, channels=(8, 8, 16, 16, 24), depth=(1, 1, 1, 1), hidden=16, **changes
    )


def restless(config: ModelConfig, seed: int = 0) -> CRNN:
    """A network with random weights whose outputs differ clearly from frame to frame."""
    torch.manual_seed(seed)
    model = CRNN(config)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.startswith(("rnn.", "head.")):
                tensor.mul_(4)
            elif name.endswith("running_mean"):
                tensor.normal_(std=0.1)
    return model.eval()


@pytest.fixture(scope="session")
def random_model(small_config: Callable[..., ModelConfig]) -> Callable[..., CRNN]:
    """Builds a small network with lively random weights."""
    return lambda labels, seed=0, **changes: restless(small_config(labels, **changes), seed)


@pytest.fixture(scope="session")
def small_weights(
    tmp_path_factory: pytest.TempPathFactory, random_model: Callable[..., CRNN]
) -> Path:
    """A weights file of a small network over all of ASCII."""
    charset = Charset()
    model = random_model(len(charset))
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    card = Card(charset, model.config, 1.5, {"cer": 0.9}, {"data": ["drawn"]})
    weights.save(path, model, card)
    return path


@pytest.fixture(scope="session")
def all_texts() -> Callable[[NDArray[np.float32], Charset], dict[str, float]]:
    """Probability of every text that [T, labels] can say, summed over all paths."""

    def brute_force(probabilities: NDArray[np.float32], charset: Charset) -> dict[str, float]:
        totals: dict[str, float] = {}
        for path in product(range(probabilities.shape[1]), repeat=len(probabilities)):
            text = charset.decode(label for label, _ in groupby(path) if label != BLANK)
            p = float(np.prod([probabilities[t, label] for t, label in enumerate(path)]))
            totals[text] = totals.get(text, 0.0) + p
        return totals

    return brute_force


@pytest.fixture(scope="session")
def ctc() -> Callable[[NDArray[np.float32], Sequence[int]], float]:
    """Probability of the labels under [T, labels] as torch's CTC loss has it."""

    def probability(probabilities: NDArray[np.float32], labels: Sequence[int]) -> float:
        loss = torch.nn.functional.ctc_loss(
            torch.from_numpy(probabilities).double().log()[:, None],
            torch.tensor([labels], dtype=torch.long),
            torch.tensor([len(probabilities)]),
            torch.tensor([len(labels)]),
            reduction="sum",
        )
        return float(torch.exp(-loss))

    return probability


@pytest.fixture(scope="session")
def random_probabilities() -> Callable[..., NDArray[np.float32]]:
    """[T, labels] probabilities, none of them negligible."""

    def draw(frames: int, labels: int, seed: int = 0) -> NDArray[np.float32]:
        values = np.random.default_rng(seed).uniform(0.05, 1.0, (frames, labels))
        return (values / values.sum(axis=1, keepdims=True)).astype(np.float32)

    return draw


@pytest.fixture(scope="session")
def spoken() -> Callable[..., NDArray[np.float32]]:
    """[T, labels] probabilities that follow the given path with the given certainty."""

    def follow(path: Sequence[int], labels: int, certainty: float = 0.9) -> NDArray[np.float32]:
        rest = (1 - certainty) / (labels - 1)
        probabilities = np.full((len(path), labels), rest, dtype=np.float32)
        probabilities[np.arange(len(path)), list(path)] = certainty
        return probabilities

    return follow


@pytest.fixture
def small_and_on_the_cpu(small_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands take small weights for the shipped ones, and no GPU."""
    monkeypatch.setattr(pretrained, "WEIGHTS", small_weights)
    monkeypatch.setattr(setup, "best_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(devices, "_has_gpu", lambda: False)
    # drawing would take longer than all else; tests of the curves see to it
    monkeypatch.setattr(curves, "draw", lambda folder, *_: (folder / CURVES).touch())
    monkeypatch.setattr(ngram_lm, "load", load_language)


@functools.cache
def shipped(name: str, order: int | None) -> ngram_lm.LanguageModel | None:
    """A shipped language model, loaded once for all tests."""
    return LOAD_LANGUAGE(name, order)


def load_language(name: str, order: int | None = None) -> ngram_lm.LanguageModel | None:
    known = name in languages.SHIPPED.values()
    return shipped(name, order) if known else LOAD_LANGUAGE(name, order)


@pytest.fixture
def labels_of(tmp_path: Path) -> Callable[[Sequence[str]], Path]:
    """Draws words into a folder, with their labels."""

    def drawn(texts: Sequence[str]) -> Path:
        folder = tmp_path / "words"
        folder.mkdir()
        for text in texts:
            draw_word(text).save(folder / f"{text}.png")
        rows = "".join(f"{text}.png\t{text}\n" for text in texts)
        (folder / "labels.tsv").write_text(rows, encoding="utf-8")
        return folder

    return drawn


@pytest.fixture
def words(labelled: Callable[[Sequence[str], Charset], list[LabelledCrop]]) -> list[LabelledCrop]:
    return labelled(TEXTS, CHARSET)


@pytest.fixture
def start(tmp_path: Path, small_config: Callable[..., ModelConfig]) -> Callable[..., Recording]:
    """Begins a run in a folder, with a small network that `seed` decides."""

    def begin(folder: str, config: TrainConfig, seed: int = 0, **changes: object) -> Recording:
        torch.manual_seed(seed)
        model = CRNN(replace(small_config(len(CHARSET)), **changes))
        return Recording(tmp_path / folder, model, Card(CHARSET, model.config), config)

    return begin


@pytest.fixture(scope="session")
def font_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one font: the one that Pillow carries inside itself."""
    folder = tmp_path_factory.mktemp("fonts")
    font = ImageFont.load_default(20)
    if not isinstance(font, ImageFont.FreeTypeFont):
        pytest.skip("this Pillow is built without FreeType")
    (folder / "Pillow.ttf").write_bytes(font.font_bytes)
    return folder


@pytest.fixture
def fonts(font_folder: Path) -> list[Path]:
    return [font_folder / "Pillow.ttf"]


@pytest.fixture
def save_word() -> Callable[..., Path]:
    """Writes a small word image, dark strokes on light ground, and returns its path."""

    def save(path: Path, size: tuple[int, int] = (60, 24)) -> Path:
        image = Image.new("L", size, 230)
        ImageDraw.Draw(image).line((4, 4, size[0] - 4, size[1] - 4), fill=20, width=3)
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
        return path

    return save
