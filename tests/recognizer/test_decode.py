from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.charset import Charset
from recognizer.decode import beam_search, greedy, read, read_greedily, softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

AB = Charset("ab")
WIDE = 1000
"""More texts than four frames of three labels can say: nothing is pruned."""


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_full_width_equals_brute_force_over_all_paths(
    seed: int, random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    probabilities = random_probabilities(4, 3, seed)

    ranked = beam_search(probabilities, AB, width=WIDE)

    assert dict(ranked) == pytest.approx(all_texts(probabilities, AB), abs=1e-6)
    assert sum(p for _, p in ranked) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "a", "b", "ab", "aa", "bab", "abab"])
def test_the_probability_of_a_text_is_that_of_the_ctc_loss(
    text: str, random_probabilities: Callable[..., NDArray[np.float32]], ctc: Callable
) -> None:
    probabilities = random_probabilities(4, 3)

    ranked = dict(beam_search(probabilities, AB, width=WIDE))

    assert ranked[text] == pytest.approx(ctc(probabilities, AB.encode(text)), abs=1e-6)


def test_readings_come_best_first_and_no_more_than_the_beam_is_wide(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    ranked = beam_search(random_probabilities(6, 3), AB, width=3)

    probabilities = [p for _, p in ranked]
    assert len(ranked) == 3
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_narrow_beam_never_claims_more_than_the_sum_over_all_paths(
    random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    probabilities = random_probabilities(5, 3, seed=7)
    exact = all_texts(probabilities, AB)

    ranked = beam_search(probabilities, AB, width=2)

    assert all(p <= exact[text] + 1e-6 for text, p in ranked)


def test_the_beam_finds_the_text_whose_many_paths_outweigh_the_best_path() -> None:
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4]], dtype=np.float32)
    charset = Charset("a")

    ranked = beam_search(probabilities, charset)

    assert greedy(probabilities, charset) == ""
    assert ranked[0] == ("a", pytest.approx(0.64))


def test_frames_without_any_likely_symbol_still_decode(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("".join(chr(0x4E00 + i) for i in range(1999)))
    probabilities = np.full((2, 2000), 1 / 2000, dtype=np.float32)
    probabilities[:, 7] *= 1.5

    ranked = beam_search(probabilities, charset)

    assert ranked[0][0] == charset.decode([7])


def test_greedy_keeps_a_double_letter_when_a_blank_lies_between(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("helo")
    h, e, l, o = 1, 2, 3, 4  # noqa: E741 - the letters of the word

    text = greedy(spoken([0, h, h, e, 0, l, l, 0, l, o, o], 5), charset)

    assert text == "hello"


def test_greedy_collapses_a_repeated_letter_without_a_blank_between(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    assert greedy(spoken([1, 1, 2, 2, 2], 3), AB) == "ab"


def test_blanks_alone_decode_to_the_empty_text(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    blanks = spoken([0, 0, 0], 3)

    assert greedy(blanks, AB) == ""
    assert beam_search(blanks, AB)[0][0] == ""
    assert read(blanks, AB).text == ""


def test_no_frames_decode_to_the_empty_text_for_certain() -> None:
    nothing = np.empty((0, 3), dtype=np.float32)

    assert greedy(nothing, AB) == ""
    assert beam_search(nothing, AB) == [("", 1.0)]


def test_a_greedy_reading_is_as_sure_as_its_one_path(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = spoken([1, 0, 2], 3, certainty=0.8)

    reading = read_greedily(probabilities, Charset("ab"))

    assert reading.text == "ab"
    assert reading.confidence == pytest.approx(0.8**3)
    assert reading.alternatives == (("ab", reading.confidence),)
    assert reading.confidence < dict(beam_search(probabilities, Charset("ab")))["ab"]


def test_a_reading_is_the_best_text_with_its_own_probability(
    spoken: Callable[..., NDArray[np.float32]], ctc: Callable
) -> None:
    probabilities = spoken([1, 0, 2], 3, certainty=0.8)

    reading = read(probabilities, AB, alternatives=3)

    assert reading.text == "ab"
    assert reading.confidence == pytest.approx(ctc(probabilities, [1, 2]), abs=1e-6)
    assert reading.alternatives[0] == (reading.text, reading.confidence)
    assert len(reading.alternatives) == 3


def test_asking_for_one_alternative_does_not_narrow_the_beam(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = random_probabilities(6, 3, seed=3)

    one, four = (read(probabilities, AB, alternatives=count) for count in (1, 4))

    assert one.alternatives == four.alternatives[:1]


def test_softmax_gives_probabilities_even_for_huge_logits() -> None:
    probabilities = softmax(np.array([[1e4, 1e4, -1e4]], dtype=np.float32))

    assert probabilities.tolist() == [[0.5, 0.5, 0.0]]


def test_a_temperature_above_one_flattens_and_keeps_the_order() -> None:
    logits = np.array([[2.0, 1.0, 0.0]], dtype=np.float32)

    sharp, flat = softmax(logits)[0], softmax(logits, 2.0)[0]

    assert flat[0] < sharp[0]
    assert flat[2] > sharp[2]
    assert flat[0] / flat[1] == pytest.approx(np.exp(0.5), rel=1e-5)


def test_softmax_leaves_the_logits_as_they_were() -> None:
    logits = np.array([[2.0, 1.0]], dtype=np.float32)

    softmax(logits)

    assert logits.tolist() == [[2.0, 1.0]]
