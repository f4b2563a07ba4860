from __future__ import annotations

import pytest

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def test_hits_are_drawn_except_those_that_are_gone_meanwhile(shell):
    draw_photo(shell.photos / "a.png", "helios")
    gone = draw_photo(shell.photos / "b.png", "helios", salt=1)
    shell("index", shell.photos)
    gone.unlink()

    result = shell("query", "helios", "--image", shell.folder / "drawn")

    [drawn] = (shell.folder / "drawn").iterdir()
    assert drawn.name.endswith("-a.jpg")
    assert result.stderr.count(f"{gone}: the file is gone") == 1


def test_a_photo_that_is_gone_is_named_when_it_is_drawn(shell):
    photo = draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    photo.unlink()

    result = shell("show", photo, "--image", shell.folder / "drawn.png", code=6)

    assert result.stderr == f"Error: {photo}: the file is gone\n"


def test_a_folder_for_drawings_that_cannot_be_made_is_named(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    (shell.folder / "file").touch()

    result = shell("query", "helios", "--image", shell.folder / "file" / "drawn", code=1)

    assert f"{shell.folder / 'file' / 'drawn'}: cannot create this folder" in result.stderr
