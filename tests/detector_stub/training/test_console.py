from __future__ import annotations

from detector_stub.training.console import Live

ROW = {"step": 10, "progress": 0.25, "loss": 2.0, "crops": 60, "seconds": 30.0, "seconds_left": 90}
SCORES = {"recall_50": 0.8, "precision_50": 0.7, "f1_50": 0.7467, "word_hit": 0.75}


class Screen:
    def __init__(self, columns=None):
        self.shown, self.now = "", 0.0
        self.live = Live(self.write, lambda: self.now, columns and (lambda: columns))

    def write(self, text):
        self.shown += text

    def step(self, seconds, **changes):
        self.now += seconds
        self.live.watch(ROW | changes)


def test_without_a_terminal_a_line_comes_every_half_minute():
    screen = Screen()

    for _ in range(70):
        screen.step(1)

    assert screen.shown.count("\n") == 2
    assert screen.shown.startswith(" 25%  step 10  loss 2.000  2.0 crops/s  90 s left\n")


def test_on_a_terminal_the_line_renews_itself_within_the_width():
    screen = Screen(columns=30)

    screen.step(1)
    screen.step(0.1)
    screen.step(1, step=11)

    assert "\n" not in screen.shown
    assert screen.shown.count("\r") == 2
    assert max(map(len, screen.shown.split("\r"))) == 29


def test_what_stays_takes_the_place_of_the_line():
    screen = Screen(columns=80)
    screen.step(1)

    screen.live.say("a page is missing")

    assert screen.shown.endswith("\ra page is missing\n")


def test_the_loss_shown_is_that_of_the_last_steps():
    screen = Screen()
    for _ in range(300):
        screen.step(0, loss=8.0)
    for _ in range(300):
        screen.step(0, loss=1.0)

    screen.step(30, loss=1.0)

    assert "loss 1.0" in screen.shown


def test_an_evaluation_tells_the_scores():
    screen = Screen()

    screen.live.report(ROW | SCORES | {"seconds_left": 7200})

    assert screen.shown == (
        " 25%  step 10  loss 2.000  2.0 crops/s  120 min left  "
        "F1 0.7467 (recall 0.8000, precision 0.7000)  word hit 0.7500\n"
    )
