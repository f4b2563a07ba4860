from __future__ import annotations

from ..conftest import draw_photo


def test_detecting_on_a_damaged_photo_names_it_and_tells_by_the_exit_code(shell):
    damaged = shell.folder / "a.png"
    damaged.write_bytes(b"no picture")

    result = shell("detect", damaged, code=6)

    assert f"{damaged}: " in result.stderr
    assert result.stdout == ""


def test_detect_counts_words_and_lines(shell):
    photo = draw_photo(shell.photos / "a.png", "helios", "selene")

    assert shell("detect", photo).stdout == f"{photo}: 2 words in 2 lines\n"
