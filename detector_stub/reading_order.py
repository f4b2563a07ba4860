"""Boxes in reading order: grouped into text lines, the lines sorted column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detector_stub.boxes import Box


def lines_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """Group boxes into text lines, each from left to right, lines in reading order.

    A box continues the line whose last word stands beside it at about the same height and not
    further away than two and a half line heights: a wider gap starts another column.
    """
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.left):
        best = max(
            (line for line in lines if _continues(line[-1], box)),
            key=lambda line: _shared(line[-1], box),
            default=None,
        )
        if best is None:
            lines.append([box])
        else:
            best.append(box)
    return reading_order(lines)


def _shared(a: Box, b: Box) -> float:
    """Rows that both cover, as a share of the lower one's height."""
    both = min(a.bottom, b.bottom) - max(a.top, b.top)
    return both / max(1, min(a.height, b.height))


def _continues(last: Box, box: Box) -> bool:
    if last.bottom <= box.top or box.bottom <= last.top:
        return False  # as nearly all
    gap = box.left - last.right
    height = min(last.height, box.height)
    return _shared(last, box) > 0.5 and -0.7 * height < gap < 2.5 * max(last.height, box.height)


def reading_order(lines: Sequence[list[Box]]) -> list[list[Box]]:
    """Lines top to bottom, column by column.

    Source: topological reading order after Breuel 2003, in its simplest form: a line comes
    before the lines below it whose columns it shares; columns go from left to right.
    """
    spans = np.asarray(
        [
            (line[0].left, min(b.top for b in line), line[-1].right, max(b.bottom for b in line))
            for line in lines
        ],
        np.float64,
    ).reshape(-1, 4)
    left, top, right, bottom = spans.T
    beside = _overlap(left, right)
    above = beside & (bottom[:, None] <= bottom) & (top[:, None] < top)
    waiting = np.ones(len(lines), bool)
    order = np.lexsort((left, top))
    ordered: list[list[Box]] = []
    while waiting.any():
        # nothing that waits stands above a free line in its own columns
        free = [i for i in order if waiting[i] and not above[waiting, i].any()]
        column = [min(free, key=left.__getitem__)]
        waiting[column] = False
        for i in order:
            below = waiting[i] and top[i] >= top[column[0]] and beside[i, column[-1]]
            # what runs on below another column waits until that one has been read
            if below and not above[waiting, i].any():
                column.append(i)
                waiting[i] = False
        ordered += [lines[i] for i in column]
    return ordered


def _overlap(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which lines share columns, three tenths of the shorter one's or more [N, N]."""
    both = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    shorter = np.minimum((right - left)[:, None], right - left)
    return np.asarray(both > 0.3 * shorter)
