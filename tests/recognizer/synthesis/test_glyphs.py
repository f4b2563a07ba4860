from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from recognizer.errors import DataError
from recognizer.inference import images
from recognizer.recognize import Recognizer
from recognizer.synthesis.glyphs import X_HEIGHT, GlyphBank, glyph_source
from recognizer.synthesis.segmentation import segment
from recognizer.synthesis.vocabulary import Vocabulary

from ..spelled import Spelled, spell


def bank_of(*words: Spelled) -> GlyphBank:
    taken = [segment(word.crop, word.text, word.spans) for word in words]
    return GlyphBank([word for word in taken if word])


def rows_of(ink: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero((ink > 0.5).any(1))
    return int(rows[0]), int(rows[-1])


def test_a_word_is_cut_between_its_letters() -> None:
    word = spell("stone")

    taken = segment(word.crop, word.text, word.spans)

    assert taken is not None
    for edge, ((_, left), (right, _)) in zip(
        taken.edges[1:-1], pairwise(word.columns), strict=True
    ):
        assert left - 1 <= edge <= right + 1


def test_the_line_and_the_height_of_small_letters_are_measured() -> None:
    low, high, capitals = (spell(text) for text in ("noun", "hold", "TIE"))

    found = [segment(word.crop, word.text, word.spans) for word in (low, high, capitals)]

    baselines = [word.baseline for word in found if word]
    heights = [word.x_height for word in found if word]
    assert len(heights) == 3
    assert max(baselines) - min(baselines) <= 2
    assert max(heights) / min(heights) < 1.3


@pytest.mark.parametrize(
    "word",
    [spell("noun", ink=220), spell("-"), spell("m" * 26, gap=20)],
    ids=["faint", "nothing on the line", "squeezed"],
)
def test_what_cannot_be_measured_is_not_cut(word: Spelled) -> None:
    assert segment(word.crop, word.text, word.spans) is None


def test_what_hangs_in_from_the_line_above_is_no_part_of_a_letter() -> None:
    clean, cluttered = spell("noun"), spell("noun", tail=True)

    taken = [segment(word.crop, word.text, word.spans) for word in (clean, cluttered)]

    assert not np.array_equal(clean.crop, cluttered.crop)
    tops = [rows_of(word.ink / 255)[0] for word in taken if word]
    assert tops[0] == tops[1] > 10


def test_letters_write_what_they_never_said() -> None:
    bank = bank_of(spell("stone"), spell("lamp"))

    written = bank.write("planets", np.random.default_rng(0))

    assert written is not None
    ink, top, foot = written
    assert ink.shape[1] > 4 * X_HEIGHT
    first, last = rows_of(ink)
    assert top - 3 <= first < last <= foot + 3


def test_letters_that_lack_a_character_write_nothing() -> None:
    assert bank_of(spell("stone")).write("stones!", np.random.default_rng(0)) is None


def test_no_word_is_merely_repeated() -> None:
    bank = bank_of(spell("not"), spell("a"))

    assert "not" not in bank.glyphs
    assert {"no", "ot", "n", "a"} <= set(bank.glyphs)


def test_letters_of_large_and_small_words_come_in_one_size() -> None:
    for size in (20, 28, 36):
        written = bank_of(spell("noun", size=size)).write("uno", np.random.default_rng(1))
        assert written is not None
        first, last = rows_of(written[0])
        assert abs(last - first + 1 - X_HEIGHT) <= 4


def test_the_same_seed_writes_the_same() -> None:
    bank = bank_of(spell("stone"), spell("noon"))

    one, again, other = (bank.write("onset", np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert one is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(one[0], again[0])
    assert not np.array_equal(one[0], other[0])


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1)


def test_words_put_together_are_legible_and_say_their_text(recognizer: Recognizer) -> None:
    words = [spell(text).labelled for text in ("stone", "lamp", "river", "tree", "node", "value")]
    draw = glyph_source(words, recognizer, Vocabulary(["planet", "lantern", "sport"]))
    random = np.random.default_rng(3)

    drawn = [draw(random) for _ in range(30)]

    texts = {word.text for word in drawn}
    assert {word.hand for word in drawn} == {"Pillow"}
    assert texts & {"planet", "lantern", "sport"}
    assert texts & {"stone", "lamp", "river", "tree", "node", "value"}
    read = recognizer.read([images.fit(Image.fromarray(word.image)) for word in drawn])
    right = sum(r.text.lower() == w.text.lower() for r, w in zip(read, drawn, strict=True))
    assert right > 15


def test_without_words_there_are_no_letters(recognizer: Recognizer) -> None:
    with pytest.raises(DataError, match="no letters can be cut from the 0 words"):
        glyph_source([], recognizer, Vocabulary(["lamp"]))


def test_texts_that_no_hand_has_letters_for_are_an_error(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognizer.synthesis.glyphs._OWN_TEXTS", 0.0)
    vocabulary = Vocabulary(["lamp"])
    monkeypatch.setattr(vocabulary, "draw", lambda random: "%")
    draw = glyph_source([spell("stone").labelled], recognizer, vocabulary)

    with pytest.raises(DataError, match="cannot be written"):
        draw(np.random.default_rng(0))
