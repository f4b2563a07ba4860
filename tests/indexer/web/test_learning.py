"""Lessons and learning: the pages, and what they ask for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer import home
from indexer.corrections import own_weights
from indexer.corrections.lessons import MIN_LEARNED
from indexer.web import learning
from indexer.web.learner import Learner

from ..corrections.runs import put_run
from .test_pages import Seen


class Child:
    """A process that learns until it is told to end."""

    def __init__(self, exitcode: int | None = None) -> None:
        self.exitcode = exitcode

    def is_alive(self) -> bool:
        return self.exitcode is None

    def terminate(self) -> None:
        self.exitcode = -15

    def join(self) -> None:
        """It ends at once."""


@pytest.fixture
def children(served, monkeypatch) -> list[Child]:
    """Processes that the page starts; there are words enough, and torch."""
    started: list[Child] = []

    def start() -> Child:
        started.append(Child())
        return started[-1]

    served.photo("a.png", "helios", "luna")
    served.site.learner = Learner(start, served.site.settings.learning_log)
    counts = learning.counted([], (), ())
    monkeypatch.setattr(learning, "counted", lambda *_: counts | {"learned": MIN_LEARNED})
    monkeypatch.setattr(learning, "find_spec", lambda _: "there")
    return started


@pytest.fixture
def run(served):
    """Figures of a run that is better."""
    served.photo("a.png", "helios", "luna")
    return put_run(served.site.settings.own_weights)


def runs(served) -> dict:
    return served.client.get("/api/v1/runs").json()


def learn_page(served, client=None) -> Seen:
    return Seen((client or served.client).get("/learn").text)


# by REST -------------------------------------------------------------------------------------


def test_without_runs_it_is_said_what_is_needed(served):
    served.photo("a.png", "helios")

    said = runs(served)

    assert (said["runs"], said["used"], said["learning"], said["problem"]) == ([], 0, None, None)
    assert said["words"] == {
        "learned": 0, "learned_needed": 60, "held_out": 0, "held_out_needed": 150, "photos": 0,
        "photos_needed": 5,
    }  # fmt: skip
    assert (said["photos"], said["seconds"]) == (1, None)


def test_how_long_reading_anew_takes_is_told_by_the_last_rate(served):
    served.photo("a.png", "helios")
    served.site.settings.progress.with_suffix(".rate").write_text("4\n")

    assert runs(served)["seconds"] == 15


def test_one_process_learns_at_a_time(served, children):
    first = served.client.post("/api/v1/runs", json={})
    second = served.client.post("/api/v1/runs", json={})

    assert (first.status_code, second.status_code, len(children)) == (202, 409, 1)
    assert first.json()["learning"]["doing"] == "starting"
    children[0].exitcode = 0
    assert runs(served)["learning"] is None
    assert served.client.post("/api/v1/runs", json={}).status_code == 202


def test_how_far_another_process_is_that_learns_is_told(served, children):
    settings = served.site.settings
    with home.learning(settings):
        own_weights.note_progress(
            settings.own_weights, {"doing": "training", "done": 0.25, "seconds_left": 90.0}
        )
        assert runs(served)["learning"]["done"] == 0.25
        assert "about 2 min left" in learn_page(served).text
        assert served.client.post("/api/v1/runs", json={}).status_code == 409

    assert runs(served)["learning"] is None


def test_why_learning_failed_is_told(served, children):
    served.client.post("/api/v1/runs", json={})
    served.site.settings.learning_log.write_text("begun\nError: 59 words to learn from\n")
    children[0].exitcode = 2

    assert runs(served)["problem"] == "59 words to learn from"
    served.site.settings.learning_log.unlink()
    assert "exit code 2" in runs(served)["problem"]


def test_the_process_ends_with_the_server(served, children):
    served.client.post("/api/v1/runs", json={})

    served.site.learner.close()

    assert children[0].exitcode == -15


def test_too_few_words_are_not_learned(served, children, monkeypatch):
    counts = learning.counted()
    monkeypatch.setattr(learning, "counted", lambda *_: counts | {"learned": 59})

    answer = served.client.post("/api/v1/runs", json={})

    assert (answer.status_code, children) == (400, [])
    assert "59 words to learn from; correct or confirm 60" in answer.json()["detail"]


def test_without_torch_the_extra_is_named(served, children, monkeypatch):
    monkeypatch.setattr(learning, "find_spec", lambda _: None)

    answer = served.client.post("/api/v1/runs", json={})

    assert (answer.status_code, children) == (400, [])
    assert "pip install 'ocrsearch[train]'" in answer.json()["detail"]
    seen = learn_page(served)
    assert "pip install 'ocrsearch[train]'" in seen.text
    assert "Learn now" not in seen.text


def test_configured_weights_are_not_taught(served, run, children):
    served.site.settings = replace(served.site.settings, weights=Path("/mine.safetensors"))

    for path in ("/runs", "/runs/1/use", "/runs/back"):
        said = served.client.post(f"/api/v1{path}", json={}).json()
        assert (said["exit_code"], "remove this setting" in said["detail"]) == (3, True)


def test_weights_are_used_and_taken_back_and_reading_begins_anew(served, run):
    begun = []
    served.site.watching = SimpleNamespace(begin_anew=lambda: begun.append(1), problem="")

    assert served.client.post("/api/v1/runs/1/use", json={}).json() == {"used": 1}
    assert runs(served)["used"] == 1
    assert served.client.get("/api/v1/runs/1").json() == {"n": 1, **run, "used": True}
    assert served.client.post("/api/v1/runs/back", json={}).json() == {"used": 0}
    assert len(begun) == 2
    assert served.client.post("/api/v1/runs/back", json={}).status_code == 400


def test_weights_that_are_not_better_are_used_only_if_that_is_said(served, run):
    put_run(served.site.settings.own_weights, 2, verdict="worse")

    assert served.client.post("/api/v1/runs/2/use", json={}).status_code == 400
    assert served.client.post("/api/v1/runs/2/use", json={"anyway": True}).json() == {"used": 2}


def test_a_run_is_forgotten_unless_it_is_used(served, run):
    served.client.post("/api/v1/runs/1/use", json={})
    assert served.client.delete("/api/v1/runs/1").status_code == 400
    served.client.post("/api/v1/runs/back", json={})

    assert served.client.delete("/api/v1/runs/1").status_code == 204
    assert runs(served)["runs"] == []


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "²", "9" * 30])
def test_a_run_that_is_not_there_is_none(served, run, number):
    statuses = [
        served.client.get(f"/api/v1/runs/{number}").status_code,
        served.client.delete(f"/api/v1/runs/{number}").status_code,
        served.client.post(f"/api/v1/runs/{number}/use", json={}).status_code,
    ]

    assert statuses == [404] * 3


def test_a_skipped_word_is_not_asked_about_again(served):
    name = served.photo("a.png", "helios", "luna")
    asked = served.client.get("/api/v1/lessons").json()["lessons"]
    lesson = next(each for each in asked if each["text"] == "helios")
    assert lesson["context"] == lesson["box"] == [0, 16, 96, 32]

    said = {"id": name, "box": lesson["box"]}
    assert served.client.post("/api/v1/lessons/skip", json=said).status_code == 204

    left = served.client.get("/api/v1/lessons").json()["lessons"]
    assert [each["text"] for each in left] == ["luna"]
    nowhere = {"id": name, "box": [200, 0, 210, 9]}
    assert served.client.post("/api/v1/lessons/skip", json=nowhere).status_code == 400
    unknown = {"id": "0" * 32, "box": lesson["box"]}
    assert served.client.post("/api/v1/lessons/skip", json=unknown).status_code == 404


# pages ---------------------------------------------------------------------------------------


def test_before_any_run_the_page_says_how_many_words_there_are(served):
    served.photo("a.png", "helios")

    seen = learn_page(served)

    assert "0 words to learn from, 60 are needed" in seen.text
    assert "150 on 5 are needed for a verdict" in seen.text
    assert "Nothing was learned yet" in seen.text
    assert seen.all("svg") == []


def test_a_run_shows_its_figures_verdict_and_chart(served, run):
    put_run(served.site.settings.own_weights, 2, verdict="worse", interval=[0.0, 0.03])
    seen = learn_page(served)

    for told in (
        "Run 1: better", "120 words in 61 s; 2 images of several words were left out",
        "200 words of 6 checked photos", "15.0 → 10.0 %, change -8.0 to -2.0 (95 %)", "8.0 → 6.0 %",
        "Run 2: worse", "all 1 photos are read again",
    ):  # fmt: skip
        assert told in seen.text
    circles = [(c["class"], float(c["cx"])) for c in seen.all("circle")]
    assert [name for name, _ in circles] == ["before", "after"] * 2
    assert circles[1][1] < circles[0][1]
    used = [b for b in seen.all("button") if b.get("data-to", "").endswith("/use")]
    assert [json.loads(b["data-body"]) for b in used] == [{"anyway": True}, {"anyway": False}]


def test_a_run_without_held_out_words_has_no_place_in_the_chart(served):
    served.photo("a.png", "helios")
    put_run(served.site.settings.own_weights, before=None, after=None, held_out=0, photos=0)

    seen = learn_page(served)

    assert "Run 1" in seen.text
    assert seen.all("circle") == []


def test_words_that_became_right_are_shown_with_their_ink(served):
    name = served.photo("a.png", "helios")
    word = {"photo": name, "text": "helios", "before": "hellos", "after": "helios"}
    changed = [word | {"box": [0, 16, 96, 32]}, word | {"text": "<b>\u202e"}]
    put_run(served.site.settings.own_weights, became_right=changed)

    answer = served.client.get("/learn")

    [ink] = Seen(answer.text).all("img")
    assert served.client.get(ink["src"]).headers["content-type"] == "image/webp"
    assert "hellos → helios" in Seen(answer.text).text
    assert "<b>" not in answer.text
    assert "\u202e" not in answer.text


def test_who_may_only_look_gets_no_buttons(served, run):
    client = served.paired(read_only=True)

    seen = learn_page(served, client)

    assert "Run 1" in seen.text
    assert [b for b in seen.all("button") if "data-to" in b] == []
    assert "may look, but change nothing" in Seen(client.get("/lessons").text).text
    assert client.post("/api/v1/runs", json={}).status_code == 403


def test_without_an_index_both_pages_say_so(served):
    for file in served.site.settings.home.glob("catalog.db*"):
        file.unlink()

    for path in ("/learn", "/lessons"):
        assert "ocrsearch index FOLDER" in Seen(served.client.get(path).text).text


def test_the_page_says_what_to_do_without_script(served, run):
    assert "Without script: ocrsearch learn" in learn_page(served).text
