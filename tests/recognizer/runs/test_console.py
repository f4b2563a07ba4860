from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recognizer.runs.console import Console, result, time_left
from recognizer.runs.state import Step

ROW = {
    "progress": 0.5,
    "step": 500,
    "loss": 1.25,
    "cer": 0.125,
    "words": 32000,
    "words_per_second": 320.0,
    "seconds": 100.0,
    "seconds_left": 600.0,
    "lost_steps": 0,
}


class Output(io.StringIO):
    """Stderr, which is a terminal or is not."""

    terminal = True

    def isatty(self) -> bool:
        return self.terminal


@dataclass
class Screen:
    """What somebody sees on a terminal so wide, or in a file, and the time there."""

    width: int | None = 80
    now: float = 0.0
    output: Output = field(default_factory=Output)

    def console(self) -> Console:
        self.output.terminal = self.width is not None
        return Console(
            "words",
            lambda row: f"CER {row['cer']:.4f}",
            self.output,
            lambda: self.now,
            lambda: self.width or 80,
        )

    @property
    def written(self) -> str:
        return self.output.getvalue()

    @property
    def lines(self) -> list[str]:
        """Lines as a terminal shows them: what comes after a carriage return overwrites."""
        shown = []
        for line in self.written.split("\n"):
            cells: list[str] = []
            for part in line.split("\r"):
                cells[: len(part)] = part
            shown.append("".join(cells).rstrip())
        return shown


def step(number: int, *, loss: float = 2.0, elapsed: float | None = None) -> Step:
    """Step `number` of 1000, with 64 words and a fifth of a second each."""
    return Step(
        number, number / 1000, number * 64, number / 5 if elapsed is None else elapsed, loss
    )


def test_a_terminal_shows_one_line_that_renews_itself() -> None:
    screen = Screen()
    console = screen.console()

    for number in range(1, 11):
        screen.now += 1
        console.watch(step(number))

    assert screen.lines == ["  1%  step 10  loss 2.000  320 words/s  3 min left"]


def test_the_line_is_not_renewed_more_often_than_anybody_can_read() -> None:
    screen = Screen()
    console = screen.console()

    for number in range(1, 111):
        screen.now += 0.01
        console.watch(step(number))

    assert screen.written.count("loss") == 2


def test_elsewhere_a_line_stays_every_half_minute() -> None:
    screen = Screen(width=None)
    console = screen.console()

    for number in range(1, 71):
        screen.now += 1
        console.watch(step(number))

    assert [line[4:14].strip() for line in screen.lines if line] == ["step 30", "step 60"]
    assert "\r" not in screen.written


def test_an_evaluation_stays_above_the_line_that_renews_itself() -> None:
    screen = Screen()
    console = screen.console()

    screen.now = 1
    console.watch(step(499))
    console.report(ROW)
    screen.now = 2
    console.watch(step(501))

    assert screen.lines == [
        " 50%  step 500  loss 1.250  320 words/s  10 min left  CER 0.1250",
        " 50%  step 501  loss 2.000  320 words/s  2 min left  CER 0.1250",
    ]


def test_an_evaluation_tells_how_many_steps_were_lost() -> None:
    screen = Screen(width=None)

    screen.console().report(ROW | {"lost_steps": 3})

    assert screen.lines[0].endswith("CER 0.1250  3 steps skipped: loss not finite")


def test_what_is_said_between_two_steps_stays_above_the_line() -> None:
    screen = Screen()
    console = screen.console()

    screen.now = 1
    console.watch(step(1))
    console.say("no")

    assert screen.lines == ["no", "  0%  step 1  loss 2.000  – words/s  3 min left"]


def test_nothing_is_left_of_the_line_at_the_end() -> None:
    screen = Screen()
    console = screen.console()

    screen.now = 1
    console.watch(step(1))
    console.close()
    console.close()

    assert screen.lines == [""]


def test_a_shorter_line_covers_a_longer_one() -> None:
    screen = Screen()
    console = screen.console()

    screen.now = 1
    console.watch(step(1, loss=1e20))
    screen.now = 2
    console.watch(step(2, loss=-1e20))

    assert screen.lines == ["  0%  step 2  loss 0.000  320 words/s  3 min left"]


def test_the_line_is_cut_where_the_terminal_ends() -> None:
    # a line that wraps could not be taken back
    screen = Screen(width=20)
    console = screen.console()

    screen.now = 1
    console.watch(step(1))

    assert screen.lines == ["  0%  step 1  loss"]


def test_no_line_needs_a_control_sequence() -> None:
    # not every terminal knows them
    screen = Screen()
    console = screen.console()

    for number in (1, 2):
        screen.now += 1
        console.watch(step(number))
        console.say("no")
    console.close()

    assert "\x1b" not in screen.written


def test_speed_and_loss_are_those_of_the_last_hundred_steps() -> None:
    screen = Screen()
    console = screen.console()

    for number in range(1, 201):
        console.watch(step(number, loss=9.0))
    for number in range(201, 301):
        screen.now += 1
        console.watch(step(number, loss=1.0, elapsed=40 + (number - 200) * 2))

    assert "loss 1.000" in screen.lines[-1]
    assert "  32 words/s" in screen.lines[-1]


def test_steps_that_are_not_finite_are_left_out_of_the_loss() -> None:
    screen = Screen()
    console = screen.console()

    console.watch(step(1, loss=float("nan")))
    screen.now = 1
    console.watch(step(2, loss=3.0))

    assert "loss 3.000" in screen.lines[-1]


def test_the_speed_of_a_single_step_is_not_known() -> None:
    # the words of a run that was resumed were read at another time
    screen = Screen()
    console = screen.console()

    screen.now = 1
    console.watch(step(500))

    assert "– words/s" in screen.lines[-1]


def test_an_evaluation_shows_the_rate_that_its_row_of_the_metrics_has() -> None:
    screen = Screen(width=None)

    screen.console().report(ROW | {"words": 8, "seconds": 0.1, "words_per_second": 70.2})

    assert "  70 words/s  " in screen.lines[0]


@pytest.mark.parametrize("best", [math.inf, -math.inf])
def test_a_run_without_an_evaluation_says_how_to_go_on(best: float) -> None:
    line = result(Path("mine"), "CER", best)

    assert line == (
        "mine: nothing measured yet, because no step was taken; go on with --resume mine"
    )


def test_a_run_ends_with_its_best_score() -> None:
    assert result(Path("mine"), "CER", 0.05) == "mine: best CER 0.0500"


def test_few_items_a_second_are_told_with_a_decimal() -> None:
    screen = Screen(width=None)

    screen.console().report(ROW | {"words_per_second": 2.5})

    assert "2.5 words/s" in screen.lines[0]


@pytest.mark.parametrize("width", [80, None])
def test_what_takes_long_before_the_first_step_is_counted(width: int | None) -> None:
    screen = Screen(width)
    console = screen.console()

    with console.counting(64000, "words loaded") as count:
        count(1)
        screen.now += 31
        count(1200)
        between = screen.lines[0]

    assert between == "words loaded: 1200 of 64000"
    assert screen.lines[0] == ("" if width else between)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, ""),
        (45, "45 s left"),
        (90, "2 min left"),
        (3000, "50 min left"),
        (5400, "1 h 30 min left"),
        (7199, "2 h 00 min left"),
    ],
)
def test_the_time_left_is_told_in_the_unit_that_people_use(seconds: float, expected: str) -> None:
    assert time_left(seconds) == expected
