from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.datasets.label_checks import frames_needed
from recognizer.decoding.best_path import decode_greedily, greedy
from recognizer.decoding.decoder import (
    decode,
    likeliest_texts,
    softmax,
)
from recognizer.decoding.lexicon import Lexicon
from recognizer.decoding.ngram_lm import END, START, UNKNOWN, LanguageModel
from recognizer.decoding.prior import ProductPrior
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from recognizer.decoding.prior import Prior

AB = Charset("ab")
WIDE = 1000
"""More texts than four frames of three labels can say: nothing is pruned."""


@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_full_width_equals_brute_force_over_all_paths(
    seed: int, random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    probabilities = random_probabilities(4, 3, seed)

    ranked = likeliest_texts(probabilities, AB, width=WIDE)

    assert dict(ranked) == pytest.approx(all_texts(probabilities, AB), abs=1e-6)
    assert sum(p for _, p in ranked) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "a", "b", "ab", "aa", "bab", "abab"])
def test_the_probability_of_a_text_is_that_of_the_ctc_loss(
    text: str, random_probabilities: Callable[..., NDArray[np.float32]], ctc: Callable
) -> None:
    probabilities = random_probabilities(4, 3)

    ranked = dict(likeliest_texts(probabilities, AB, width=WIDE))

    assert ranked[text] == pytest.approx(ctc(probabilities, AB.encode(text)), abs=1e-6)


def test_readings_come_best_first_and_no_more_than_the_beam_is_wide(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    ranked = likeliest_texts(random_probabilities(6, 3), AB, width=3)

    probabilities = [p for _, p in ranked]
    assert len(ranked) == 3
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_narrow_beam_never_claims_more_than_the_sum_over_all_paths(
    random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    probabilities = random_probabilities(5, 3, seed=7)
    exact = all_texts(probabilities, AB)

    ranked = likeliest_texts(probabilities, AB, width=2)

    assert all(p <= exact[text] + 1e-6 for text, p in ranked)


def test_the_beam_finds_the_text_whose_many_paths_outweigh_the_best_path() -> None:
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4]], dtype=np.float32)
    charset = Charset("a")

    ranked = likeliest_texts(probabilities, charset)

    assert greedy(probabilities, charset) == ""
    assert ranked[0] == ("a", pytest.approx(0.64))


