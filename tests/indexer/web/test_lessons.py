"""Lessons and learning in a real browser: twenty words by keys, the former one again, weights in use."""

from __future__ import annotations

import pytest

from indexer.corrections import own_weights
from indexer.corrections.correction import CorrectionKind

from ..conftest import draw_photo
from ..corrections.runs import put_run
from .conftest import Program, paired

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 800}
WORDS = "abcde"
"""First letters of the words of a photo."""


@pytest.fixture
def asking(world, settings, tmp_path):
    """A page over five photos with five words each, all to be asked about; yields the program."""
    for number in range(5):
        draw_photo(
            world.photos / f"{number}.png",
            *(f"{letter}ord{number}" for letter in WORDS),
            salt=number,
        )
    world.sync()
    running = Program(settings.home, tmp_path / "serve.log")
    yield running
    running.end()


def lesson(page, program):
    """Open the lessons, and wait for the first word."""
    page.goto(f"{program.root}/lessons")
    page.wait_for_selector("#form:not([hidden])")
    return page.input_value("#said")


def saved(page) -> None:
    """Wait until all answers are kept."""
    page.wait_for_selector("#form[aria-busy=false]", state="attached")


def test_twenty_lessons_are_answered_by_keys_alone(browser, asking, world):
    page, complaints = paired(browser, asking, viewport=DESK)
    asked = []

    lesson(page, asking)
    for keys in ["1"] * 12 + ["Enter", "Delete", "Delete", "Alt+u", "ArrowRight", "ArrowRight"]:
        asked.append(page.input_value("#said"))
        page.keyboard.press(keys)
    for typed in ("queue", "u1st"):
        asked.append(page.input_value("#said"))
        page.keyboard.type(typed)
        page.keyboard.press("Enter")

    page.locator("#count", has_text="of about 200").wait_for()
    saved(page)
    assert len(set(asked)) == 20
    kinds = [c.kind for c in world.library.catalog.corrections()]
    assert kinds.count(CorrectionKind.CONFIRMED) == 13
    assert kinds.count(CorrectionKind.UNREADABLE) == 1
    assert {"queue", "u1st"} <= {c.text for c in world.library.catalog.corrections()}
    assert world.find("queue") != []
    page.reload()
    page.wait_for_selector("#form:not([hidden])")
    left = set()
    for _ in range(5):
        left.add(page.input_value("#said"))
        page.keyboard.press("ArrowRight")
    page.locator("#answer", has_text="no more words").wait_for()
    assert left.isdisjoint(asked)
    assert len(left) == 5
    assert complaints == []


def test_the_former_word_is_asked_about_again_without_what_was_said(browser, asking, world):
    page, _ = paired(browser, asking, viewport=DESK)
    first = lesson(page, asking)
    page.keyboard.press("Delete")
    page.wait_for_function("first => document.getElementById('said').value !== first", arg=first)

    page.keyboard.press("ArrowLeft")

    page.wait_for_function("first => document.getElementById('said').value === first", arg=first)
    saved(page)
    [said] = world.library.catalog.corrections()
    assert said.undone_at is not None
    page.keyboard.press("F2")
    page.keyboard.press("End")
    page.keyboard.type("s")
    page.keyboard.press("Enter")
    saved(page)
    assert world.library.catalog.corrections()[-1].text == f"{first}s"


def test_an_empty_answer_says_what_to_do_and_a_refused_one_comes_back(browser, asking, world):
    page, _ = paired(browser, asking, viewport=DESK)
    first = lesson(page, asking)
    page.fill("#said", "")
    page.click("text=Save")
    assert "no word" in page.locator("#answer").inner_text()

    page.fill("#said", "two\u0085lines")
    page.keyboard.press("Enter")

    page.locator("#answer", has_text="Not saved: the text of a word holds a control").wait_for()
    assert page.input_value("#said") == first
    assert world.library.catalog.corrections() == []


def test_weights_are_used_taken_back_and_forgotten_by_keys(browser, asking, settings):
    put_run(settings.own_weights)
    put_run(settings.own_weights, 2, verdict="worse")
    page, complaints = paired(browser, asking, viewport=DESK)
    page.goto(f"{asking.root}/learn")

    page.locator("#run-1 ~ p button", has_text="Use").press("Enter")
    page.locator("#run-1", has_text="in use").wait_for()
    assert own_weights.used(settings.own_weights) == 1
    page.locator("button", has_text="Go back").press("Enter")
    page.locator("#state", has_text="the shipped weights").wait_for()
    page.locator("[aria-label='Forget run 2']").press("Enter")
    page.wait_for_selector("#run-2", state="detached")
    assert [run["n"] for run in own_weights.runs(settings.own_weights)] == [1]
    assert complaints == []


def test_without_script_the_runs_can_be_seen(browser, asking, settings):
    put_run(settings.own_weights)
    page, _ = paired(browser, asking, viewport=DESK)
    cookies = page.context.storage_state()
    page = browser.new_context(storage_state=cookies, java_script_enabled=False).new_page()

    page.goto(f"{asking.root}/learn")
    assert page.locator("#run-1").is_visible()
    assert page.locator("circle").count() == 2
    assert page.locator("noscript").inner_text().startswith("Without script: ocrsearch learn")
    assert page.locator("main button:visible").count() == 0
    page.goto(f"{asking.root}/lessons")
    assert "ocrsearch corrections lessons" in page.locator("noscript").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_lessons_and_learning_have_no_fault_that_axe_finds(
    browser, asking, world, settings, scheme, width
):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    content = world.library.catalog.photo_at(world.photos / "0.png").hash
    word = {"photo": content, "box": [0, 16, 80, 32], "text": "aord0", "before": "a", "after": "b"}
    put_run(settings.own_weights, became_right=[word], became_wrong=[word])
    page, _ = paired(browser, asking, viewport={"width": width, "height": 844}, color_scheme=scheme)
    faults = []

    def look(state: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        found = axe.Axe().run(page).response["violations"]
        faults.extend((state, fault["id"], fault["nodes"][0]["html"]) for fault in found)

    lesson(page, asking)
    look("lesson")
    page.keyboard.press("Delete")
    page.keyboard.press("ArrowLeft")
    look("former")
    page.goto(f"{asking.root}/learn")
    page.locator("summary").first.click()
    look("learning")

    assert faults == []


def test_on_a_phone_a_lesson_is_answered_by_touch(browser, asking, world):
    page, complaints = paired(
        browser, asking, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    first = lesson(page, asking)
    small = page.evaluate(
        "[...document.querySelectorAll('button, .button, select, nav a')].filter(part =>"
        " part.offsetParent && part.getBoundingClientRect().height < 44).map(part => part.outerHTML)"
    )
    assert small == []

    page.locator("#choices button").first.tap()

    page.wait_for_function("first => document.getElementById('said').value !== first", arg=first)
    saved(page)
    assert [c.text for c in world.library.catalog.corrections()] == [first]
    assert complaints == []
