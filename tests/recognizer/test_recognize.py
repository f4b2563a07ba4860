from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.decoding import decoder
from recognizer.errors import WeightsError
from recognizer.inference import batches, pretrained
from recognizer.inference.session import Session
from recognizer.posteriors.charset import Charset
from recognizer.recognize import Recognizer, joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

TEXTS = ["i", "a long word", "cat", "dog", "of", "hippopotamus", "act", "it"]


@pytest.fixture
def recognizer(small_weights: Path) -> Recognizer:
    return Recognizer(small_weights, "cpu")


@pytest.fixture(scope="module")
def crops(crop: Callable[[str], NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    return [crop(text) for text in TEXTS]


def test_the_logits_of_a_word_do_not_depend_on_the_words_beside_it(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]]
) -> None:
    together = recognizer.logits(crops)
    alone = [recognizer.logits([crop])[0] for crop in crops]

    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert not np.allclose(alone[2][:5], alone[3][:5], atol=0.01)


def test_words_come_back_in_the_order_they_were_given(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]]
) -> None:
    forwards = recognizer.logits(crops)
    backwards = recognizer.logits(crops[::-1])[::-1]

    assert [len(word) for word in forwards] == [-(-crop.shape[1] // 4) for crop in crops]
    for one, other in zip(forwards, backwards, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_batches_are_bounded_whatever_the_number_of_words(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = recognizer.logits([crops[2]] * 7)
    seen = []
    run = recognizer.backend

    def watched(*, grey: NDArray[np.uint8], widths: NDArray[np.int64]) -> NDArray[np.float32]:
        seen.append(grey.size)
        return run(grey=grey, widths=widths)

    monkeypatch.setattr(recognizer, "backend", watched)
    limit = 3 * 48 * 80
    monkeypatch.setattr(batches, "BATCH_PIXELS", limit)
    logits = recognizer.logits([crops[2]] * 7)

    assert len(logits) == 7
    assert len(seen) > 1
    assert max(seen) <= limit
    np.testing.assert_allclose(np.stack(logits), np.stack(expected), atol=1e-4)


def test_a_word_wider_than_a_batch_is_read_alone(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_PIXELS", 1)

    assert len(recognizer.read(crops)) == len(crops)


def test_nothing_to_read_gives_no_readings(recognizer: Recognizer) -> None:
    assert recognizer.read([]) == []


def test_confidence_is_the_probability_at_the_temperature_of_the_weights(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]]
) -> None:
    logits = recognizer.logits(crops[:1])[0]

    [[(reading, part)]] = recognizer.read_words(crops[:1])

    assert recognizer.card.temperature == 1.5
    np.testing.assert_allclose(part.probabilities, decoder.softmax(logits, 1.5), atol=1e-6)
    assert reading == decoder.decode(part.probabilities, recognizer.card.charset)


def test_as_many_alternatives_come_as_are_asked_for(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]]
) -> None:
    readings = recognizer.read(crops, alternatives=7)

    assert {len(reading.alternatives) for reading in readings} == {7}


def test_reading_twice_gives_the_same(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]]
) -> None:
    assert recognizer.read(crops) == recognizer.read(crops)


def test_the_fingerprint_is_that_of_the_weights(
    recognizer: Recognizer, small_weights: Path
) -> None:
    assert recognizer.fingerprint == pretrained.fingerprint(small_weights)


def test_the_number_of_threads_can_be_chosen(small_weights: Path) -> None:
    run = Recognizer(small_weights, threads=2).backend

    assert isinstance(run, Session)
    assert run._session.get_session_options().intra_op_num_threads == 2


def test_unusable_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.safetensors"):
        Recognizer(tmp_path / "none.safetensors")


def test_the_words_of_one_image_are_read_as_a_text_with_spaces() -> None:
    left = decoder.Reading("to", 0.8, (("to", 0.8), ("lo", 0.1), ("", 0.1)))
    right = decoder.Reading("do", 0.5, (("do", 0.5), ("", 0.25), ("to", 0.25)))

    read = joined([left, right], 4)

    assert (read.text, read.confidence) == ("to do", pytest.approx(0.4))
    texts = dict(read.alternatives)
    assert list(texts)[:3] == ["to do", "to", "to to"]
    assert texts["to"] == pytest.approx(0.8 * 0.25 + 0.1 * 0.25)
    assert joined([left], 4) is left


def test_the_words_of_an_image_are_decoded_apart(
    recognizer: Recognizer, crops: list[NDArray[np.uint8]], monkeypatch: pytest.MonkeyPatch
) -> None:
    charset = Charset("ab␣")
    logits = np.full((7, 4), -9.0, dtype=np.float32)
    logits[np.arange(7), [1, 1, 0, 3, 0, 2, 1]] = 9.0
    monkeypatch.setattr(recognizer, "card", replace(recognizer.card, charset=charset))
    monkeypatch.setattr(recognizer, "logits", lambda words: [logits] * len(words))

    read = recognizer.read_words(crops[:2], alternatives=2)

    assert [[word.reading.text for word in image] for image in read] == [["a", "ba"]] * 2
    assert [word.part.end for word in read[0]] == [pytest.approx(3.5 / 7), 1.0]
    assert [reading.text for reading in recognizer.read(crops[:2])] == ["a ba"] * 2
