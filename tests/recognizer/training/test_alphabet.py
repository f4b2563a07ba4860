"""A network learns to write characters that its alphabet lacked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from recognizer.datasets.labelled_crops import load_all
from recognizer.datasets.samples import Sample
from recognizer.decoding import best_path
from recognizer.inference import pretrained
from recognizer.inference.card import Card
from recognizer.network import weights
from recognizer.network.model import CRNN, extended
from recognizer.network.torch_backend import word_logits
from recognizer.posteriors.charset import ASCII, Charset
from recognizer.runs.errors import TrainingError
from recognizer.training.augment import AugmentConfig
from recognizer.training.config import TrainConfig
from recognizer.training.initial_network import initial_network
from recognizer.training.options import TrainOptions
from recognizer.training.trainer import Trainer, read_labelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from recognizer.datasets.labelled_crops import LabelledCrop

pytestmark = pytest.mark.thorough

UMLAUTS = ["für", "grün", "Tür", "über"]
PLAIN = AugmentConfig(geometry=0, elastic=0, strokes=0, clutter=0, light=0)


@pytest.fixture
def pair(random_model: Callable[..., CRNN]) -> tuple[CRNN, CRNN]:
    """A network, and the same with three more symbols."""
    model = random_model(7)
    return model, extended(model, 10)


def test_the_logits_of_the_old_symbols_stay_what_they_were(
    pair: tuple[CRNN, CRNN], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    before, after = (word_logits(model, [crop("taco"), crop("note")]) for model in pair)

    assert [rows.shape[1] for rows in after] == [10, 10]
    for old, new in zip(before, after, strict=True):
        assert np.allclose(new[:, :7], old, atol=1e-5)


def test_a_new_symbol_is_never_the_likeliest_before_it_is_learned(
    pair: tuple[CRNN, CRNN], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    crops = [crop(text) for text in ("cat", "note", "ocean")]
    old, new = Charset("aceont"), Charset("aceontüöä")

    before = [best_path.greedy(rows, old) for rows in word_logits(pair[0], crops)]
    after = [best_path.greedy(rows, new) for rows in word_logits(pair[1], crops)]

    assert any(before)
    assert after == before
    for rows in word_logits(pair[1], crops):
        # half precision keeps three digits
        assert np.allclose(rows[:, 7:], rows[:, 1:7].mean(1, keepdims=True), atol=0.01)


def test_the_shortcut_head_grows_too(pair: tuple[CRNN, CRNN]) -> None:
    model, wider = pair

    columns = torch.randn(2, 9, model.config.channels[-1])
    before, after = model.shortcut_logits(columns), wider.shortcut_logits(columns)

    assert wider.config.labels == 10
    assert torch.allclose(after[..., :7], before, atol=1e-5)
    assert torch.allclose(after[..., 7:], before[..., 1:].mean(2, keepdim=True), atol=1e-5)


def test_an_alphabet_does_not_shrink(random_model: Callable[..., CRNN]) -> None:
    with pytest.raises(ValueError, match="cannot shrink an alphabet of 7 labels to 6"):
        extended(random_model(7), 6)


def test_more_bilstm_layers_change_no_logit_before_they_are_trained(
    random_model: Callable[..., CRNN], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    model = random_model(7)
    deeper = extended(model, 7, layers=3)

    before, after = (word_logits(each, [crop("taco"), crop("note")]) for each in (model, deeper))

    assert deeper.config.layers == 3
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(new, old)


def test_added_bilstm_layers_take_part_once_their_scale_is_trained(
    random_model: Callable[..., CRNN], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    deeper = extended(random_model(7), 7, layers=2)
    before = word_logits(deeper, [crop("taco")])[0]
    for layer in deeper.context:
        torch.nn.init.ones_(layer.scale)

    assert not np.allclose(word_logits(deeper, [crop("taco")])[0], before)


def test_a_network_does_not_lose_layers(random_model: Callable[..., CRNN]) -> None:
    deeper = extended(random_model(7), 7, layers=2)

    with pytest.raises(ValueError, match="cannot shrink a network of 2 BiLSTM layers to 1"):
        extended(deeper, 7, layers=1)


def test_a_new_character_is_learned_in_a_few_steps(
    tmp_path: Path, labelled: Callable[[Sequence[str], Charset], list[LabelledCrop]]
) -> None:
    torch.manual_seed(0)
    model, card = weights.load(pretrained.WEIGHTS)
    charset = card.charset.union(UMLAUTS)
    model = extended(model, len(charset))
    words = labelled(UMLAUTS, charset)
    config = TrainConfig(
        steps=40, batch_size=4, learning_rate=4e-3, ema=0.5, augment=PLAIN, transformer_start=0
    )
    trainer = Trainer(tmp_path, model, Card(charset, model.config), config)
    before = [read for _, read in read_labelled(model, words, charset)]

    trainer.run([words], words, stop=lambda: False, report=lambda row: None)

    after = [read for _, read in read_labelled(trainer.average, words, charset)]
    assert not any("ü" in read for read in before)
    assert after == UMLAUTS


@pytest.fixture
def start(
    tmp_path: Path, small_weights: Path, crop: Callable[[str], NDArray[np.uint8]]
) -> Callable[..., tuple[CRNN, Card]]:
    """The network with which a run on words with umlauts would begin."""

    def begin(*, init: bool, charset: str | None, layers: int | None = None) -> tuple[CRNN, Card]:
        options = TrainOptions(
            data=("words",), dev=None, mix=None, out=tmp_path, resume=False, budget=9.0,
            epochs=None, batch_size=4, lr=1e-3, early_stopping=None, train_portion=0.5,
            freeze_backbone=False, evaluate_every=9, seed=0, charset=charset,
            init=small_weights if init else None, layers=layers,
        )  # fmt: skip
        return initial_network(options, UMLAUTS)

    return begin


@pytest.mark.parametrize(
    ("init", "charset", "symbols"),
    [
        (True, None, ASCII),
        (True, "keep", ASCII),
        (True, "union", ASCII + "ü"),
        (False, None, ASCII + "ü"),
        (False, "keep", ASCII),
        (False, "union", ASCII + "ü"),
    ],
)
def test_the_alphabet_of_a_run(
    start: Callable[..., tuple[CRNN, Card]],
    *,
    init: bool,
    charset: str | None,
    symbols: str,
) -> None:
    model, card = start(init=init, charset=charset)

    assert card.charset.symbols == symbols
    assert model.head.out_features == card.config.labels == len(symbols) + 1


def test_extended_weights_can_be_saved_and_loaded(
    start: Callable[..., tuple[CRNN, Card]], tmp_path: Path
) -> None:
    model, card = start(init=True, charset="union")

    weights.save(tmp_path / "wider.safetensors", model, card)

    loaded, read = weights.load(tmp_path / "wider.safetensors")
    assert read.charset == card.charset
    assert torch.equal(loaded.head.weight.half(), model.head.weight.half())


def test_what_cannot_be_printed_never_enters_an_alphabet() -> None:
    assert Charset("a").union(["aü\x00\u200b\ue000é"]).symbols == "aéü"


def test_labels_outside_a_kept_alphabet_are_named(
    start: Callable[..., tuple[CRNN, Card]], crop: Callable[[str], NDArray[np.uint8]]
) -> None:
    _, card = start(init=True, charset="keep")
    samples = [Sample("a.png", "für", "", partial(crop, "für"))]

    loaded = load_all(samples, card.charset, lambda done: None)

    assert loaded.skipped == {"a.png": "characters outside the alphabet: 'ü'"}


@pytest.mark.parametrize(
    ("init", "layers", "built"), [(True, 2, 2), (False, 3, 3), (True, None, 1)]
)
def test_the_bilstm_layers_of_a_run(
    start: Callable[..., tuple[CRNN, Card]], *, init: bool, layers: int | None, built: int
) -> None:
    model, card = start(init=init, charset=None, layers=layers)

    assert card.config.layers == built
    assert len(model.context) == built - 1


def test_fewer_layers_than_the_initial_weights_have_are_refused(
    tmp_path: Path, random_model: Callable[..., CRNN], monkeypatch: pytest.MonkeyPatch,
    start: Callable[..., tuple[CRNN, Card]],
) -> None:  # fmt: skip
    deeper = extended(random_model(len(Charset(ASCII))), len(Charset(ASCII)), layers=2)
    path = tmp_path / "deeper.safetensors"
    weights.save(path, deeper, Card(Charset(ASCII), deeper.config))
    monkeypatch.setattr(weights, "load", lambda _, load=weights.load: load(path))

    with pytest.raises(TrainingError, match=r"--layers 1: .* has 2; give as many or more"):
        start(init=True, charset=None, layers=1)
