from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from recognizer.runs import curves
from recognizer.runs.curves import Panel
from recognizer.runs.folder import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


PANEL = Panel(
    lines={"cer": "CER", "folded_cer": "folded CER"},
    over="words",
    over_label="words seen",
    score=lambda row: -row["cer"],
    title=lambda best: f"lowest CER {best['cer']:.4f} at step {best['step']}",
    falling=True,
)


def row(step: int, cer: float = 0.5, **changes: float) -> dict[str, float]:
    return {
        "step": step,
        "words": step * 64,
        "lr": 1e-3,
        "loss": 2.0,
        "cer": cer,
        "folded_cer": cer / 2,
    } | changes


def write(path: Path, rows: Sequence[dict[str, float]], end: str = "") -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows) + end, encoding="utf-8")
    return path


def plotted(rows: list[dict[str, float]], panel: int) -> dict[str, list[tuple[float, float]]]:
    """Points of the labelled lines in a panel."""
    axes = curves.figure(rows, PANEL).axes[panel]
    return {
        str(line.get_label()): [(float(x), float(y)) for x, y in line.get_xydata()]
        for line in axes.get_lines()
        if not str(line.get_label()).startswith("_")
    }


@pytest.mark.thorough
def test_losses_and_error_rates_are_drawn_over_the_words_seen() -> None:
    rows = [row(10, 0.9, loss=3.0), row(20, 0.4, loss=1.0)]

    assert plotted(rows, 0)["loss"] == [(640, 3.0), (1280, 1.0)]
    assert plotted(rows, 1)["CER"] == [(640, 0.9), (1280, 0.4)]
    assert plotted(rows, 1)["folded CER"] == [(640, 0.45), (1280, 0.2)]


def test_the_title_says_which_evaluation_was_the_best() -> None:
    drawn = curves.figure([row(10, 0.9), row(20, 0.31), row(30, 0.4)], PANEL)

    assert "0.3100 at step 20" in drawn.axes[1].get_title()


def test_curves_fall_on_a_logarithmic_scale_unless_they_reach_zero() -> None:
    falling = curves.figure([row(10, 0.9), row(20, 0.1)], PANEL).axes[1]
    perfect = curves.figure([row(10, 0.9), row(20, 0.1, folded_cer=0.0)], PANEL).axes[1]
    rising = curves.figure([row(10, 0.1), row(20, 0.9)], replace(PANEL, falling=False)).axes[1]

    scales = [panel.get_yscale() for panel in (falling, perfect, rising)]
    assert scales == ["log", "linear", "linear"]


def test_the_best_evaluation_is_marked_on_every_curve() -> None:
    drawn = curves.figure([row(10, 0.9), row(20, 0.31), row(30, 0.4)], PANEL)

    marks = [line for line in drawn.axes[1].get_lines() if line.get_marker() == "o"]
    points = [tuple(float(value) for value in mark.get_xydata()[0]) for mark in marks]
    assert points == [(1280, 0.31), (1280, 0.155)]


def test_the_learning_rate_is_drawn_where_it_is_known() -> None:
    old = {name: value for name, value in row(10).items() if name != "lr"}

    assert len(curves.figure([old], PANEL).axes) == 2
    lines = curves.figure([old, row(20, lr=5e-4)], PANEL).axes[2].get_lines()
    assert [float(y) for y in lines[0].get_ydata()] == [5e-4]


def test_evaluations_that_a_resumed_run_took_back_are_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    monkeypatch.setattr(curves, "figure", lambda rows, _: drawn.extend(rows))
    write(tmp_path / METRICS, [row(10), row(20), row(30), row(20), row(25)])

    curves.draw(tmp_path, PANEL, lambda _: None)

    assert [each["step"] for each in drawn] == [10, 20, 25]


@pytest.mark.thorough
def test_the_picture_stands_beside_the_metrics_and_is_renewed(tmp_path: Path) -> None:
    said: list[str] = []
    path = write(tmp_path / METRICS, [row(10)])

    curves.draw(tmp_path, PANEL, said.append)
    first = (tmp_path / "curves.png").read_bytes()
    write(path, [row(10), row(20, 0.25)])
    curves.draw(tmp_path, PANEL, said.append)

    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.format == "PNG"
    assert (tmp_path / "curves.png").read_bytes() != first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["curves.png", "metrics.jsonl"]
    assert said == []


@pytest.mark.parametrize("content", ["", '{"step": 1}\n', "[]\n", None])
def test_metrics_that_cannot_be_drawn_are_one_line_and_no_end(
    tmp_path: Path, content: str | None
) -> None:
    said: list[str] = []
    if content is not None:
        (tmp_path / METRICS).write_text(content, encoding="utf-8")

    curves.draw(tmp_path, PANEL, said.append)

    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / 'curves.png'}: not drawn (")


@pytest.mark.thorough
def test_a_full_disk_is_one_line_and_leaves_the_last_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib.figure import Figure

    said: list[str] = []
    write(tmp_path / METRICS, [row(10)])
    curves.draw(tmp_path, PANEL, said.append)
    before = (tmp_path / "curves.png").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    curves.draw(tmp_path, PANEL, said.append)

    assert len(said) == 1
    assert "No space left" in said[0]
    assert (tmp_path / "curves.png").read_bytes() == before


def test_drawing_leaves_no_figure_behind() -> None:
    import sys

    curves.figure([row(10)], PANEL)

    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize(
    ("words", "shown"), [(0, "0"), (500, "500"), (1500, "1.5 k"), (20_000_000, "20 M")]
)
def test_many_words_are_told_shortly(words: float, shown: str) -> None:
    assert curves._short(words, None) == shown
