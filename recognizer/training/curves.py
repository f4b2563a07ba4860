"""The curves of a training: its metrics as a picture, drawn anew after every evaluation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURE = "curves.png"

Row = dict[str, float]


def draw(metrics: Path, say: Callable[[str], None]) -> None:
    """Draw the rows of `metrics` into PICTURE beside it; says why if that is not possible."""
    path = metrics.with_name(PICTURE)
    try:
        partial = path.with_name(path.name + ".part")
        figure(read(metrics)).savefig(partial, format="png", dpi=100)
        partial.replace(path)
    except Exception as error:
        # hours of training must not end for a picture, whatever is wrong with it
        say(f"{path}: not drawn ({error})")


def read(metrics: Path) -> list[Row]:
    """The rows of a run's metrics, one a step, in order.

    A run that was interrupted after an evaluation, and resumed from before it, evaluates that
    step again: the later row counts. A line that was not written to its end is left out.
    """
    rows: list[Row] = []
    for line in metrics.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        while rows and rows[-1]["step"] >= row["step"]:
            rows.pop()
        rows.append(row)
    return rows


def figure(rows: list[Row]) -> Figure:
    """Loss (with the learning rate) and error rates on the dev words over words seen."""
    # takes a second to load, and only trainings need it; a Figure of its own needs no display
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(10, 4.2), layout="constrained")
    loss, errors = drawn.subplots(1, 2)
    words = [row["words"] for row in rows]
    best = min(rows, key=lambda row: row["cer"])
    _curve(loss, words, [row["loss"] for row in rows], color="tab:blue", label="loss")
    loss.set_title("Training: mean loss since the last evaluation")
    _learning_rate(loss, rows)
    _curve(errors, words, [row["cer"] for row in rows], color="tab:red", label="CER")
    folded = [row["folded_cer"] for row in rows]
    _curve(errors, words, folded, color="tab:orange", label="folded CER")
    errors.plot(best["words"], best["cer"], "o", color="tab:red")
    errors.set_title(f"Dev words: lowest CER {best['cer']:.4f} at step {best['step']}")
    errors.legend()
    for panel in (loss, errors):
        panel.set_xlabel("words seen")
        panel.locator_params(axis="x", nbins=6)
        panel.xaxis.set_major_formatter(_short)
        panel.grid(visible=True, which="both", alpha=0.25)
    return drawn


def _curve(panel: Axes, words: list[float], values: list[float], **style: Any) -> None:  # noqa: ANN401 - as matplotlib has it
    panel.plot(words, values, marker=".", **style)
    if min(values) > 0:
        # what was nothing at the start and decides at the end is only seen on a log scale
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter("{x:g}")
        panel.yaxis.set_minor_formatter("{x:g}")


def _learning_rate(panel: Axes, rows: list[Row]) -> None:
    known = [row for row in rows if "lr" in row]
    if not known:
        return
    beside = panel.twinx()
    rates = [row["lr"] for row in known]
    beside.plot([row["words"] for row in known], rates, color="tab:gray", linestyle=":")
    beside.set_ylabel("learning rate (dotted)", color="tab:gray")
    beside.set_ylim(bottom=0)
    beside.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))


def _short(value: float, _: int | None) -> str:
    """1500 as 1.5 k, 20000000 as 20 M."""
    for size, sign in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"
