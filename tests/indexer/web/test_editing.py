"""Correcting words in a real browser: by mouse, by keys alone, by touch; drawn, joined, split, undone."""

from __future__ import annotations

import pytest

from indexer.corrections.correction import CorrectionKind

from ..conftest import draw_photo
from .conftest import Program, paired

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def board(world, settings, tmp_path):
    """A page over a photo on which `queue` was misread; yields the program."""
    world.engine.recognizer.alternatives["quene"] = (("quene", 0.6), ("queue", 0.3))
    draw_photo(world.photos / "board.png", "quene", "prio", "rity", "selene")
    world.sync()
    running = Program(settings.home, tmp_path / "serve.log")
    yield running
    running.end()


def photo(world):
    return world.library.catalog.photo_at(world.photos / "board.png")


def texts(world) -> list[str]:
    return [word.text for word in photo(world).words]


def opened(page, program, world):
    page.goto(f"{program.root}/photo/{photo(world).hash}")
    page.wait_for_selector(".word[role=button]")
    return page


def shows(page, *words: str) -> None:
    """Wait until the text beside the photo is these words, one a line."""
    from playwright.sync_api import expect  # where it is missing, no test comes here

    expect(page.locator("#text p")).to_have_text(list(words))


def is_at(page, word: str) -> None:
    """Wait until the keys are at this word."""
    from playwright.sync_api import expect

    expect(page.locator(".word:focus")).to_have_text(word)


def test_by_mouse_a_reading_is_chosen_at_the_word_and_found(browser, board, world):
    page, complaints = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    word = page.locator(".word").first
    word.click()
    editor, around = page.locator("#editor").bounding_box(), word.bounding_box()
    assert abs(editor["y"] - around["y"] - around["height"]) < 20
    page.click("#choices button >> text=queue")

    shows(page, "queue", "prio", "rity", "selene")
    assert page.input_value("#said") == "prio"
    assert world.find("queue") == ["board.png"]
    assert world.find("quene", exact=True) == []
    assert complaints == []


def test_by_keys_alone_words_are_corrected_one_after_the_other_and_undone(browser, board, world):
    page, complaints = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.keyboard.press("F2")
    page.keyboard.press("2")  # the second reading
    page.keyboard.press("2")  # a key that is held down says it once
    page.locator("#ink[src*='0,32,']").wait_for()
    page.keyboard.type("prior")  # goes to the field
    page.keyboard.press("Enter")
    page.locator("#ink[src*='0,48,']").wait_for()
    page.keyboard.press("F2")
    page.keyboard.press("End")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.locator("#ink[src*='0,64,']").wait_for()
    page.keyboard.press("Delete")
    shows(page, "queue", "prior", "rity1")
    page.locator("#told", has_text="the last word").wait_for()
    assert not page.locator("#editor").is_visible()

    for words in (("prior", "rity1"), ("prior", "rity"), ("prio", "rity")):
        page.keyboard.press("Control+z")
        shows(page, "queue", *words, "selene")
    page.keyboard.press("Control+Shift+z")
    shows(page, "queue", "prior", "rity", "selene")
    assert texts(world) == ["queue", "prior", "rity", "selene"]
    assert len(world.library.catalog.corrections()) == 4
    assert complaints == []


def test_arrows_lead_through_the_words_of_which_one_is_a_stop_of_the_tab_key(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)
    page.locator("#stage").focus()
    page.keyboard.press("Tab")
    is_at(page, "quene")
    page.keyboard.press("ArrowDown")
    is_at(page, "prio")
    page.keyboard.press("ArrowRight")
    is_at(page, "rity")
    page.keyboard.press("ArrowUp")
    is_at(page, "prio")
    page.keyboard.press("ArrowDown")
    assert page.locator(".word[tabindex='0']").count() == 1
    page.keyboard.press("u")

    page.locator("#ink[src*='0,64,']").wait_for()
    page.keyboard.press("Escape")
    is_at(page, "selene")
    assert [c.kind for c in world.library.catalog.corrections()] == [CorrectionKind.UNREADABLE]
    page.keyboard.press("Tab")
    assert page.locator(".word:focus").count() == 0


def test_by_touch_a_reading_is_chosen_in_a_sheet_at_the_end_of_the_window(browser, board, world):
    page, complaints = paired(browser, board, viewport=PHONE, has_touch=True, is_mobile=True)
    opened(page, board, world)

    page.locator(".word").first.tap()
    sheet = page.locator("#editor").bounding_box()
    assert round(sheet["y"] + sheet["height"]) == PHONE["height"]
    small = page.evaluate(
        "[...document.querySelectorAll('#editor button, #editor input')].filter(part =>"
        " part.offsetParent && part.getBoundingClientRect().height < 44).map(part => part.outerHTML)"
    )
    assert small == []
    page.locator("#choices button").nth(1).tap()

    shows(page, "queue", "prio", "rity", "selene")
    page.tap("#close")
    page.tap("#undo")
    shows(page, "quene", "prio", "rity", "selene")
    assert complaints == []


