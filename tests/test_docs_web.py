"""docs/web.md names the endpoints and keys that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from indexer.web.endpoints import ENDPOINTS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")


def test_every_endpoint_has_its_row_and_every_row_its_endpoint():
    rows = re.findall(r"^\| (GET|POST|DELETE) \| `(/[^`]*)` \|", TEXT, re.MULTILINE)

    assert rows == [(row.method, row.path) for row in ENDPOINTS]


def test_every_key_of_the_scripts_stands_in_the_page_and_in_its_dialog():
    scripts = (ROOT / "indexer" / "web" / "static").glob("*.js")
    keys = {
        key for script in scripts for key in re.findall(r'onKey\("([^"]+)"', script.read_text())
    }
    spoken = {"ArrowLeft": "←", "ArrowRight": "→", "Escape": "Esc"}
    shown = {spoken.get(key, key) for key in keys if key not in {"ArrowUp", "ArrowDown"}}

    section = TEXT.split("## Keys")[1].split("## ")[0]

    assert shown - set(re.findall(r"`([^`]+)`", section)) == set()
