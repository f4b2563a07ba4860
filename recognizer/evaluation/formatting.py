"""Report formatting: aligned text for a terminal, or Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recognizer.evaluation.character_errors import Confusion
    from recognizer.evaluation.metrics import Scores
    from recognizer.evaluation.report import Report

MAX_HANDS = 12
"""Hands that are listed; of more, those with the highest error rates."""

CONFUSION_COLUMNS = 4
"""Confusions in a row."""

NO_VALUE = "–"
"""Cell of a value that does not exist."""


@dataclass(frozen=True)
class Table:
    """Rows of cells below a head, whose first cell is the title of the table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def text(report: Report) -> str:
    """The report as aligned text of some 50 lines."""
    return "\n\n".join([_summary(report), *map(_text_of, _tables(report))])


def markdown(report: Report) -> str:
    """The report as Markdown tables."""
    return "\n\n".join([_escaped(_summary(report)), *map(_markdown_of, _tables(report))])


def _summary(report: Report) -> str:
    settings = report.settings
    beam = f"beam search, {settings.alternatives} readings a word"
    return (
        f"{counted(report.scores.words, 'word')}, {beam if settings.decoding == 'beam' else 'greedy decoding'}, "
        f"{settings.words_per_second:.0f} words/s"
    )


def _tables(report: Report) -> Iterable[Table]:
    """The tables; of labels and readings, what a terminal would obey is escaped."""
    for table in _raw_tables(report):
        rows = tuple(tuple(map(printable, row)) for row in table.rows)
        yield replace(table, rows=rows)


def _raw_tables(report: Report) -> Iterable[Table]:
    yield _overall(report)
    if report.hands:
        yield _by_hand(report.hands)
    yield Table(
        ("by length", *_SCORES),
        tuple((name, *_scores(part)) for name, part in report.lengths.items()),
        "letters and digits of the truth; 0: words of signs only" if "0" in report.lengths else "",
    )
    yield _by_class(report)
    if report.confusions:
        yield _confusions(report.confusions)
    yield _calibration(report)


def _overall(report: Report) -> Table:
    scores = report.scores
    rows = [
        ("CER", _rate(scores.cer), _rate(scores.folded_cer)),
        ("WER", _rate(scores.wer), _rate(scores.folded_wer)),
        ("edits a word", NO_VALUE, _rate(scores.mean_edit_distance)),
        ("edits / length, mean", NO_VALUE, _rate(scores.normalized_edit_distance)),
    ]
    for rank, share in report.recall.items():
        name = "truth is the best reading" if rank == 1 else f"truth among the best {rank}"
        rows.append((name, _rate(share.exact), _rate(share.folded)))
    rows.append(("calibration error", _rate(report.calibration_error), NO_VALUE))
    return Table(
        ("scores", "as written", "folded"),
        tuple(rows),
        "folded: as search sees it, lower case, letters and digits only",
    )


_SCORES = ("words", "CER", "WER", "folded CER", "folded WER")


def _scores(part: Scores) -> tuple[str, ...]:
    rates = (part.cer, part.wer, part.folded_cer, part.folded_wer)
    return (str(part.words), *map(_rate, rates))


def _by_hand(hands: dict[str, Scores]) -> Table:
    listed = sorted(hands.items(), key=lambda item: item[1].cer, reverse=True)[:MAX_HANDS]
    note = f"the worst {MAX_HANDS} of {len(hands)} hands" if len(hands) > MAX_HANDS else ""
    rows = tuple((name or "(not named)", *_scores(part)) for name, part in listed)
    return Table(("by hand", *_SCORES), rows, note)


def _by_class(report: Report) -> Table:
    rows = tuple(
        (name, *map(str, (part.characters, part.replaced, part.missed, part.added)),
         NO_VALUE if part.rate is None else _rate(part.rate))
        for name, part in report.classes.items()
    )  # fmt: skip
    return Table(
        ("by character", "in truth", "replaced", "missed", "added", "errors / characters"),
        rows,
        "added characters count for their own class, the others for theirs in the truth",
    )


def _confusions(found: Sequence[Confusion]) -> Table:
    cells = [(_confusion(each), str(each.count)) for each in found]
    down = -(-len(cells) // CONFUSION_COLUMNS)
    columns = [cells[start : start + down] for start in range(0, len(cells), down)]
    rows = tuple(
        tuple(part for cell in row for part in cell)
        for row in zip_longest(*columns, fillvalue=("", ""))
    )
    return Table(("truth → read", "times") * len(columns), rows)


def _confusion(confusion: Confusion) -> str:
    if not confusion.read:
        return f"{confusion.truth} missed"
    if not confusion.truth:
        return f"{confusion.read} added"
    return f"{confusion.truth} → {confusion.read}"


def _calibration(report: Report) -> Table:
    rows = tuple(
        (f"{each.low:.1f} to {each.high:.1f}", str(each.words), _rate(each.confidence),
         _rate(each.right))
        for each in report.calibration
    )  # fmt: skip
    return Table(("by confidence", "words", "confidence", "read right"), rows)


def _rate(value: float) -> str:
    return f"{value:.4f}"


def _text_of(table: Table) -> str:
    lines = (table.head, *table.rows)
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = _numeric(table)
    shown = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*shown, f"({table.note})"] if table.note else shown)


def _markdown_of(table: Table) -> str:
    rule = tuple("---:" if right else "---" for right in _numeric(table))
    lines = [
        _line(map(_escaped, table.head)),
        _line(rule),
        *(_line(map(_escaped, row)) for row in table.rows),
    ]
    return "\n".join([*lines, "", _escaped(table.note)] if table.note else lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _numeric(table: Table) -> list[bool]:
    """Whether each column holds only numbers; the first one never does."""
    return [
        place > 0 and all(re.fullmatch(rf"[\d.]*|{NO_VALUE}", cell) for cell in column)
        for place, column in enumerate(zip(*table.rows, strict=True))
    ]


def _escaped(text: str) -> str:
    """`text` with the signs escaped that Markdown would interpret."""
    return re.sub(r"([\\`*_<>|\[\]#~&])", r"\\\1", text)