def drawn(page, world, box: tuple[int, int, int, int]) -> None:
    """Drag over a box, in pixels of the photo."""
    sheet = page.locator("#sheet").bounding_box()
    scale = sheet["width"] / photo(world).width
    left, top, right, bottom = (edge * scale for edge in box)
    page.mouse.move(sheet["x"] + left, sheet["y"] + top)
    page.mouse.down()
    page.mouse.move(sheet["x"] + right, sheet["y"] + bottom, steps=4)
    page.mouse.up()


def test_a_missed_word_is_drawn_also_inside_the_box_of_another(browser, board, world):
    page, complaints = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.keyboard.press("b")
    drawn(page, world, (20, 20, 50, 29))
    page.keyboard.type("small")
    page.keyboard.press("Enter")

    page.locator("#text", has_text="small").wait_for()
    [made] = world.library.catalog.corrections()
    assert made.kind is CorrectionKind.DRAWN
    edges = zip(made.box.as_list(), (20, 20, 50, 29), strict=True)
    assert all(abs(one - other) <= 1 for one, other in edges)
    assert sorted(texts(world)) == ["prio", "quene", "rity", "selene", "small"]
    page.click("#undo")
    shows(page, "quene", "prio", "rity", "selene")
    assert complaints == []


def test_a_missed_word_is_drawn_by_keys_alone(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.keyboard.press("b")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("faint")
    page.keyboard.press("Enter")

    page.locator("#text", has_text="faint").wait_for()
    [made] = world.library.catalog.corrections()
    width, height = photo(world).width, photo(world).height
    left, right = round(0.4 * width) + 3, round(0.6 * width) + 6
    assert made.box.as_list() == [left, round(0.45 * height) + 1, right, round(0.55 * height) + 1]


def test_a_drag_that_is_no_box_and_escape_draw_nothing(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.click("#draw")
    drawn(page, world, (100, 20, 102, 21))
    page.locator("#told", has_text="too small").wait_for()
    page.keyboard.press("Escape")

    assert page.locator("#stage[data-drawing]").count() == 0
    assert not page.locator("#editor").is_visible()
    assert f"/photo/{photo(world).hash}" in page.url


def test_two_words_are_joined_and_one_is_split_and_each_is_undone_at_once(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.locator(".word").nth(1).click()
    page.click("#join")
    page.keyboard.press("1")
    shows(page, "quene", "priority", "selene")

    page.locator(".word").first.click()
    page.fill("#said", "qu ene")
    page.click("#split")
    shows(page, "qu ene", "priority", "selene")
    assert texts(world) == ["qu", "ene", "priority", "selene"]

    page.click("#undo")
    shows(page, "quene", "priority", "selene")
    page.click("#undo")
    shows(page, "quene", "prio", "rity", "selene")
    page.click("#redo")
    shows(page, "quene", "priority", "selene")


def test_a_second_tab_is_shown_both_texts_and_decides(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)
    other = opened(page.context.new_page(), board, world)
    page.keyboard.press("F2")
    page.keyboard.press("2")
    shows(page, "queue", "prio", "rity", "selene")

    other.keyboard.press("F2")
    other.keyboard.type("quest")
    other.keyboard.press("Enter")

    told = other.locator("#answer", has_text="queue")
    told.wait_for()
    assert "quest" in told.inner_text()
    assert other.input_value("#said") == "quest"
    assert texts(world)[0] == "queue"
    other.keyboard.press("Enter")
    shows(other, "quest", "prio", "rity", "selene")


def test_a_checked_page_is_confirmed_as_a_whole_and_not_any_more(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)

    page.click("text=This page is right now")
    page.locator("#corrections", has_text="All words were checked").wait_for()
    assert "4 were confirmed" in page.locator("#told").inner_text()
    assert len(world.library.catalog.corrections()) == 4

    page.click("#undo")
    page.locator("#corrections", has_text="This page is right now").wait_for()
    assert world.library.catalog.checked() == {}
    page.click("#redo")
    page.click("text=Not right after all")
    page.locator("#corrections", has_text="This page is right now").wait_for()
    assert world.library.catalog.checked() == {}


def test_what_was_typed_stays_while_the_server_is_gone(browser, board, world):
    page, _ = paired(browser, board, viewport=DESK)
    opened(page, board, world)
    page.keyboard.press("F2")
    page.keyboard.type("queue")
    board.end()

    page.keyboard.press("Enter")

    page.wait_for_selector("#gone:not([hidden])")
    assert page.input_value("#said") == "queue"
    assert page.locator("#editor").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_editor_has_no_fault_that_axe_finds(browser, board, world, scheme, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page, _ = paired(browser, board, viewport={"width": width, "height": 844}, color_scheme=scheme)
    opened(page, board, world)
    faults = []

    def look(state: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        found = axe.Axe().run(page).response["violations"]
        faults.extend((state, fault["id"], fault["nodes"][0]["html"]) for fault in found)

    page.keyboard.press("F2")
    look("editor")
    page.keyboard.press("2")
    shows(page, "queue", "prio", "rity", "selene")
    page.keyboard.press("Escape")
    page.click("text=1 correction")
    look("corrected")
    page.keyboard.press("b")
    look("drawing")

    assert faults == []
