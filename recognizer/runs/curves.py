"""Curves of a run: its metrics as a picture, drawn after every evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recognizer.files.printable import plainly
from recognizer.runs import metrics
from recognizer.runs.folder import CURVES, METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from recognizer.runs.metrics import Row


@dataclass(frozen=True)
class Panel:
    """The curves of the dev data, drawn beside those of the training loss.

    Attributes:
        lines: label of each drawn column of the metrics.
        over: column of the horizontal axis.
        over_label: label of that axis.
        score: of a row; the higher, the better.
        title: of the panel, given the row with the highest score.
        falling: whether the curves fall towards zero: they are drawn on a log scale then.

    """

    lines: Mapping[str, str]
    over: str
    over_label: str
    score: Callable[[Row], float]
    title: Callable[[Row], str]
    falling: bool


def draw(folder: Path, panel: Panel, say: Callable[[str], None]) -> None:
    """Draw the metrics of the run in `folder` into CURVES there; reports why if that fails."""
    path = folder / CURVES
    try:
        partial = path.with_name(path.name + ".part")
        figure(metrics.read(folder / METRICS), panel).savefig(partial, format="png", dpi=100)
        partial.replace(path)
    except Exception as error:
        # hours of training must not end for a picture, whatever is wrong with it
        say(f"{path}: not drawn ({plainly(error) or 'the metrics are incomplete'})")


def figure(rows: list[Row], panel: Panel) -> Figure:
    """Loss with the learning rate, and the curves of `panel` with the best evaluation marked."""
    # takes a second to load, and only trainings need it; a Figure of its own needs no display
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(10, 4.2), layout="constrained")
    loss, dev = drawn.subplots(1, 2)
    over = [row[panel.over] for row in rows]
    best = max(rows, key=panel.score)
    losses = [row["loss"] for row in rows]
    loss.plot(over, losses, marker=".", color="tab:blue", label="loss")
    _log_scale(loss, losses)
    loss.set_title("Training: mean loss since the last evaluation")
    _learning_rate(loss, rows, panel.over)
    for number, (name, label) in enumerate(panel.lines.items()):
        values = [row[name] for row in rows]
        dev.plot(over, values, marker=".", color=f"C{number}", label=label)
        dev.plot(best[panel.over], best[name], "o", color=f"C{number}")
    if panel.falling:
        _log_scale(dev, [row[name] for row in rows for name in panel.lines])
    dev.set_title(panel.title(best))
    dev.legend()
    for axes in (loss, dev):
        axes.set_xlabel(panel.over_label)
        axes.locator_params(axis="x", nbins=6)
        axes.xaxis.set_major_formatter(_short)
        axes.grid(visible=True, which="both", alpha=0.25)
    return drawn


def _log_scale(axes: Axes, values: list[float]) -> None:
    """Choose a log scale, unless one of the `values` has no place on it."""
    if min(values) > 0:
        # small differences at the end, which decide, are visible on a log scale only
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")


def _learning_rate(axes: Axes, rows: list[Row], over: str) -> None:
    known = [row for row in rows if "lr" in row]
    if not known:
        return
    beside = axes.twinx()
    rates = [row["lr"] for row in known]
    beside.plot([row[over] for row in known], rates, color="tab:gray", linestyle=":")
    beside.set_ylabel("learning rate (dotted)", color="tab:gray")
    beside.set_ylim(bottom=0)
    beside.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))


def _short(value: float, _: int | None) -> str:
    """1500 as 1.5 k, 20000000 as 20 M."""
    for size, sign in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"
