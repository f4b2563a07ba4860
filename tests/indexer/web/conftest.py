"""A site over a library of tiles, and a browser without a window."""

from __future__ import annotations

from dataclasses import dataclass
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
    from collections.abc import Iterator

HOST = "127.0.0.1:8377"
ORIGIN = f"http://{HOST}"


class Direct:
    """Answers drawing requests in this process: starting one takes seconds."""

    def __init__(self, load, limits):
        self._parts = load()

    def ask(self, request, stop):
        return request.answer(self._parts)

    def close(self):
        """There is nothing to close."""


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
def served(world: World, settings, monkeypatch) -> Iterator[Served]:
    monkeypatch.setattr(renditions, "Worker", Direct)
    renderer = renditions.Renderer(settings.home / "renditions", Limits(), 100)
    library = LiveLibrary(settings)
    devices = Devices(settings.home / "web.json")
    site = Site(settings, ORIGIN, "ocrsearch_8377", library, renderer, devices)
    app = make(site, {HOST}, "1.2.3")
    client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {devices.pair(devices.new_code(), 'test')}"
    yield Served(world, site, client, TestClient(app, base_url=ORIGIN, follow_redirects=False), app)
    renderer.close()
    library.close()
