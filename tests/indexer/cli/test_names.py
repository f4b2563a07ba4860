"""File names as disks have them: not valid UTF-8, in both normal forms, in any case."""

from __future__ import annotations

import json
import logging
import os
import unicodedata
from pathlib import Path

import pytest

from indexer.daemon import watch_loop
from indexer.filesystem.change_batches import Batch
from indexer.sync.hooks import Hooks

from ..conftest import draw_photo

ODD = "caf\udce9.png"
"""A name that is `caf`, the byte E9, `.png`."""


def test_a_query_prints_the_bytes_of_a_name_that_is_not_utf8(shell):
    draw_photo(shell.photos / ODD, "helios")
    shell("index", shell.photos)

    found = shell("query", "helios")

    assert os.fsencode(shell.photos / ODD) in found.stdout_bytes


def test_json_carries_a_name_that_is_not_utf8_there_and_back(shell):
    draw_photo(shell.photos / ODD, "helios")
    shell("index", shell.photos)

    [hit] = json.loads(shell("query", "helios", "--json").stdout)["hits"]
    shown = json.loads(shell("show", shell.photos / ODD, "--json").stdout)

    assert os.fsencode(hit["photo"]) == os.fsencode(shell.photos / ODD)
    assert os.fsencode(shown["photo"]) == os.fsencode(shell.photos / ODD)


def test_a_failure_of_a_photo_whose_name_is_not_utf8_is_listed_and_logged(shell, world, caplog):
    caplog.set_level(logging.INFO)

    def detect(pixels, path):
        raise ValueError(f"nothing beside {path}")

    world.engine.detector.detect = detect
    draw_photo(world.photos / ODD, "helios")

    watch_loop.process_batches(world.library, [world.photos], [Batch(everything=True)], Hooks())

    [failure] = world.library.catalog.failures()
    assert failure.path.name == ODD
    assert "caf\\udce9.png" in failure.reason
    assert any("nothing beside" in record.getMessage() for record in caplog.records)


def test_status_lists_a_failed_photo_whose_name_is_not_utf8(shell):
    (shell.photos / ODD).write_bytes(b"no picture")
    shell("index", shell.photos, code=6)

    listed = shell("status", "--failed")
    report = json.loads(shell("status", "--json").stdout)

    assert os.fsencode(shell.photos / ODD) in listed.stdout_bytes
    assert report["failures"][0]["photo"] == str(shell.photos / ODD)


def test_both_normal_forms_of_a_name_are_two_files(world):
    composed, decomposed = (
        world.photos / f"{unicodedata.normalize(form, 'Übung')}.png" for form in ("NFC", "NFD")
    )
    draw_photo(composed, "helios")
    draw_photo(decomposed, "selene")
    world.sync()
    decomposed.unlink()

    world.sync()

    assert world.find("helios") == [composed.name]
    assert world.find("selene") == []
    assert world.library.catalog.photo_at(decomposed) is None


def test_a_rename_between_normal_forms_is_a_move(world):
    composed, decomposed = (
        world.photos / f"{unicodedata.normalize(form, 'Übung')}.png" for form in ("NFC", "NFD")
    )
    draw_photo(composed, "helios")
    world.sync()
    composed.rename(decomposed)

    world.library.sync_paths([world.photos], [composed, decomposed], Hooks())

    assert world.find("helios") == [decomposed.name]
    assert world.engine.recognizer.reads == 1


def test_a_rename_that_changes_only_the_case_is_a_move(world):
    draw_photo(world.photos / "Board.png", "helios")
    world.sync()
    (world.photos / "Board.png").rename(world.photos / "BOARD.PNG")

    world.library.sync_paths(
        [world.photos], [world.photos / "Board.png", world.photos / "BOARD.PNG"], Hooks()
    )

    assert world.find("helios") == ["BOARD.PNG"]
    assert world.engine.recognizer.reads == 1


def test_where_case_does_not_matter_a_file_has_one_name(world, monkeypatch):
    """On memory cards and Windows shares the old name still answers after such a rename."""
    draw_photo(world.photos / "Board.png", "helios")
    world.sync()
    (world.photos / "Board.png").rename(world.photos / "BOARD.png")
    lstat = Path.lstat

    def any_case(path):
        same = [p for p in path.parent.iterdir() if p.name.lower() == path.name.lower()]
        return lstat(same[0] if same else path)

    monkeypatch.setattr(Path, "lstat", any_case)

    world.library.sync_paths(
        [world.photos], [world.photos / "Board.png", world.photos / "BOARD.png"], Hooks()
    )

    assert set(world.library.catalog.places()) == {world.photos / "BOARD.png"}


@pytest.mark.parametrize(
    "name",
    [
        ".syncthing.board.png.tmp", "~syncthing~board.png.tmp", ".trashed-1700-board.png",
        ".pending-1700-board.png", "._board.png", "board.png.part", "Thumbs.db", "board.png.!sync",
        "board.png.crdownload", ".stfolder/board.png", ".stversions/board.png", "@eaDir/board.png",
        "#recycle/board.png", ".thumbnails/board.png", "__MACOSX/board.png", ".nfs0001.png",
    ],
)  # fmt: skip
def test_what_sync_programs_and_systems_leave_is_no_photo(world, name):
    draw_photo(world.photos / "board.png", "helios")
    draw_photo(world.photos / name, "selene")

    world.library.sync_paths([world.photos], [world.photos / name], Hooks())
    world.sync()

    assert set(world.library.catalog.places()) == {world.photos / "board.png"}
    assert world.library.catalog.failures() == []


def test_a_conflict_copy_of_a_sync_program_is_a_photo(world):
    name = "board.sync-conflict-20260101-120000-ABCDEFG.png"
    draw_photo(world.photos / name, "helios")

    world.sync()

    assert world.find("helios") == [name]
