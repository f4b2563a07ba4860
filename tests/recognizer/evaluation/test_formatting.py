from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from recognizer.evaluation.evaluated_word import EvaluatedWord
from recognizer.evaluation.formatting import markdown, text
from recognizer.evaluation.report import EvaluationSettings, Report, measure


def report(*rows: tuple[str, ...], settings: EvaluationSettings | None = None) -> Report:
    """Of words told as truth, reading and perhaps a hand."""
    words = [EvaluatedWord(truth, read, 0.35, (read,), *hand) for truth, read, *hand in rows]
    return measure(words, settings or EvaluationSettings("beam", 10, 380.4))


def lines_of(table: str, of: str) -> list[list[str]]:
    """Cells of the lines of the table that begins with the heading `table`."""
    part = next(part for part in of.split("\n\n") if part.startswith(table))
    return [re.split(r"\s{2,}", line) for line in part.splitlines()]


def test_a_report_says_how_the_words_were_read() -> None:
    beam = text(report(("cat", "cat")))
    greedy = text(report(("cat", "cat"), settings=EvaluationSettings("greedy", 1, 900.0)))

    assert beam.startswith("1 word, beam search, 10 readings a word, 380 words/s\n")
    assert greedy.startswith("1 word, greedy decoding, 900 words/s\n")


def test_scores_stand_beside_each_other_as_written_and_folded() -> None:
    lines = lines_of("scores", text(report(("Road", "road"), ("cat", "cot"))))

    assert ["CER", "0.2857", "0.1429"] in lines
    assert ["WER", "1.0000", "0.5000"] in lines
    assert ["edits a word", "–", "0.5000"] in lines
    assert ["edits / length, mean", "–", "0.1667"] in lines
    assert ["truth among the best 10", "0.0000", "0.5000"] in lines
    assert ["calibration error", "0.3500", "–"] in lines


def test_columns_stand_below_each_other() -> None:
    told = text(report(("cat", "cot", "anna"), ("a" * 12, "b", "bo")))

    for part in told.split("\n\n")[1:]:
        lines = [line for line in part.splitlines() if not line.startswith("(")]
        assert len({len(line) for line in lines if line.endswith(tuple("0123456789"))}) == 1


def test_hands_come_worst_first() -> None:
    lines = lines_of("by hand", text(report(("cat", "cat", "anna"), ("dog", "dig", "bo"))))

    assert [line[0] for line in lines[1:]] == ["bo", "anna"]
    assert lines[1][1:3] == ["1", "0.3333"]


def test_of_many_hands_the_worst_are_listed_and_their_number_told() -> None:
    rows = [("cat", "cat", f"hand{number:02}") for number in range(40)]

    told = text(report(*rows, ("cat", "dog", "bad")))

    lines = lines_of("by hand", told)
    assert lines[1][0] == "bad"
    assert len(lines) == 1 + 12 + 1
    assert "(the worst 12 of 41 hands)" in told


def test_data_without_hands_has_no_table_of_hands() -> None:
    assert "by hand" not in text(report(("cat", "cat")))


def test_a_hand_without_a_name_is_listed_beside_those_with_one() -> None:
    lines = lines_of("by hand", text(report(("cat", "cat", "anna"), ("dog", "dig"))))

    assert lines[1][0] == "(not named)"


def test_words_of_signs_are_explained_only_where_there_are_any() -> None:
    assert "words of signs only" in text(report(("--", "--")))
    assert "words of signs only" not in text(report(("cat", "cat")))


def test_confusions_say_what_was_missed_and_what_was_added() -> None:
    told = text(report(("barn", "bam"), ("cat", "ct"), ("sun", "sun."), ("sun", "sun.")))

    assert "rn → m" in told
    assert "a missed" in told
    assert re.search(r"\. added +2\b", told)


def test_twenty_confusions_fit_on_five_lines() -> None:
    rows = [(a, b) for a in "abcdef" for b in "vwxyz"]

    lines = lines_of("truth → read", text(report(*rows)))

    assert len(lines) == 1 + 5
    assert [line[0] for line in lines[1:]] == ["a → v", "a → w", "a → x", "a → y", "a → z"]
    assert all(len(line) == 8 for line in lines)


def test_perfect_readings_have_no_table_of_confusions() -> None:
    assert "truth → read" not in text(report(("cat", "cat")))


def test_a_class_without_characters_in_the_truth_has_no_rate() -> None:
    lines = lines_of("by character", text(report(("cat", "cat."))))

    assert ["signs", "0", "0", "0", "1", "–"] in lines


def test_confidence_is_told_by_interval() -> None:
    lines = lines_of("by confidence", text(report(("cat", "cat"), ("dog", "dig"))))

    assert lines[1:] == [["0.3 to 0.4", "2", "0.3500", "0.5000"]]


def test_markdown_holds_the_same_cells_as_the_text() -> None:
    rows = report(("Road", "road", "anna"), ("cat", "cot", "bo"))

    told = [line for line in markdown(rows).splitlines() if line.startswith("|")]

    cells = [cell for line in told if "---" not in line for cell in line.strip("| ").split(" | ")]
    shown = text(rows)
    assert {"CER", "0.2857", "anna", "a → o"} <= set(cells)
    assert all(cell in shown for cell in cells)


def test_every_line_of_a_markdown_table_has_as_many_cells_as_its_head() -> None:
    rows = report(("a|b", "a*b", "x|y"), ("`", "_"), ("cat", "dog"), ("s", "t"), ("[a]", "<a>"))

    for part in markdown(rows).split("\n\n"):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in part.splitlines()}
        assert len(counts) == 1


def test_signs_of_words_are_no_markdown() -> None:
    told = markdown(report(("|", "*"), ("`", "_")))

    assert r"\| → \*" in told
    assert r"\` → \_" in told


@pytest.mark.parametrize("sign", ["\x07", "\x1b[31m", "\u202e", "\u2028", "\udce9", "\x9b"])
@pytest.mark.parametrize("form", [text, markdown])
def test_nothing_that_a_terminal_would_obey_is_printed(
    sign: str, form: Callable[[Report], str]
) -> None:
    told = form(report((f"t{sign}ble", f"ta{sign}", f"ha{sign}nd"), ("able", f"{sign}{sign}")))

    assert sign not in told
    assert told.replace("\n", "").isprintable()
