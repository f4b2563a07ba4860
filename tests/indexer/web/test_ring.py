"""The whole ring in a browser: corrected by keys, found, renamed, read otherwise, learned, used, taken back."""

from __future__ import annotations

import re

import pytest

from indexer.corrections.measured import Verdict

from ..ring import SAMPLES, SCRIPT, Ring
from .conftest import Program, paired

pytest.importorskip("torch", reason="the extra train is not installed")

pytestmark = pytest.mark.slow

CHECK_ALL = """async () => {
  const ask = (path, options) => fetch(`/api/v1${path}`, options).then((answer) => answer.json());
  const body = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
  let confirmed = 0;
  for (const { id } of (await ask("/photos?limit=100")).photos) confirmed += (await ask(`/photos/${id}/checked`, body)).confirmed;
  return confirmed;
}"""
"""Confirms all words, as the button of each page does."""


@pytest.fixture
def ring(tmp_path):
    """Sample photos that are indexed."""
    made = Ring(tmp_path)
    made.run("index", made.photos)
    return made


@pytest.fixture
def serve(ring, browser):
    """Begins the program anew, with other settings; gives a page of it, as a user has it who comes back."""
    running = []

    def begin(**environment: str):
        for program in running:
            program.end()
        program = Program(
            ring.home, ring.folder / "serve.log", "--watch", given=[str(SCRIPT)],
            environment=ring.environment(**environment),
        )  # fmt: skip
        running[:] = [program]
        page, _ = paired(browser, program, viewport={"width": 1280, "height": 800})
        page.set_default_timeout(600_000)
        return page, program

    yield begin
    for program in running:
        program.end()


def finds(page, program, name: str) -> None:
    """Search as one who types, and wait until the first photo found is this one."""
    page.goto(program.root)
    page.keyboard.type("quixotry")
    page.locator(".card", has_text=name).first.wait_for()


def test_a_corrected_word_goes_round_in_the_page(ring, serve):
    before = ring.state()
    page, program = serve()
    content = page.request.get(f"{program.root}/api/v1/photos?limit=1").json()["photos"][0]
    name = content["photo"].rpartition("/")[2]
    page.goto(f"{program.root}/photo/{content['id']}")
    page.wait_for_selector(".word[role=button]")
    page.keyboard.press("F2")
    page.keyboard.type("quixotry")
    page.keyboard.press("Enter")
    page.locator("#text", has_text="quixotry").wait_for()
    finds(page, program, name)
    assert ring.state() == before

    (ring.photos / name).rename(ring.photos / "renamed.jpg")
    before = ring.state()
    page.wait_for_function(
        "async (id) => (await (await fetch(`/api/v1/photos/${id}`)).json()).photo.endsWith('renamed.jpg')",
        arg=content["id"],
    )
    finds(page, program, "renamed.jpg")

    page, program = serve(OCRSEARCH_WEIGHTS=str(ring.others))
    ring.wait_until_all_are_read_by(2, program.process)
    finds(page, program, "renamed.jpg")

    page, program = serve()
    ring.wait_until_all_are_read_by(1, program.process)
    assert page.evaluate(CHECK_ALL) >= 199
    page.goto(f"{program.root}/learn")
    page.locator("button", has_text="Learn now").press("Enter")
    page.wait_for_selector("progress, #run-1")
    page.locator("#run-1", has_text=re.compile("|".join(Verdict))).wait_for()
    assert page.locator("circle").count() == 2

    page.locator("button", has_text="Use all the same").press("Enter")
    page.locator("#run-1", has_text="in use").wait_for()
    ring.wait_until_all_are_read_by(3, program.process)
    finds(page, program, "renamed.jpg")
    page.goto(f"{program.root}/learn")
    page.locator("button", has_text="Go back").press("Enter")
    page.locator("#state", has_text="the shipped weights").wait_for()
    ring.wait_until_all_are_read_by(1, program.process)
    finds(page, program, "renamed.jpg")
    assert len(SAMPLES) == len(list(ring.photos.iterdir()))
    assert ring.state() == before
