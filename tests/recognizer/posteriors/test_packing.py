from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.posteriors.charset import ASCII, Charset
from recognizer.posteriors.codec import PosteriorCodec
from recognizer.posteriors.packing import MAX_BYTES, MAX_LABELS, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

CODEC = PosteriorCodec()

ROUGH = 0.1
"""Each frame is off by 2 % at most; over a handful of frames that is less than a tenth."""


def score(probabilities: NDArray[np.float32], alphabet: str, text: str) -> float:
    return float(CODEC.unpack([pack(probabilities)], alphabet).score(text)[0])


@pytest.mark.parametrize("text", ["a", "b", "ab", "ba", "aa", "aba", "abab", "bbb"])
def test_a_score_is_the_probability_of_the_ctc_loss(
    text: str, random_probabilities: Callable[..., NDArray[np.float32]], ctc: Callable
) -> None:
    probabilities = random_probabilities(6, 3)

    exact = ctc(probabilities, Charset("ab").encode(text))

    assert score(probabilities, "ab", text) == pytest.approx(exact, rel=ROUGH)


@pytest.mark.parametrize("seed", range(3))
def test_scores_equal_brute_force_over_all_paths(
    seed: int, random_probabilities: Callable[..., NDArray[np.float32]], all_texts: Callable
) -> None:
    probabilities = random_probabilities(4, 3, seed)
    exact = all_texts(probabilities, Charset("ab"))
    del exact[""]  # nobody searches for nothing

    scores = {text: score(probabilities, "ab", text) for text in exact}

    assert scores == pytest.approx(exact, rel=ROUGH)


