from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from recognizer.training.console import Live, Step, left

ROW = {
    "progress": 0.5,
    "step": 500,
    "loss": 1.25,
    "cer": 0.125,
    "words_per_second": 320.0,
    "seconds_left": 600.0,
}


@dataclass
class Screen:
    """What somebody sees, on a terminal `width` wide or in a file, and the time there."""

    width: int | None = 80
    now: float = 0.0
    written: list[str] = field(default_factory=list)

    def live(self) -> Live:
        columns = None if self.width is None else lambda: self.width
        return Live(self.written.append, lambda: self.now, columns)

    @property
    def lines(self) -> list[str]:
        """Lines as a terminal shows them: what comes after a carriage return overwrites."""
        shown = []
        for line in "".join(self.written).split("\n"):
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
    live = screen.live()

    for number in range(1, 11):
        screen.now += 1
        live.watch(step(number))

    assert screen.lines == ["  1%  step 10  loss 2.000  CER –  320 words/s  3 min left"]


def test_the_line_is_not_renewed_more_often_than_anybody_can_read() -> None:
    screen = Screen()
    live = screen.live()

    for number in range(1, 111):
        screen.now += 0.01
        live.watch(step(number))

    assert len(screen.written) == 2


def test_elsewhere_a_line_stays_every_half_minute() -> None:
    screen = Screen(width=None)
    live = screen.live()

    for number in range(1, 71):
        screen.now += 1
        live.watch(step(number))

    assert [line[4:14].strip() for line in screen.lines if line] == ["step 30", "step 60"]
    assert "\r" not in "".join(screen.written)


def test_an_evaluation_stays_above_the_line_that_renews_itself() -> None:
    screen = Screen()
    live = screen.live()

    screen.now = 1
    live.watch(step(499))
    live.report(ROW)
    screen.now = 2
    live.watch(step(501))

    assert screen.lines == [
        " 50%  step 500  loss 1.250  CER 0.1250  320 words/s  10 min left",
        " 50%  step 501  loss 2.000  CER 0.1250  320 words/s  2 min left",
    ]


def test_what_is_said_between_two_steps_stays_and_nothing_is_left_of_the_line() -> None:
    screen = Screen()
    live = screen.live()

    screen.now = 1
    live.watch(step(1))
    live.say("no")

    assert screen.lines == ["no", ""]


def test_nothing_is_left_of_the_line_at_the_end() -> None:
    screen = Screen()
    live = screen.live()

    screen.now = 1
    live.watch(step(1))
    live.close()
    live.close()

    assert screen.lines == [""]


def test_a_shorter_line_covers_a_longer_one() -> None:
    screen = Screen()
    live = screen.live()

    screen.now = 1
    live.watch(step(1, loss=1e20))
    screen.now = 2
    live.watch(step(2, loss=-1e20))

    assert screen.lines == ["  0%  step 2  loss 0.000  CER –  320 words/s  3 min left"]


def test_the_line_is_cut_where_the_terminal_ends() -> None:
    # a line that wraps could not be taken back
    screen = Screen(width=20)
    live = screen.live()

    screen.now = 1
    live.watch(step(1))

    assert screen.lines == ["  0%  step 1  loss"]


def test_speed_and_loss_are_those_of_the_last_hundred_steps() -> None:
    screen = Screen()
    live = screen.live()

    for number in range(1, 201):
        live.watch(step(number, loss=9.0))
    for number in range(201, 301):
        screen.now += 1
        live.watch(step(number, loss=1.0, elapsed=40 + (number - 200) * 2))

    assert "loss 1.000" in screen.lines[-1]
    assert "  32 words/s" in screen.lines[-1]


def test_the_speed_of_a_single_step_is_not_known() -> None:
    # the words of a run that was resumed were read at another time
    screen = Screen()
    live = screen.live()

    screen.now = 1
    live.watch(step(500))

    assert "– words/s" in screen.lines[-1]


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
    assert left(seconds) == expected
