from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from recognizer.errors import WeightsError
from recognizer.inference import pretrained
from recognizer.inference.card import Card
from recognizer.network import weights
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from recognizer.network.model import CRNN

pytestmark = pytest.mark.thorough

CHARSET = Charset("abc")


@pytest.fixture
def model(random_model: Callable[..., CRNN]) -> CRNN:
    return random_model(len(CHARSET))


@pytest.fixture
def saved(tmp_path: Path, model: CRNN) -> Path:
    path = tmp_path / "abc.safetensors"
    card = Card(CHARSET, model.config, 1.25, {"cer": 0.5}, {"seed": 3, "data": ["x"]})
    weights.save(path, model, card)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the weights say about themselves."""
    head = pretrained.description(path)
    change(head)
    save_file(load_file(path), path, metadata={"ocrsearch": json.dumps(head)})


def test_loaded_weights_give_the_logits_of_the_saved_ones_within_half_precision(
    saved: Path, model: CRNN
) -> None:
    ink = torch.randn(2, 1, 48, 64)

    loaded, _ = weights.load(saved)

    with torch.inference_mode():
        expected = model(ink)
        assert torch.allclose(loaded(ink), expected, atol=0.02)
    assert expected.std() > 0.2


def test_loaded_weights_are_ready_to_read(saved: Path) -> None:
    loaded, _ = weights.load(saved)

    assert not loaded.training
    assert all(p.dtype == torch.float32 for p in loaded.parameters())


def test_the_card_comes_back_as_it_was_but_without_the_shortcut(saved: Path, model: CRNN) -> None:
    _, card = weights.load(saved)

    assert card.charset == CHARSET
    assert asdict(card.config) == asdict(model.config) | {"shortcut": False}
    assert card.temperature == 1.25
    assert card.metrics == {"cer": 0.5}
    assert card.provenance == {"seed": 3, "data": ["x"]}


def test_the_shortcut_head_stays_out_of_the_file(saved: Path) -> None:
    assert not [name for name in load_file(saved) if name.startswith("shortcut")]


def test_saving_leaves_the_network_in_full_precision(saved: Path, model: CRNN) -> None:
    assert all(p.dtype == torch.float32 for p in model.parameters())


def test_saving_leaves_no_partial_file(saved: Path) -> None:
    assert {path.name for path in saved.parent.iterdir()} == {"abc.safetensors", "abc.onnx"}


def test_saving_that_fails_leaves_the_old_weights(
    saved: Path, model: CRNN, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full_disk(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights, "save_file", full_disk)
    with pytest.raises(OSError, match="No space"):
        weights.save(saved, model, Card(CHARSET, model.config))

    assert saved.read_bytes() == before


@pytest.mark.parametrize("kept", [0, 5, 100, -200])
def test_a_truncated_file_is_named(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])

    with pytest.raises(WeightsError, match=r"abc\.safetensors"):
        weights.load(saved)


def test_another_format_version_is_named_with_the_one_that_is_read(saved: Path) -> None:
    rewrite(saved, lambda head: head.update(format=99))

    with pytest.raises(WeightsError, match=r"abc\.safetensors: weights of format 99.* reads 1"):
        weights.load(saved)


def test_an_alphabet_of_another_size_than_the_network_is_refused(saved: Path) -> None:
    rewrite(saved, lambda head: head.update(charset="abcd"))

    with pytest.raises(WeightsError, match=r"abc\.safetensors: 5 labels in the alphabet, 4 in"):
        weights.load(saved)


def test_tensors_of_another_network_are_refused(saved: Path) -> None:
    rewrite(saved, lambda head: head["config"].update(hidden=8))

    with pytest.raises(WeightsError, match=r"abc\.safetensors: the tensors do not fit"):
        weights.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda head: head.pop("temperature"), id="no temperature"),
        pytest.param(lambda head: head.pop("charset"), id="no alphabet"),
        pytest.param(lambda head: head.update(charset="aab"), id="alphabet with repeats"),
        pytest.param(lambda head: head.update(config=[]), id="no configuration"),
        pytest.param(lambda head: head["config"].update(wings=2), id="unknown setting"),
    ],
)
def test_an_incomplete_description_is_refused(
    saved: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    rewrite(saved, change)

    with pytest.raises(WeightsError, match=r"abc\.safetensors: incomplete metadata"):
        weights.load(saved)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a not weights at all",
        b"\x02" + b"\0" * 7 + b"{}",
        b"\x02" + b"\0" * 7 + b"[]",
        b"\xff" * 64,
    ],
)
def test_a_file_that_is_not_safetensors_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(content)

    with pytest.raises(WeightsError, match=r"odd\.safetensors"):
        weights.load(path)


@pytest.mark.parametrize("head", [{}, {"ocrsearch": "{"}, {"ocrsearch": "[]"}])
def test_weights_of_another_program_are_refused(tmp_path: Path, head: dict[str, str]) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"x": torch.zeros(1)}, path, metadata=head)

    with pytest.raises(WeightsError, match=r"foreign\.safetensors: .*not weights of ocrsearch"):
        weights.load(path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "gone.safetensors"

    with pytest.raises(WeightsError, match=r"gone\.safetensors"):
        weights.load(path)
    with pytest.raises(WeightsError, match=r"gone\.safetensors"):
        pretrained.fingerprint(path)


def test_the_fingerprint_follows_the_content_and_not_the_name(saved: Path, tmp_path: Path) -> None:
    before = pretrained.fingerprint(saved)

    moved = saved.rename(tmp_path / "moved.safetensors")
    same = pretrained.fingerprint(moved)
    rewrite(moved, lambda head: head.update(temperature=2.0))

    assert len(before) == 16
    assert same == before
    assert pretrained.fingerprint(moved) != before
