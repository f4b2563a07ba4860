from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from recognizer.datasets.zip_archive import read_zip
from recognizer.errors import DataError

from ..commands import error_of, ok
from ..spelled import spell

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture
def labelled_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my-words"
    folder.mkdir()
    lines = []
    for text in ("stone", "lamp", "river", "tree"):
        Image.fromarray(spell(text).crop).resize((160, 60)).save(folder / f"{text}.png")
        lines.append(f"{text}.png\t{text}\tmine\n")
    (folder / "labels.tsv").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_words_are_written_in_the_letters_of_labelled_ones(
    tmp_path: Path, labelled_folder: Path
) -> None:
    out, listed = tmp_path / "more.zip", tmp_path / "list.txt"
    listed.write_text("planet\nlantern\n", encoding="utf-8")

    ok(
        "synthesize", "words", out,
        "--letters", labelled_folder, "--words", listed, "--count", 12,
    )  # fmt: skip

    samples = read_zip(out)
    assert len(samples) == 12
    assert {sample.hand for sample in samples} == {"mine"}
    allowed = set("stonelamprivertreeplanetlantern")
    assert {c for sample in samples for c in sample.text.lower() if c.isalpha()} <= allowed


@pytest.mark.slow
def test_labelled_words_that_cannot_be_used_are_named(
    tmp_path: Path, labelled_folder: Path
) -> None:
    with (labelled_folder / "labels.tsv").open("a", encoding="utf-8") as labels:
        labels.write("gone.png\tlamp\tmine\n")

    out = tmp_path / "w.zip"
    result = ok("synthesize", "words", out, "--letters", labelled_folder, "--count", 1)

    assert "skipped gone.png: " in result.stderr
    assert "gone.png" in (tmp_path / "w.zip.skipped.tsv").read_text(encoding="utf-8")
    assert "aligning the letters of 4 words" in result.stderr


@pytest.mark.parametrize("extra", [(), ("--fonts", "a", "--letters", "b")])
def test_words_come_from_exactly_one_source(tmp_path: Path, extra: tuple[str, ...]) -> None:
    message = error_of(DataError, "synthesize", "words", tmp_path / "w.zip", *extra)

    assert "one of --fonts FOLDER, --strokes FILE and --letters DATA" in message


def test_words_without_usable_letters_are_named(tmp_path: Path) -> None:
    Image.new("L", (90, 40), 200).save(tmp_path / "blank.png")
    labels = tmp_path / "labels.tsv"
    labels.write_text("blank.png\tlantern\n", encoding="utf-8")

    message = error_of(DataError, "synthesize", "words", tmp_path / "w.zip", "--letters", labels)

    assert message.startswith(f"{labels}: no letters can be cut from the 1 words")
    assert not (tmp_path / "w.zip").exists()


def test_words_are_drawn_in_fonts(tmp_path: Path, font_folder: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("planet\n\nlantern\n", encoding="utf-8")

    ok(
        "synthesize", "words", tmp_path / "w.zip",
        "--fonts", font_folder, "--words", listed, "--count", 3,
    )  # fmt: skip

    assert len(read_zip(tmp_path / "w.zip")) == 3


def test_an_archive_of_strokes_that_is_none_is_named(tmp_path: Path) -> None:
    strokes = tmp_path / "strokes.npz"
    strokes.touch()

    message = error_of(
        DataError, "synthesize", "words", tmp_path / "w.zip", "--strokes", strokes, "--count", 1
    )

    assert message.startswith(f"{strokes}: not an archive of pen strokes")


def test_pages_are_numbered_and_come_with_their_truth(tmp_path: Path, font_folder: Path) -> None:
    ok("synthesize", "pages", tmp_path / "pages", "--fonts", font_folder, "--count", 1)

    photos = {path.stem for path in (tmp_path / "pages").glob("*.jpg")}
    truths = {path.name.split(".")[0] for path in (tmp_path / "pages").glob("*.json")}
    assert len(photos) == 1
    assert photos == truths
