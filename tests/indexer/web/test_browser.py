"""A real browser: search, look, copy, by keys; skipped where there is none."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import World, draw_photo

if TYPE_CHECKING:
    from collections.abc import Iterator

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def address(world: World, settings: Any, tmp_path: Path) -> Iterator[str]:
    """A running `ocrsearch serve`; gives the address that pairs."""
    for number in range(3):
        draw_photo(world.photos / f"{number}.png", "helios", "luna", "selene", salt=number)
    world.sync()
    port = 18_000 + os.getpid() % 10_000
    log = tmp_path / "serve.log"
    command = [
        sys.executable,
        "-m",
        "indexer",
        "--home",
        settings.home,
        "serve",
        "--port",
        str(port),
    ]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stderr=out, env=os.environ | {"OCRSEARCH_CONFIG": os.devnull}
        )
    try:
        end = time.monotonic() + 60
        while not (said := re.search(r"open (http\S+)", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
        yield said.group(1)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def paired(browser: Any, address: str, **options: Any) -> tuple[Any, list[str]]:
    """A page of a paired browser, and what its console complains of."""
    page = browser.new_context(**options).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_url("**/")
    return page, complaints


def test_by_keys_alone_a_word_is_found_opened_and_its_lines_are_copied(browser, address):
    page, complaints = paired(browser, address, viewport={"width": 1280, "height": 800})

    page.keyboard.type("luna")
    page.wait_for_url("**/?q=luna")
    page.keyboard.press("Escape")
    page.locator("#q").evaluate("box => box.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".layer.placed")
    hit, picture = page.locator(".word.hit").bounding_box(), page.locator("#picture").bounding_box()
    scale = picture["width"] / 256
    assert abs(hit["x"] - picture["x"]) < 2
    assert abs(hit["y"] - picture["y"] - 32 * scale) < 2
    assert abs(hit["width"] - 64 * scale) < 2
    copied = page.evaluate(
        "() => { const layer = document.getElementById('layer'), data = new DataTransfer();"
        " getSelection().selectAllChildren(layer); layer.dispatchEvent(new ClipboardEvent('copy',"
        " {clipboardData: data, bubbles: true, cancelable: true})); return data.getData('text/plain'); }"
    )
    assert copied == "helios\nluna\nselene"
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**n=1")
    page.keyboard.press("Escape")
    page.wait_for_url("**/?q=luna")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(browser, address, scheme, width):
    page, complaints = paired(
        browser, address, viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    root = address.split("/pair")[0]

    for path in ("/?q=luna", "/?q=luna&since=2001-01-01", "/status", "/devices"):
        page.goto(root + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    assert complaints == []


def test_search_works_without_script(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    root, code = address.split("/pair#")
    page.goto(root)
    page.fill("#code", code)
    page.click("text=Pair >> nth=-1")

    page.fill("#q", "luna")
    page.click("button:has-text('Search')")

    assert page.locator(".card").count() == 3
    page.locator(".card .open").first.click()
    assert "selene" in page.locator("#text").inner_text()
