from __future__ import annotations

import json
import os
import shutil

import pytest
from click.testing import CliRunner

from indexer import bootstrap, config
from indexer.cli.commands import main
from indexer.ocr.protocols import Failed
from indexer.search import searcher
from indexer.sync.hooks import Step
from indexer.sync.progress_file import reported

from ..conftest import draw_photo


def test_index_then_query_finds_the_photo(shell):
    draw_photo(shell.photos / "board.png", "helios", "queue")

    indexed = shell("index", shell.photos)
    found = shell("query", "helios")

    assert "1 photo found: 1 read" in indexed.stderr
    assert "board.png" in found.stdout
    assert "helios" in found.stdout


def test_index_json_counts_what_was_done(shell):
    draw_photo(shell.photos / "board.png", "helios")

    report = json.loads(shell("index", shell.photos, "--json").stdout)

    assert (report["found"], report["read"], report["failed"]) == (1, 1, 0)


def test_index_without_folders_uses_those_of_before(shell):
    shell("index", shell.photos)
    draw_photo(shell.photos / "board.png", "helios")

    assert json.loads(shell("index", "--json").stdout)["read"] == 1


def test_index_of_a_missing_folder_is_a_usage_error_that_names_it(shell):
    result = shell("index", shell.folder / "none", code=2)

    assert f"{shell.folder / 'none'}: no such folder" in result.stderr
    assert "Traceback" not in result.output


def test_index_without_any_folder_says_what_to_do(shell):
    assert "ocrsearch index FOLDER" in shell("index", code=2).stderr


def test_a_home_inside_the_photo_folder_is_refused(shell):
    result = shell("index", shell.folder, code=3)

    assert "lies inside the photo folder" in result.stderr
    assert not (shell.folder / "home").exists()


def test_a_home_inside_a_configured_folder_is_refused_by_every_command(shell, monkeypatch):
    monkeypatch.setenv("OCRSEARCH_FOLDERS", json.dumps([str(shell.folder)]))

    assert "lies inside the photo folder" in shell("rebuild", code=3).stderr
    assert not (shell.folder / "home").exists()


def test_failed_photos_give_exit_code_6_and_their_reason(shell):
    (shell.photos / "bad.png").write_bytes(b"no")
    draw_photo(shell.photos / "good.png", "helios")

    result = shell("index", shell.photos, code=6)

    assert "bad.png: not an image" in result.stderr
    assert "good.png" in shell("query", "helios").stdout


@pytest.mark.parametrize("command", [("query", "helios"), ("show", "p"), ("detect", "p")])
@pytest.mark.parametrize("key", ["max_megapixels", "max_megabytes"])
def test_the_limits_hold_wherever_a_photo_is_opened(shell, monkeypatch, command, key):
    photo = draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)
    named = [photo if word == "p" else word for word in command]
    code = {"query": 0, "show": 6, "detect": 6}[command[0]]
    monkeypatch.setenv(f"OCRSEARCH_{key.upper()}", "0.0001")

    result = shell(*named, "--image", shell.folder / "out.jpg", code=code)

    assert f"{key} = 0.0001" in result.stderr


def test_status_counts_states_and_lists_reasons(shell):
    draw_photo(shell.photos / "a.png", "helios")
    draw_photo(shell.photos / "b.png")
    (shell.photos / "c.png").write_bytes(b"no")
    shell("index", shell.photos, code=6)

    report = json.loads(shell("status", "--json").stdout)

    assert report["photos"] == {"read": 1, "pending": 0, "empty": 1, "failed": 1, "offline": 0}
    assert report["words"] == 1
    assert "c.png: not an image" in shell("status", "--failed").stdout


def test_status_tells_what_a_writer_is_doing(shell):
    shell("index", shell.photos)
    assert json.loads(shell("status", "--json").stdout)["writer"] is None
    settings = config.load(home=shell.folder / "home")

    with reported(settings.progress) as reporter:
        reporter.photo(Step(shell.photos / "a.png", 3, 10, Failed("damaged"), 1.0))
        told, text = shell("status", "--json").stdout, shell("status").stdout

    writer = json.loads(told)["writer"]
    assert (writer["pid"], writer["state"]) == (os.getpid(), "reading")
    assert (writer["done"], writer["total"], writer["seconds_left"]) == (3, 10, None)
    assert f"process {os.getpid()}, reading: 3 of 10 photos" in text


