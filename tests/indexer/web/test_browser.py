"""A real browser: search, look, copy, by keys, by touch, without script; skipped where there is none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import draw_photo
from .conftest import ROOT, Program, paired

pytestmark = pytest.mark.slow

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

COPY = """() => {
  const layer = document.getElementById("layer"), data = new DataTransfer();
  layer.dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
  return data.getData("text/plain");
}"""
"""What the selection copies."""


def opened(page, program, query="luna"):
    """Open the first photo that a query finds."""
    page.goto(f"{program.root}/?q={query}")
    page.locator(".card .open").first.click()
    page.wait_for_selector(".layer.placed")


def test_by_keys_alone_a_word_is_found_opened_and_its_lines_are_copied(browser, program):
    page, complaints = paired(browser, program, viewport=DESK)

    page.keyboard.type("luna")
    page.wait_for_url("**/?q=luna")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".layer.placed")
    hit, picture = page.locator(".word.hit").bounding_box(), page.locator("#picture").bounding_box()
    scale = picture["width"] / 256
    assert abs(hit["x"] - picture["x"]) < 2
    assert abs(hit["y"] - picture["y"] - 32 * scale) < 2
    assert abs(hit["width"] - 64 * scale) < 2
    page.evaluate("getSelection().selectAllChildren(document.getElementById('layer'))")
    assert page.evaluate(COPY) == "helios\nluna\nselene"
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**n=1")
    page.keyboard.press("Escape")
    page.wait_for_url("**/?q=luna")
    assert complaints == []


@pytest.mark.parametrize("enlarged", [0, 4])
def test_lines_that_are_dragged_over_are_copied_in_reading_order(browser, program, enlarged):
    page, _ = paired(browser, program, viewport=DESK)
    opened(page, program)
    for _ in range(enlarged):  # four times: almost 400 %
        page.keyboard.press("+")
    page.locator("#stage").evaluate("stage => stage.scrollTo(0, 0)")
    first, last = (page.locator(".word").nth(number).bounding_box() for number in (0, 1))

    page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 1, last["y"] + last["height"] / 2, steps=5)
    page.mouse.up()

    assert page.evaluate(COPY) == "helios\nluna"


def test_every_key_of_a_photo_does_what_the_list_of_keys_says(browser, program):
    page, _ = paired(browser, program, viewport=DESK)
    opened(page, program)
    frames = "document.getElementById('stage').dataset.frames"
    width = "document.getElementById('sheet').clientWidth"

    assert page.evaluate(frames) == "hits"
    for key, shown in (("o", "all"), ("H", "none"), ("h", "hits"), ("h", "all")):
        page.keyboard.press(key)
        assert page.evaluate(frames) == shown
    whole = page.evaluate(width)
    page.keyboard.press("+")
    assert page.evaluate(width) > whole
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert page.evaluate(width) == whole
    page.keyboard.press("n")
    assert page.locator(".word.current").inner_text() == "luna"
    page.keyboard.press("N")
    page.keyboard.press("c")
    assert page.locator("#copied").inner_text() == "Copied."
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    page.keyboard.press("/")
    page.wait_for_url(f"{program.root}/")


def test_letters_can_be_switched_off_and_colours_chosen(browser, program):
    page, _ = paired(browser, program, viewport=DESK, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.click("#show-keys")
    page.select_option("#colours", "dark")
    page.uncheck("#letters")
    page.click("#keys button")
    page.reload()

    assert page.evaluate(ground) != light
    page.locator("#q").evaluate("box => box.blur()")
    page.keyboard.press("j")
    assert page.locator(".card :focus").count() == 0


def test_on_a_phone_a_word_is_found_and_its_photo_enlarged_by_touch(browser, program):
    page, complaints = paired(browser, program, viewport=PHONE, has_touch=True, is_mobile=True)

    page.tap("#q")
    page.keyboard.type("luna")
    page.wait_for_url("**/?q=luna")
    page.locator(".card .open").first.tap()
    page.wait_for_selector(".layer.placed")
    before = page.locator("#sheet").bounding_box()["width"]
    page.tap("#larger")

    assert page.locator("#sheet").bounding_box()["width"] > before
    small = page.evaluate(
        "[...document.querySelectorAll('button, .button, select, nav a')].filter(part =>"
        " part.offsetParent && part.getBoundingClientRect().height < 44).map(part => part.outerHTML)"
    )
    assert small == []
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_or_has_a_fault_that_axe_finds(browser, program, scheme, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page, _ = paired(
        browser, program, viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    page.goto(f"{program.root}/?q=luna")
    photo = page.locator(".card .open").first.get_attribute("href")
    faults = []
    for path in (
        "/", "/?q=luna", "/?q=luna&since=2001-01-01", "/?q=zzzz", "/?q=%22open", photo, photo.split("?")[0],
        "/status", "/devices", "/devices?look", "/api", "/pair", "/nothing",
    ):  # fmt: skip
        page.goto(program.root + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width != 320:
            found = axe.Axe().run(page).response["violations"]
            faults += [(path, fault["id"], fault["nodes"][0]["html"]) for fault in found]
    page.click("#show-keys")
    found = axe.Axe().run(page).response["violations"]
    faults += [("keys", fault["id"], fault["nodes"][0]["html"]) for fault in found]

    assert faults == []


def test_search_works_without_script(browser, program):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(program.root)
    page.fill("#code", program.pairing.split("#")[1])
    page.click("text=Pair >> nth=-1")

    page.fill("#q", "luna")
    page.click("button:has-text('Search')")

    assert page.locator(".card").count() == 3
    page.locator(".card .open").first.click()
    assert "selene" in page.locator("#text").inner_text()


def test_while_the_server_is_gone_the_page_says_so_and_keeps_what_was_typed(browser, program):
    page, _ = paired(browser, program, viewport=DESK)
    program.end()

    page.fill("#q", "luna")
    page.wait_for_selector("#gone:not([hidden])")

    assert page.input_value("#q") == "luna"


def test_a_photo_that_is_gone_says_so_where_it_would_stand(browser, program, world):
    (world.photos / "1.png").unlink()
    page, _ = paired(browser, program, viewport=DESK)

    page.goto(f"{program.root}/?q=luna")

    page.locator(".picture .badge", has_text="the file is gone").wait_for()
    assert page.locator(".picture .badge").count() == 1


def test_failed_photos_are_tried_again_from_the_page(browser, program, world):
    page, complaints = paired(browser, program, viewport=DESK)
    page.goto(f"{program.root}/status")
    assert "broken.png" in page.locator("#state").inner_text()

    page.click("text=Try these again")

    page.locator("#said", has_text="1 to be tried again.").wait_for()
    assert {path.name for path in world.library.catalog.wanted_again()} == {"broken.png"}
    assert complaints == []


def test_a_forgotten_device_is_asked_to_pair_again(browser, program):
    page, _ = paired(browser, program, viewport=DESK)
    page.goto(f"{program.root}/devices")
    assert "Chrome on Linux" in page.locator("tbody").inner_text()

    page.click("tbody button")
    page.wait_for_selector("tbody tr", state="detached")
    page.goto(program.root)

    assert page.url.endswith("/pair")


OTHERS = ("http://evil.example", "http://127.0.0.1:1")
"""Another site, and another program of the same machine, to which a browser sends the same cookies."""


@pytest.mark.parametrize("other", OTHERS)
def test_a_page_of_another_origin_can_change_nothing_and_look_at_nothing(
    browser, program, world, other
):
    page, _ = paired(browser, program, viewport=DESK)
    content = page.goto(f"{program.root}/?q=luna") and page.locator(".card .open").first
    photo = content.get_attribute("href").split("?")[0].rpartition("/")[2]
    page.route(f"{other}/**", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page.goto(f"{other}/")

    seen = page.evaluate(
        """async ([root, photo]) => {
          const send = (path, init) => fetch(root + path, {credentials: "include", ...init}).then(
            (answer) => answer.text().then((text) => answer.status + text), () => "refused");
          const image = new Image();
          const shown = new Promise((done) => (image.onload = image.onerror = ({type}) => done(type)));
          image.src = `${root}/api/v1/photos/${photo}/image?size=480`;
          return [
            await send("/api/v1/failures/retry", {method: "POST", mode: "no-cors", body: "{}"}),
            await send("/api/v1/devices/1", {method: "DELETE"}),
            await send("/api/v1/devices"),
            await shown,
          ];
        }""",
        [program.root, photo],
    )

    assert seen == ["refused", "refused", "refused", "error"]
    assert world.library.catalog.wanted_again() == set()
    page.goto(f"{program.root}/devices")
    assert page.locator("tbody tr").count() == 1


def test_five_hundred_words_are_laid_out_within_a_moment(browser, program, world):
    draw_photo(world.photos / "many.png", *["aurora"] * 500)
    world.sync()
    page, _ = paired(browser, program, viewport=DESK)
    opened(page, program, "aurora")
    assert page.locator(".word").count() == 500

    times = page.evaluate(
        """() => [1, 2, 3, 4, 5].map(() => {
          const layer = document.getElementById("layer"), copy = layer.cloneNode(true);
          const start = performance.now();
          layer.replaceWith(copy);
          copy.getBoundingClientRect();
          return performance.now() - start;
        })"""
    )

    assert sorted(times)[2] < 250, json.dumps(times)  # 50 ms on a machine that does nothing else


def test_the_demo_leads_to_a_page_a_hit_and_its_photo(browser, tmp_path):
    command = [sys.executable, "-m", "indexer", "demo", "--out", str(tmp_path / "pictures")]
    settled = os.environ | {"OCRSEARCH_CONFIG": os.devnull, "TMPDIR": str(tmp_path)}
    said = subprocess.run(
        command, cwd=ROOT, env=settled, check=True, text=True, stdout=subprocess.PIPE
    ).stdout
    home = Path(re.search(r"--home (\S+) serve$", said.rstrip()).group(1))
    program = Program(home, tmp_path / "serve.log")
    try:
        page, complaints = paired(browser, program, viewport=DESK)

        page.keyboard.type("dijkstra")
        page.wait_for_url("**/?q=dijkstra")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
        page.locator(".card .open").first.click()
        page.wait_for_selector(".layer.placed")

        assert page.locator(".word.hit").inner_text() == "dijkstra"
        assert "dijkstra needs a priority queue" in page.locator("#text").inner_text()
        assert complaints == []
    finally:
        program.end()
