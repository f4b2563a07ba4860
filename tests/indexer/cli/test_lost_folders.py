"""Photo folders that are gone or never existed, as a user meets them."""

from __future__ import annotations

import json
import shutil

import pytest

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_a_run_after_the_missing_were_forgotten_is_complete(shell):
    draw_photo(shell.photos / "a.png", "helios")
    draw_photo(shell.folder / "second" / "b.png", "selene")
    shell("index", shell.photos, shell.folder / "second")
    shutil.rmtree(shell.folder / "second")

    said = shell("index", code=6).stderr
    shell("index", "--forget-missing")
    after = shell("index")

    assert f"{shell.folder / 'second'}: missing or empty; what was read there is kept" in said
    assert "second" not in after.stderr


def test_the_status_looks_whether_a_folder_is_there(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    shell.photos.rename(shell.folder / "moved")

    assert json.loads(shell("status", "--json").stdout)["folders"] == {str(shell.photos): False}
    assert f"{shell.photos} (offline)" in shell("status").stdout
