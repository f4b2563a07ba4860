from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corrections.correction import Correction, CorrectionKind
from indexer.corrections.effective import effective
from indexer.entities import Box, Word

SIZE = (1000, 500)


def box(left: int, top: int = 100, width: int = 80, height: int = 30) -> Box:
    return Box(left, top, left + width, top + height)


def word(text: str, left: int, top: int = 100, *, line: int = 0, confidence: float = 0.8) -> Word:
    return Word(box(left, top), line, text, confidence, ((text, confidence), ("other", 0.1)), b"p")


def correction(text: str, where: Box, number: int = 1, **more: object) -> Correction:
    made = Correction(f"{number:032x}", "hash", SIZE, where, text, created_at=number, number=number)
    return replace(made, **more)


READ = (word("quene", 100), word("depht", 200), word("first", 100, 200, line=1))


def texts(*corrections: Correction, read: tuple[Word, ...] = READ) -> list[str]:
    return [word.text for word in effective(read, SIZE, corrections).words]


def test_without_corrections_the_words_are_those_that_were_read():
    assert effective(READ, SIZE, []).words == READ


def test_a_corrected_word_says_its_text_alone_and_names_its_correction():
    queue = correction("queue", box(104))

    found = effective(READ, SIZE, [queue]).words[0]

    assert (found.text, found.confidence, found.alternatives) == ("queue", 1.0, (("queue", 1.0),))
    assert (found.box, found.posteriorgram) == (READ[0].box, b"")
    assert (found.by, found.correction) == ("person", queue.uid)


def test_a_word_that_is_none_leaves():
    assert texts(correction("", box(200))) == ["quene", "first"]


def test_the_later_correction_of_the_same_ink_counts():
    assert texts(correction("queue", box(100), 1), correction("quest", box(102), 2))[0] == "quest"


def test_what_was_undone_does_not_count_and_what_it_replaced_counts_again():
    later = correction("quest", box(102), 2, undone_at=5.0)

    assert texts(correction("queue", box(100), 1), later)[0] == "queue"


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [("person", "import:old"), ("import:old", "teacher:tess@5"), ("person", "teacher:tess@5")],
)
def test_a_person_prevails_over_an_import_and_that_over_a_teacher(stronger, weaker):
    first = correction("right", box(100), 1, by=stronger)

    assert texts(first, correction("wrong", box(100), 2, by=weaker))[0] == "right"


def test_each_word_is_corrected_once_by_the_largest_overlap():
    half = correction("half", box(175, width=70), 1)
    most = correction("most", box(215, width=70), 2)  # both overlap the second word

    assert texts(half, most) == ["quene", "half", "most", "first"]


def test_a_correction_takes_the_pieces_that_another_detector_made_of_its_word():
    pieces = (word("no", 100), word("de", 190), word("first", 100, 200, line=1))

    found = effective(pieces, SIZE, [correction("nodes", Box(98, 98, 380, 132))])

    assert [w.text for w in found.words] == ["nodes", "first"]
    assert found.words[0].box == Box(98, 98, 380, 132)


def test_a_drawn_box_swallows_what_was_read_inside_it_and_keeps_its_own_place():
    drawn = correction("stack overflow", Box(90, 90, 300, 140), kind=CorrectionKind.DRAWN)

    found = effective(READ, SIZE, [drawn]).words

    assert [(w.text, w.box) for w in found] == [
        ("stack overflow", drawn.box),
        ("first", READ[2].box),
    ]


def test_drawn_boxes_beside_each_other_replace_the_word_that_they_split():
    whole = (Word(Box(100, 100, 400, 130), 0, "abcd", 0.9),)
    parts = [
        correction(text, Box(100 + 75 * n, 100, 172 + 75 * n, 130), n, kind=CorrectionKind.DRAWN)
        for n, text in enumerate("abcd")
    ]

    assert texts(*parts, read=whole) == ["a", "b", "c", "d"]


def test_a_correction_inside_a_later_drawn_box_is_swallowed_by_that():
    drawn = correction("one two", Box(90, 90, 300, 140), 2, kind=CorrectionKind.DRAWN)

    assert texts(correction("one", box(100), 1), drawn) == ["one two", "first"]