def test_frames_without_any_likely_symbol_still_decode(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("".join(chr(0x4E00 + i) for i in range(1999)))
    probabilities = np.full((2, 2000), 1 / 2000, dtype=np.float32)
    probabilities[:, 7] *= 1.5

    ranked = likeliest_texts(probabilities, charset)

    assert ranked[0][0] == charset.decode([7])


def test_greedy_keeps_a_double_letter_when_a_blank_lies_between(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("helo")
    h, e, l, o = 1, 2, 3, 4  # noqa: E741 - the letters of the word

    text = greedy(spoken([0, h, h, e, 0, l, l, 0, l, o, o], 5), charset)

    assert text == "hello"


def test_the_beam_keeps_a_double_letter_when_a_blank_lies_between(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("helo")
    h, e, l, o = 1, 2, 3, 4  # noqa: E741 - the letters of the word

    ranked = likeliest_texts(spoken([h, h, e, 0, l, l, 0, l, 0, o], 5), charset)

    assert ranked[0][0] == "hello"


@pytest.mark.parametrize(("gap", "text"), [(0.45, "l"), (0.65, "ll")])
def test_a_double_letter_needs_a_frame_between_its_halves_where_the_blank_is_likelier(
    gap: float, text: str
) -> None:
    # [blank, l] where the strokes of the first l, the gap, and the second l stand
    probabilities = np.array([[0.1, 0.9], [gap, 1 - gap], [0.1, 0.9]], dtype=np.float32)
    charset = Charset("l")

    assert greedy(probabilities, charset) == text
    assert decode(probabilities, charset).text == text


@pytest.mark.parametrize("gap", [0.2, 0.8])
def test_a_doubtful_double_letter_is_among_the_alternatives_both_ways(gap: float) -> None:
    probabilities = np.array(
        [[0.0, 1, 0, 0], [0, 0, 1, 0], [gap, 0, 1 - gap, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        dtype=np.float32,
    )

    ranked = dict(likeliest_texts(probabilities, Charset("elo")))

    assert ranked == {"ello": pytest.approx(gap), "elo": pytest.approx(1 - gap)}


def test_a_double_letter_with_the_fewest_frames_that_it_needs_is_read(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    labels = AB.encode("aabb")
    shortest = [1, 0, 1, 2, 0, 2]

    assert len(shortest) == frames_needed(labels)
    assert likeliest_texts(spoken(shortest, 3), AB)[0][0] == "aabb"
    assert "aabb" not in dict(likeliest_texts(spoken(shortest[:-1], 3), AB, width=WIDE))


@pytest.mark.parametrize("seed", range(8))
def test_runs_of_frames_that_leave_no_choice_change_nothing(
    seed: int, random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    random = np.random.default_rng(seed)
    probabilities = random_probabilities(8, 3, seed)
    for frame in np.flatnonzero(random.random(8) < 0.7):
        probabilities[frame] = np.eye(3)[random.integers(3)]

    ranked = dict(likeliest_texts(probabilities, AB, width=WIDE))

    expected = {text: p for text, p in all_texts(probabilities, AB).items() if p}
    assert ranked == pytest.approx(expected, abs=1e-6)


def test_equal_probabilities_do_not_widen_the_beam() -> None:
    flat = np.full((30, 20), 1 / 20, dtype=np.float32)

    ranked = likeliest_texts(flat, Charset("abcdefghijklmnopqrs"), width=10)

    assert len(ranked) == 10


def test_hundreds_of_flat_frames_are_read_as_nothing_sure() -> None:
    flat = np.full((900, 20), 1 / 20, dtype=np.float32)

    reading = decode(flat, Charset("abcdefghijklmnopqrs"))

    assert reading.confidence == pytest.approx(0, abs=1e-6)


def test_greedy_collapses_a_repeated_letter_without_a_blank_between(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    assert greedy(spoken([1, 1, 2, 2, 2], 3), AB) == "ab"


def test_blanks_alone_decode_to_the_empty_text(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    blanks = spoken([0, 0, 0], 3)

    assert greedy(blanks, AB) == ""
    assert likeliest_texts(blanks, AB)[0][0] == ""
    assert decode(blanks, AB).text == ""


def test_no_frames_decode_to_the_empty_text_for_certain() -> None:
    nothing = np.empty((0, 3), dtype=np.float32)

    assert greedy(nothing, AB) == ""
    assert likeliest_texts(nothing, AB) == [("", 1.0)]


def test_a_greedy_reading_is_as_sure_as_its_one_path(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = spoken([1, 0, 2], 3, certainty=0.8)

    reading = decode_greedily(probabilities, Charset("ab"))

    assert reading.text == "ab"
    assert reading.confidence == pytest.approx(0.8**3)
    assert reading.alternatives == (("ab", reading.confidence),)
    assert reading.confidence < dict(likeliest_texts(probabilities, Charset("ab")))["ab"]


def test_a_reading_is_the_best_text_with_its_own_probability(
    spoken: Callable[..., NDArray[np.float32]], ctc: Callable
) -> None:
    probabilities = spoken([1, 0, 2], 3, certainty=0.8)

    reading = decode(probabilities, AB, alternatives=3)

    assert reading.text == "ab"
    assert reading.confidence == pytest.approx(ctc(probabilities, [1, 2]), abs=1e-6)
    assert reading.alternatives[0] == (reading.text, reading.confidence)
    assert len(reading.alternatives) == 3


@pytest.mark.parametrize("prior", [None, Lexicon({"abc": 1e-3, "ded": 1e-3, "cab": 1e-3})])
def test_many_alternatives_are_the_best_of_all_texts_because_the_beam_is_wider_than_they_are_many(
    prior: Prior | None,
) -> None:
    values = np.random.default_rng(5).uniform(0.05, 1.0, (9, 6)) ** 3
    probabilities = (values / values.sum(axis=1, keepdims=True)).astype(np.float32)
    charset = Charset("abcde")

    found = decode(probabilities, charset, alternatives=12, prior=prior).alternatives

    everything = likeliest_texts(probabilities, charset, width=4 * WIDE, prior=prior)
    assert {text for text, _ in found} == {text for text, _ in everything[:12]}


def test_asking_for_one_alternative_does_not_narrow_the_beam(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = random_probabilities(6, 3, seed=3)

    one, four = (decode(probabilities, AB, alternatives=count) for count in (1, 4))

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


LISTED = Lexicon({"ab": 0.01, "bab": 0.001})
SPELLED = LanguageModel(
    {UNKNOWN: -3.0, "a": -0.5, "b": -1.0, END: -0.3, "ab": -0.1, START + "a": -0.2}, {"a": -0.4}
)


@pytest.mark.parametrize("prior", [LISTED, SPELLED, ProductPrior(SPELLED, LISTED)])
@pytest.mark.parametrize("seed", range(3))
def test_with_a_prior_a_reading_has_its_posterior_under_both(
    seed: int,
    prior: Prior,
    random_probabilities: Callable[..., NDArray[np.float32]],
    all_texts: Callable,
) -> None:
    probabilities = random_probabilities(4, 3, seed)

    ranked = dict(likeliest_texts(probabilities, AB, width=WIDE, prior=prior))

    scored = {t: p * prior.score(t) for t, p in all_texts(probabilities, AB).items()}
    total = sum(scored.values())
    assert ranked == pytest.approx({t: p / total for t, p in scored.items()}, abs=1e-5)


def test_a_word_list_decides_between_close_readings(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("notea")
    probabilities = spoken([1, 2, 3, 5], 6)
    probabilities[3, [4, 5]] = 0.4, 0.5

    plain = decode(probabilities, charset)
    known = decode(probabilities, charset, prior=Lexicon({"note": 1e-5}))

    assert (plain.text, known.text) == ("nota", "note")
    assert "nota" in dict(known.alternatives)
    assert plain.confidence < known.confidence <= 1


def test_a_word_list_does_not_forbid_what_is_clearly_written(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("notea")
    probabilities = spoken([1, 2, 3, 5], 6, certainty=0.999)

    assert decode(probabilities, charset, prior=Lexicon({"note": 1e-5})).text == "nota"


def test_a_language_model_decides_between_close_readings_of_any_text(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("notea")
    probabilities = spoken([1, 2, 3, 5], 6)
    probabilities[3, [4, 5]] = 0.4, 0.5
    likes = LanguageModel({UNKNOWN: -1.5, "te": -0.1}, {})

    assert decode(probabilities, charset, prior=likes).text == "note"


def test_what_no_image_shows_is_certain_to_say_nothing_whatever_the_prior() -> None:
    nothing = np.array([[1.0, 0.0, 0.0]] * 4, dtype=np.float32)
    unlikely = LanguageModel({UNKNOWN: -99.0}, {})

    assert likeliest_texts(nothing, AB, prior=unlikely) == [("", 1.0)]


def test_a_text_too_unlikely_for_the_numbers_is_still_read(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    unlikely = LanguageModel({UNKNOWN: -99.0}, {})
    probabilities = spoken([1, 2] * 8, 3, certainty=1.0)

    assert decode(probabilities, AB, prior=unlikely).text == "ab" * 8


def test_a_list_that_holds_nothing_of_a_word_changes_nothing(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = random_probabilities(5, 3)

    with_list = likeliest_texts(probabilities, AB, prior=Lexicon({"xyz": 0.1}))

    assert with_list == likeliest_texts(probabilities, AB)


def test_the_start_of_a_listed_word_outlives_likelier_starts_in_a_narrow_beam(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("graphoqe")
    probabilities = spoken([1, 2, 3, 4, 5], 9, certainty=0.98)
    probabilities[1, [2, 6, 7, 8]] = 0.1, 0.3, 0.3, 0.28
    lexicon = Lexicon({"graph": 1e-3})

    found = dict(likeliest_texts(probabilities, charset, width=3, prior=lexicon))

    assert max(found, key=found.__getitem__) == "graph"
    assert "graph" not in dict(likeliest_texts(probabilities, charset, width=3))
