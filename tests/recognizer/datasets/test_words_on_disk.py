"""Words that are read when they are drawn."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recognizer.datasets import sampler
from recognizer.datasets.labelled_crops import load_all
from recognizer.datasets.sampler import CHUNK, BatchSampler, balanced_odds
from recognizer.datasets.samples import Sample
from recognizer.datasets.skip_log import SkipLog
from recognizer.datasets.words_on_disk import StreamedCrops, hands
from recognizer.errors import DataError
from recognizer.inference.images import HEIGHT
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CHARSET = Charset("abc")


def sample(number: int, text: str = "ab", hand: str = "") -> Sample:
    width = 32 + 7 * number % 100
    return Sample(
        f"{number}.png", text, hand, lambda: np.full((HEIGHT, width), number % 256, dtype=np.uint8)
    )


def broken(number: int) -> Sample:
    def load() -> NDArray[np.uint8]:
        msg = f"{number}.png: not a readable word image"
        raise DataError(msg)

    return Sample(f"{number}.png", "ab", "", load)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def skipped(tmp_path: Path, lines: list[str]) -> SkipLog:
    return SkipLog(tmp_path / "run" / "skipped.tsv", lines.append)


def drawn(words: object, count: int, step: int = 0) -> list[list[str]]:
    stream = BatchSampler([words], (1,), size=4, seed=3)
    return [[word.name for word in batch] for batch in islice(stream.from_step(step), count)]


def test_nothing_is_read_before_it_is_asked_for(skipped: SkipLog) -> None:
    words = StreamedCrops([broken(0)] * 3, CHARSET, skipped)

    assert len(words) == 3
    assert len(skipped) == 0


def test_words_read_when_drawn_are_those_that_would_be_held_in_memory(skipped: SkipLog) -> None:
    samples = [sample(n) for n in range(50)]
    held = load_all(samples, CHARSET, lambda done: None).words

    assert drawn(StreamedCrops(samples, CHARSET, skipped), CHUNK + 3) == drawn(held, CHUNK + 3)


def test_batches_do_not_depend_on_the_number_of_readers(
    skipped: SkipLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = StreamedCrops([sample(n) for n in range(30)], CHARSET, skipped)

    found = []
    for readers in (1, 7):
        monkeypatch.setattr(sampler, "READERS", readers)
        found.append(drawn(words, 5))

    assert found[0] == found[1]


@pytest.mark.parametrize("step", [1, CHUNK - 1, CHUNK, CHUNK + 5])
def test_a_resumed_run_draws_the_words_of_an_uninterrupted_one_although_some_are_damaged(
    skipped: SkipLog, step: int
) -> None:
    words = StreamedCrops([broken(n) if n % 3 else sample(n) for n in range(60)], CHARSET, skipped)

    assert drawn(words, 3, step=step) == drawn(words, step + 3)[step:]


def test_a_word_that_cannot_be_learned_is_replaced_by_the_next_one(skipped: SkipLog) -> None:
    words = StreamedCrops([sample(0), broken(1), sample(2, "xyz"), sample(3)], CHARSET, skipped)

    assert [word.name for word in words] == ["0.png", "3.png", "3.png", "3.png"]


def test_the_last_word_is_replaced_by_the_first(skipped: SkipLog) -> None:
    words = StreamedCrops([sample(0), broken(1)], CHARSET, skipped)

    assert words[1].name == "0.png"


def test_data_without_a_usable_word_is_an_error_with_its_reason(skipped: SkipLog) -> None:
    words = StreamedCrops([broken(n) for n in range(5)], CHARSET, skipped)

    with pytest.raises(
        DataError, match=r"no usable training word among 5 in a row: 1\.png: not a readable"
    ):
        words[2]


def test_an_error_while_reading_reaches_the_caller(skipped: SkipLog) -> None:
    words = StreamedCrops([broken(n) for n in range(5)], CHARSET, skipped)

    with pytest.raises(DataError, match="no usable training word"):
        drawn(words, 1)


def test_each_skipped_word_is_counted_and_named_once(
    skipped: SkipLog, lines: list[str], tmp_path: Path
) -> None:
    words = StreamedCrops([sample(0), broken(1), sample(2, "axy")], CHARSET, skipped)

    for _ in range(3):
        list(words)

    assert len(skipped) == 2
    text = (tmp_path / "run" / "skipped.tsv").read_text(encoding="utf-8")
    assert text == (
        "1.png\t1.png: not a readable word image\n2.png\tcharacters outside the alphabet: 'xy'\n"
    )
    assert lines == [f"skipped {line}".replace("\t", ": ") for line in text.splitlines()]


@pytest.mark.parametrize("in_memory", [True, False])
def test_balanced_hands_come_as_often_as_their_words_to_the_power_of_seven_tenths(
    skipped: SkipLog, *, in_memory: bool
) -> None:
    samples = [sample(n, hand="often" if n < 1000 else "rare") for n in range(1010)]
    words = load_all(samples, CHARSET, lambda done: None).words if in_memory else StreamedCrops(
        samples, CHARSET, skipped
    )  # fmt: skip

    stream = BatchSampler([words], (1,), size=128, seed=0, odds=[balanced_odds(hands(words))])
    found = [word.hand for batch in islice(stream.from_step(0), 2 * CHUNK) for word in batch]

    # 10 ** 0.7 / (10 ** 0.7 + 1000 ** 0.7) instead of 10 / 1010
    assert found.count("rare") / len(found) == pytest.approx(0.0383, abs=0.007)