def test_a_new_word_stands_on_the_line_whose_height_it_shares():
    between = (word("depth", 100), word("search", 400), word("next", 100, 200, line=1))
    drawn = correction("first", box(250, 104), kind=CorrectionKind.DRAWN)

    found = effective(between, SIZE, [drawn]).words

    assert [(w.text, w.line) for w in found] == [
        ("depth", 0), ("first", 0), ("search", 0), ("next", 1),
    ]  # fmt: skip


def test_a_new_word_apart_from_all_lines_is_one_of_its_own():
    drawn = correction("between", box(100, 150), kind=CorrectionKind.DRAWN)

    found = effective(READ, SIZE, [drawn]).words

    assert [(w.text, w.line) for w in found] == [
        ("quene", 0), ("depht", 0), ("between", 1), ("first", 2),
    ]  # fmt: skip


def test_a_word_drawn_on_an_empty_photo_is_its_only_word():
    assert texts(correction("alone", box(5), kind=CorrectionKind.DRAWN), read=()) == ["alone"]


def test_a_correction_whose_place_surely_shows_another_word_is_doubtful():
    wide = (Word(Box(60, 90, 600, 140), 0, "elsewhere", 0.95),)
    queue = correction("queue", box(104))

    found = effective(wide, SIZE, [queue])

    assert [w.text for w in found.words] == ["elsewhere"]
    assert found.doubtful == (queue,)


def test_a_word_that_nobody_can_tell_keeps_its_reading():
    found = effective(READ, SIZE, [correction("", box(100), kind=CorrectionKind.UNREADABLE)]).words[
        0
    ]

    assert (found.text, found.confidence, found.posteriorgram) == ("quene", 0.8, b"p")
    assert found.by == "person"


def test_boxes_are_scaled_to_the_size_that_the_photo_was_read_at():
    half = correction("queue", Box(50, 50, 90, 65), size=(500, 250))

    assert texts(half)[0] == "queue"


boxes = st.builds(
    box, st.integers(0, 800), st.integers(0, 400), st.integers(5, 200), st.integers(5, 100)
)
words = st.lists(
    st.builds(
        lambda where, text, line: Word(where, line, text, 0.95, ((text, 0.95),)),
        boxes, st.sampled_from(["tree", "node", "edge"]), st.integers(0, 3),
    ),
    max_size=8,
)  # fmt: skip
drafts = st.lists(
    st.tuples(
        boxes,
        st.sampled_from(["", "root", "leaf"]),
        st.sampled_from([CorrectionKind.TYPED, CorrectionKind.DRAWN, CorrectionKind.UNREADABLE]),
        st.sampled_from(["person", "import:x", "teacher:t@1"]),
        st.booleans(),
    ),
    max_size=8,
)


def made(drafted) -> list[Correction]:
    return [
        correction(text, where, n, kind=kind, by=by, undone_at=9.0 if undone else None)
        for n, (where, text, kind, by, undone) in enumerate(drafted)
    ]


@pytest.mark.thorough
@given(words, drafts)
def test_what_all_was_undone_leaves_the_words_as_they_were_read(read, drafted):
    undone = [replace(c, undone_at=1.0) for c in made(drafted)]

    assert effective(read, SIZE, undone).words == tuple(read)


@pytest.mark.thorough
@given(words, drafts)
def test_the_order_in_which_corrections_are_given_does_not_matter(read, drafted):
    corrections = made(drafted)

    assert effective(read, SIZE, corrections) == effective(read, SIZE, corrections[::-1])


@pytest.mark.thorough
@given(words, drafts)
def test_each_correction_is_shown_swallowed_doubtful_or_says_no_word(read, drafted):
    corrections = [c for c in made(drafted) if c.undone_at is None]
    found = effective(read, SIZE, corrections)
    accounted = {w.correction for w in found.words} | {c.uid for c in found.doubtful}

    for lost in (c for c in corrections if c.text and c.uid not in accounted):
        others = [c for c in corrections if c.precedence > lost.precedence]
        alone = effective(read, SIZE, [c for c in corrections if c not in others])
        assert others or lost.kind is CorrectionKind.UNREADABLE, alone


@pytest.mark.thorough
@given(words, drafts)
def test_no_word_is_shown_twice_and_lines_count_from_zero(read, drafted):
    found = effective(read, SIZE, made(drafted))
    shown = [w.correction for w in found.words if w.correction]
    lines = [w.line for w in found.words]

    assert len(shown) == len(set(shown))
    if shown:
        assert lines == sorted(lines)
        assert sorted(set(lines)) == list(range(len(set(lines))))