def test_the_log_of_a_pass_can_be_read_by_programs(shell):
    draw_photo(shell.photos / "a.png", "helios")

    log = shell("--log-json", "index", shell.photos).stderr.splitlines()

    lines = [json.loads(line) for line in log]
    assert [line["photo"] for line in lines if "photo" in line] == [str(shell.photos / "a.png")]
    assert lines[-1]["message"].startswith("1 photo found: 1 read")
    assert lines[-1]["read"] == 1


def test_less_can_be_logged(shell):
    draw_photo(shell.photos / "a.png", "helios")

    assert "a.png" not in shell("--log-level", "warning", "index", shell.photos).stderr


def test_retry_reads_failed_photos_now(shell):
    shell.engine.recognizer.crash_on = {"boom"}
    draw_photo(shell.photos / "a.png", "boom")
    shell("index", shell.photos, code=6)
    shell.engine.recognizer.crash_on = set()

    shell("retry")

    assert "a.png" in shell("query", "boom").stdout


@pytest.mark.thorough
def test_rebuild_after_the_index_was_deleted_by_hand_answers_as_before(shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    before = json.loads(shell("query", "helios", "--json").stdout)["hits"]
    shutil.rmtree(shell.folder / "home" / "index")
    assert "ocrsearch rebuild" in shell("query", "helios", code=4).stderr

    shell("rebuild")

    assert json.loads(shell("query", "helios", "--json").stdout)["hits"] == before


def test_detect_prints_promised_json_and_draws(shell):
    photo = draw_photo(shell.photos / "a.png", "helios")
    picture = shell.folder / "boxes.png"

    found = json.loads(shell("detect", photo, "--json", "--image", picture).stdout)

    assert found == {"photo": str(photo), "boxes": [[0, 16, 96, 32]]}
    assert picture.exists()


def test_a_second_writer_learns_which_process_holds_the_lock(shell):
    settings = config.load(home=shell.folder / "home")
    with bootstrap.writing(settings, None):
        result = shell("index", shell.photos, code=4)

    assert f"process {os.getpid()}" in result.stderr


def test_a_broken_configuration_key_is_exit_code_3(shell):
    file = shell.folder / "config.toml"
    file.write_text("settle_secnds = 1\n")

    result = shell("--config", file, "status", code=3)

    assert "did you mean 'settle_seconds'" in result.stderr


def test_a_full_disk_is_one_message(shell, monkeypatch):
    from indexer.catalog.catalog import Catalog
    from indexer.errors import CatalogError

    draw_photo(shell.photos / "a.png", "helios")

    def full(*_, **__):
        raise CatalogError("catalog.db: database or disk is full; free some space")

    monkeypatch.setattr(Catalog, "put_reading", full)

    assert "disk is full; free some space" in shell("index", shell.photos, code=4).stderr


def test_an_option_can_be_set_by_its_variable(shell, monkeypatch):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    monkeypatch.setenv("OCRSEARCH_QUERY_LIMIT", "0")

    assert "0" in shell("query", "helios", code=2).stderr


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help(command):
    result = CliRunner().invoke(main, [command, "--help"])

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) >= 5


def test_unexpected_errors_show_no_trace_unless_asked_for(shell, monkeypatch):
    shell("index", shell.photos)

    def broken(*_):
        raise RuntimeError("cosmic ray")

    monkeypatch.setattr(searcher, "Searcher", broken)

    result = shell("query", "helios", code=1)
    assert "unexpected RuntimeError: cosmic ray" in result.stderr
    assert "Traceback" not in result.output
    with pytest.raises(RuntimeError):
        CliRunner().invoke(
            main,
            ["--debug", "--home", str(shell.folder / "home"), "query", "helios"],
            catch_exceptions=False,
        )
