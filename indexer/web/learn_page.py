"""The pages of lessons and of what was learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from indexer.corrections.lessons import GOOD
from indexer.corrections.own_weights import BETTER
from indexer.errors import CatalogError
from indexer.web import learning
from indexer.web.guard import may_change
from indexer.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.corrections.own_weights import RunReport
    from indexer.web.site import Site

MAX_CHANGED = 60
"""Words of a run that became right, and that became wrong, which the page shows."""

LEFT, WIDTH, ROW, TOP = 90, 480, 26, 26
"""Pixels of the chart: its left margin, its axis, a run, and the labels of the axis."""

STEPS = (0.1, 0.2, 0.5, 1.0)
"""Ends of the axis, as shares of wrong words."""


def learn(site: Site, request: Request) -> Response:
    """Runs, figures before and after, and what can be done with them."""
    try:
        report = learning.report_of(site)
    except CatalogError as error:
        return page("learn.html", report=None, problem=str(error), may_change=False)
    return page(
        "learn.html", report=report, problem="", may_change=may_change(site, request), better=BETTER,
        chart=_chart(report["runs"]), shown=MAX_CHANGED, watched=site.watching is not None,
    )  # fmt: skip


def lessons(site: Site, request: Request) -> Response:
    """Words to ask about, one at a time; script brings them."""
    try:
        with site.library.parts():
            problem = ""
    except CatalogError as error:
        problem = str(error)
    may = may_change(site, request) and not problem
    return page("lessons.html", problem=problem, may_change=may, good=GOOD)


def _chart(runs: Iterable[RunReport]) -> dict[str, Any]:
    """Share of wrong words of each run before and after, with the interval of what is after."""
    rows = []
    for run in runs:
        before, after = run["before"], run["after"]
        if before is None or after is None:
            continue
        old, new = before["folded_wrong_words"], after["folded_wrong_words"]
        low, high = (max(0.0, old + change) for change in run["interval"])
        rows.append((run["n"], old, new, low, high))
    end = next((s for s in STEPS if all(max(row[1:]) <= s for row in rows)), STEPS[-1])

    def place(share: float) -> float:
        return round(LEFT + WIDTH * min(share, end) / end, 1)

    return {
        "rows": [
            {
                "n": n,
                "y": TOP + ROW * number + ROW / 2,
                "before": place(old),
                "after": place(new),
                "low": place(low),
                "high": place(high),
            }
            for number, (n, old, new, low, high) in enumerate(rows)
        ],
        "ticks": [(place(end * part / 4), f"{100 * end * part / 4:g} %") for part in range(5)],
        "width": LEFT + WIDTH + 40,
        "height": TOP + ROW * len(rows) + 6,
        "top": TOP,
    }
