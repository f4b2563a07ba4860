from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from recognizer.errors import DataError
from recognizer.inference import images, pretrained
from recognizer.network import weights
from recognizer.network.model import CRNN
from recognizer.recognize import Recognizer
from recognizer.synthesis.glyphs import X_HEIGHT, GlyphBank, glyph_source
from recognizer.synthesis.segmentation import segment
from recognizer.synthesis.vocabulary import Vocabulary

from ..spelled import Spelled, spell

pytestmark = pytest.mark.thorough


def bank_of(*words: Spelled) -> GlyphBank:
    taken = [segment(word.crop, word.text, word.spans) for word in words]
    return GlyphBank([word for word in taken if word])


def rows_of(ink: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero((ink > 0.5).any(1))
    return int(rows[0]), int(rows[-1])


def test_a_bank_writes_words_that_its_hand_never_wrote() -> None:
    bank = bank_of(spell("stone"), spell("lamp"))

    written = bank.write("planets", np.random.default_rng(0))

    assert written is not None
    ink, top, foot = written
    assert ink.shape[1] > 4 * X_HEIGHT
    first, last = rows_of(ink)
    assert top - 3 <= first < last <= foot + 3


def test_a_bank_that_lacks_a_character_of_a_text_does_not_write_it() -> None:
    assert bank_of(spell("stone")).write("stones!", np.random.default_rng(0)) is None


def test_no_word_is_merely_repeated() -> None:
    bank = bank_of(spell("not"), spell("a"))

    assert "not" not in bank.glyphs
    assert {"no", "ot", "n", "a"} <= set(bank.glyphs)


def test_glyphs_of_large_and_small_words_are_brought_to_one_size() -> None:
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


@pytest.fixture(scope="module")
def model() -> CRNN:
    return weights.load(pretrained.WEIGHTS)[0]


def test_composed_words_are_legible_and_say_their_text(model: CRNN, recognizer: Recognizer) -> None:
    words = [spell(text).labelled for text in ("stone", "lamp", "river", "tree", "node", "value")]
    draw = glyph_source(words, model, recognizer, Vocabulary(["planet", "lantern", "sport"]))
    random = np.random.default_rng(3)

    drawn = [draw(random) for _ in range(30)]

    texts = {word.text for word in drawn}
    assert {word.hand for word in drawn} == {"Pillow"}
    assert texts & {"planet", "lantern", "sport"}
    assert texts & {"stone", "lamp", "river", "tree", "node", "value"}
    read = recognizer.read([images.fit(Image.fromarray(word.image)) for word in drawn])
    right = sum(r.text.lower() == w.text.lower() for r, w in zip(read, drawn, strict=True))
    assert right > 15


def test_without_words_there_are_no_letters(model: CRNN, recognizer: Recognizer) -> None:
    with pytest.raises(DataError, match="no letters can be cut from the 0 words"):
        glyph_source([], model, recognizer, Vocabulary(["lamp"]))


def test_texts_that_no_bank_can_write_are_an_error(
    model: CRNN, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recognizer.synthesis.glyphs._OWN_TEXTS", 0.0)
    vocabulary = Vocabulary(["lamp"])
    monkeypatch.setattr(vocabulary, "draw", lambda random: "%")
    draw = glyph_source([spell("stone").labelled], model, recognizer, vocabulary)

    with pytest.raises(DataError, match="cannot be written"):
        draw(np.random.default_rng(0))
