from __future__ import annotations

import pytest

from recognizer.posteriors.charset import ASCII, BLANK, Charset


def test_every_printable_ascii_character_has_a_label_and_the_space_has_none() -> None:
    charset = Charset()

    assert len(charset) == 95
    assert " " not in ASCII
    assert charset.missing("".join(chr(code) for code in range(33, 127))) == ""


def test_no_character_is_written_with_the_label_of_the_blank() -> None:
    charset = Charset("abc")

    assert charset.encode("cab") == [3, 1, 2]
    assert BLANK not in charset.encode("abc")


def test_decoding_gives_back_what_was_encoded() -> None:
    charset = Charset()

    text = charset.decode(charset.encode("Hello,World!~"))

    assert text == "Hello,World!~"


def test_a_character_outside_the_alphabet_cannot_be_encoded() -> None:
    with pytest.raises(KeyError):
        Charset("abc").encode("abd")


def test_missing_characters_come_once_and_in_order_of_appearance() -> None:
    assert Charset("abc").missing("zaxzb") == "zx"


@pytest.mark.parametrize("symbols", ["", "aba"])
def test_an_alphabet_without_distinct_characters_is_refused(symbols: str) -> None:
    with pytest.raises(ValueError, match="distinct characters"):
        Charset(symbols)


def test_a_union_keeps_the_old_labels_and_appends_the_new_characters_sorted() -> None:
    charset = Charset("ba").union(["éa", "dc"])

    assert charset.symbols == "bacdé"


def test_texts_of_several_words_bring_the_gap_between_words() -> None:
    charset = Charset("ab").union(["a  b\u00a0a\n"])

    assert charset.symbols == "ab␣"
    assert charset.encode("a  b\u00a0a") == [1, 3, 2, 3, 1]
    assert charset.decode([1, 3, 2]) == "a b"
    assert charset.missing("a c b") == "c"
    assert charset.word_gap == 3


def test_an_alphabet_without_the_gap_misses_the_space() -> None:
    assert Charset("ab").missing("a b") == " "
    assert Charset("ab").word_gap is None
