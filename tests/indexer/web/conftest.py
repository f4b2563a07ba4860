"""A site over a library of tiles, and a browser without a window."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from starlette.testclient import TestClient

from indexer.ocr.photo_file import Limits
from indexer.renditions import renderer as renditions
from indexer.web.app import make
from indexer.web.devices import Devices
from indexer.web.live_library import LiveLibrary
from indexer.web.site import Site

from ..conftest import World, draw_photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOST = "127.0.0.1:8377"
ORIGIN = f"http://{HOST}"


@dataclass
class Served:
    """A running site, and a client that is paired."""

    world: World
    site: Site
    client: TestClient
    stranger: TestClient
    app: Any

    def paired(self, *, read_only: bool = False, app=None) -> TestClient:
        """A client of another device."""
        devices = self.site.devices
        client = TestClient(app or self.app, base_url=ORIGIN, follow_redirects=False)
        token = devices.pair(devices.new_code(read_only=read_only), "another")
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def photo(self, name: str, *words: str, **options: int) -> str:
        """Draw and read a photo; returns its id."""
        path = draw_photo(self.world.photos / name, *words, **options)
        self.world.sync()
        known = self.world.library.catalog.photo_at(path)
        assert known is not None
        return known.hash


@pytest.fixture
def served(world: World, settings, drawn_here) -> Iterator[Served]:
    renderer = renditions.Renderer(settings.home / "renditions", Limits(), 100)
    library = LiveLibrary(settings)
    devices = Devices(settings.home / "web.json")
    site = Site(settings, ORIGIN, "ocrsearch_8377", library, renderer, devices)
    app = make(site, {HOST}, "1.2.3")
    client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {devices.pair(devices.new_code(), 'test')}"
    yield Served(world, site, client, TestClient(app, base_url=ORIGIN, follow_redirects=False), app)
    for thread in threading.enumerate():
        if thread.name == "deliver":  # it works in the folder of this test
            thread.join()
    renderer.close()
    library.close()


# a browser -----------------------------------------------------------------------------------

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Program:
    """A running `ocrsearch serve`; `pairing` is the address that pairs, `root` that of the page.

    `given` begins its command line, in place of the program itself.
    """

    def __init__(
        self,
        home: Path,
        log: Path,
        *options: str,
        given: Sequence[str] = ("-m", "indexer"),
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        port = 18_000 + os.getpid() % 10_000
        command = [sys.executable, *given, "--home", str(home), "serve", "--port", str(port)]
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [*command, *options], cwd=ROOT, stderr=out,
                env={**environment, "OCRSEARCH_CONFIG": os.devnull},
            )  # fmt: skip
        end = time.monotonic() + 60
        while not (said := re.search(r"open (http\S+)", log.read_text())):
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
        self.pairing = said.group(1)
        self.root = self.pairing.split("/pair")[0]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def program(world: World, settings: Any, tmp_path: Path) -> Iterator[Program]:
    """A page over three photos with three lines each, and one that cannot be read."""
    for number in range(3):
        draw_photo(world.photos / f"{number}.png", "helios", "luna", "selene", salt=number)
    (world.photos / "broken.png").write_bytes(b"no photo")
    world.sync()
    running = Program(settings.home, tmp_path / "serve.log")
    yield running
    running.end()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window; tests that need it are skipped where it is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def paired(browser: Any, program: Program, **options: Any) -> tuple[Any, list[str]]:
    """A page of a paired browser, and what its console complains of."""
    page = browser.new_context(**options).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(program.pairing)
    page.wait_for_url("**/")
    return page, complaints