def test_words_of_different_length_in_one_batch_score_like_each_alone(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    words = [random_probabilities(frames, 3, frames) for frames in (1, 7, 3, 2)]

    together = CODEC.unpack([pack(word) for word in words], "ab").score("ab")

    assert together.tolist() == pytest.approx([score(word, "ab", "ab") for word in words])


def test_upper_and_lower_case_are_summed() -> None:
    probabilities = np.array([[0.1, 0.5, 0.4], [0.8, 0.1, 0.1]], dtype=np.float32)

    folded = score(probabilities, "aA", "a")

    # a then blank, blank then a, and a then a, each in any case
    assert folded == pytest.approx(0.9 * 0.8 + 0.1 * 0.2 + 0.9 * 0.2, rel=ROUGH)


def test_accents_are_left_out_of_the_symbols() -> None:
    probabilities = np.array([[0.05, 0.55, 0.4]], dtype=np.float32)

    assert score(probabilities, "éE", "e") == pytest.approx(0.95, rel=ROUGH)


def test_signs_count_as_blanks(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    path = spoken([1, 3, 2], 4, certainty=0.94)

    # "a-b" is found as "ab", and a sign between equal letters keeps them apart
    assert score(path, "ab-", "ab") > 0.8
    assert score(spoken([1, 3, 1], 4, certainty=0.94), "ab-", "aa") > 0.8


def test_a_text_with_characters_that_are_never_folded_to_scores_nothing(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    probabilities = spoken([1, 2], 3)

    assert score(probabilities, "ab", "AB") == 0
    assert score(probabilities, "ab", "a-b") == 0
    assert score(probabilities, "ab", "") == 0


def test_a_text_longer_than_the_word_has_frames_scores_nothing(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    assert score(spoken([1, 2], 3), "ab", "aba") == 0


def test_a_score_never_exceeds_one() -> None:
    # the second frame's levels are both rounded up, to 1.006 together
    probabilities = np.array([[0.0005, 0.9995], [0.49, 0.51]], dtype=np.float32)

    scored = score(probabilities, "a", "a")

    assert 0.99 < scored <= 1


def test_cases_that_are_rounded_up_together_count_as_certain_and_no_more() -> None:
    # 0.4258 and 0.5742 are each rounded up, to 1.016 together
    probabilities = np.array([[0, 0.4258, 0.5742, 0], [0.08, 0, 0, 0.92]], dtype=np.float32)

    assert score(probabilities, "aAb", "ab") == pytest.approx(0.92, rel=0.005)


def test_no_words_have_no_scores() -> None:
    assert CODEC.unpack([], ASCII).score("a").tolist() == []


def test_a_word_packed_to_nothing_scores_nothing(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    scores = CODEC.unpack([b"", pack(spoken([1], 3)), b""], "ab").score("a")

    assert scores[0] == scores[2] == 0
    assert scores[1] == pytest.approx(0.9, rel=ROUGH)


def test_the_best_text_survives_packing(spoken: Callable[..., NDArray[np.float32]]) -> None:
    charset = Charset()
    path = blanks_between(charset.encode("Whiteboard"))

    packed = pack(spoken(path, len(charset), certainty=0.97))

    words = CODEC.unpack([packed], charset.symbols)
    assert words.score("whiteboard")[0] > 0.4
    assert words.score("whitebord")[0] < 0.01
    assert words.score("blackboard")[0] < 0.01


@pytest.mark.parametrize(("text", "other"), [("ll", "l"), ("l", "ll")])
def test_runs_of_sure_frames_are_shortened_without_changing_the_text(
    text: str, other: str, spoken: Callable[..., NDArray[np.float32]]
) -> None:
    charset = Charset("l")
    run = {"ll": [0] * 9 + [1] * 9 + [0] * 9 + [1] * 9, "l": [0] * 9 + [1] * 18 + [0] * 9}[text]

    packed = pack(spoken(run, 2, certainty=0.999))

    assert len(packed) <= 10
    words = CODEC.unpack([packed], charset.symbols)
    assert words.score(text)[0] > 0.9
    assert words.score(other)[0] < 0.05


def test_a_long_word_keeps_its_text_within_the_limit(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset("abcdefghij")
    labels = [1 + i % 10 for i in range(45)]

    packed = pack(spoken(blanks_between(labels), len(charset), certainty=0.9))

    assert len(packed) <= MAX_BYTES
    assert CODEC.unpack([packed], charset.symbols).score(charset.decode(labels))[0] > 1e-6


def test_the_longest_word_of_unsure_frames_stays_within_the_limit(
    random_probabilities: Callable[..., NDArray[np.float32]],
) -> None:
    packed = pack(random_probabilities(120, 95))

    assert 0 < len(packed) <= MAX_BYTES
    assert CODEC.unpack([packed], ASCII).frames.tolist() == [MAX_BYTES // 2]


def test_the_last_label_of_the_largest_alphabet_survives(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    alphabet = "".join(chr(0x4E00 + i) for i in range(MAX_LABELS - 2)) + "z"

    packed = pack(spoken([MAX_LABELS - 1, 0], MAX_LABELS, certainty=0.97))

    assert CODEC.unpack([packed], alphabet).score("z")[0] > 0.9


def test_a_larger_alphabet_is_refused_with_its_size() -> None:
    with pytest.raises(ValueError, match="129"):
        pack(np.full((2, 129), 1 / 129, dtype=np.float32))


def test_a_misread_letter_leaves_a_word_a_chance_of_about_one_in_a_thousand(
    spoken: Callable[..., NDArray[np.float32]],
) -> None:
    charset = Charset()
    words = spoken(blanks_between(charset.encode("cat")), len(charset), certainty=0.99)

    assert 5e-4 < score(words, ASCII, "cut") < 2e-3
    assert score(words, ASCII, "dog") < 1e-6


def blanks_between(labels: Sequence[int]) -> list[int]:
    return [part for label in labels for part in (label, 0)]


def test_joined_words_say_one_after_the_other():
    frames = np.full((2, 3, len(ASCII) + 1), 1e-6, np.float32)
    for word, letters in enumerate(("no-", "on?")):
        for frame, letter in enumerate(letters):
            frames[word, frame, 1 + ASCII.index(letter)] = 0.9

    whole = CODEC.join([pack(word) for word in frames])

    said = CODEC.unpack([whole], ASCII)
    assert said.frames.tolist() == [6]
    assert said.score("noon")[0] > 0.4
    assert said.score("non")[0] < 0.01
