from __future__ import annotations

import json
import os
import shutil

import pytest
from click.testing import CliRunner
from PIL import ExifTags, Image

from indexer import bootstrap, config, reports
from indexer.cli.commands import main
from indexer.entities import Box, Photo, PhotoId, State, Word
from indexer.ocr.protocols import Failed
from indexer.sync.hooks import Step
from indexer.sync.progress_file import reported
from recognizer.printable import printable

from ..conftest import draw_photo, spelled


def test_index_then_query_finds_the_photo(shell):
    draw_photo(shell.photos / "board.png", "helios", "queue")

    indexed = shell("index", shell.photos)
    found = shell("query", "helios")

    assert "1 photos found: 1 read" in indexed.stderr
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


def test_query_json_is_what_programs_were_promised(shell):
    draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    answer = json.loads(shell("query", "helios", "--json").stdout)

    assert set(answer) == {"query", "seconds", "total", "hits"}
    [hit] = answer["hits"]
    assert hit["photo"] == str(shell.photos / "board.png")
    assert 0 < hit["score"] <= 1
    assert hit["words"] == [{"text": "helios", "box": [0, 16, 96, 32], "score": 0.9}]


def test_no_hit_is_exit_code_1_and_suggests_what_was_read(shell):
    draw_photo(shell.photos / "board.png", "algorithm")
    shell("index", shell.photos)

    result = shell("query", "algorythm", "--exact", code=1)

    assert "did you mean algorithm?" in result.stderr


def test_an_open_quote_is_a_usage_error(shell):
    shell("index", shell.photos)

    assert "quote is never closed" in shell("query", '"linked list', code=2).stderr


def test_a_query_before_any_index_says_what_to_do(shell):
    assert "ocrsearch index FOLDER" in shell("query", "helios", code=4).stderr


@pytest.fixture
def dated(shell):
    """A photo of 2 March 2026 in a folder of its own."""
    photo = draw_photo(shell.photos / "march" / "board.png", "helios")
    with Image.open(photo) as picture:
        exif = picture.getexif()
        exif[ExifTags.Base.DateTime] = "2026:03:02 10:00:00"
        picture.save(photo, exif=exif)
    shell("index", shell.photos)
    return shell


@pytest.mark.parametrize(
    ("admits", "option", "value"),
    [
        (True, "--since", "2026-03-02"),
        (False, "--since", "2026-03-03"),
        (True, "--until", "2026-03-03"),
        (False, "--until", "2026-03-02"),
        (True, "--folder", "march"),
        (True, "--min-score", "0.1"),
        (False, "--min-score", "1"),
    ],
)
def test_query_leaves_out_what_its_options_exclude(dated, admits, option, value, monkeypatch):
    monkeypatch.chdir(dated.photos)

    found = dated("query", "helios", option, value, code=0 if admits else 1)

    assert ("board.png" in found.stdout) is admits


def test_query_shows_at_most_as_many_photos_as_asked_for(shell):
    for number in range(3):
        draw_photo(shell.photos / f"{number}.png", "helios", salt=number)
    shell("index", shell.photos)

    found = shell("query", "helios", "--limit", "2")

    assert found.stdout.count(".png") == 2
    assert "… and 1 more, less likely (raise --limit)" in found.stdout


def test_an_exact_query_knows_only_the_best_reading(shell):
    shell.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    draw_photo(shell.photos / "a.png", "queve")
    shell("index", shell.photos)

    shell("query", "queue")
    shell("query", "queue", "--exact", code=1)


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


def test_show_says_that_pages_were_left_out(shell):
    photo = draw_photo(shell.photos / "board.png", "helios")
    scan = shell.photos / "scan.tif"
    with Image.open(photo) as page:
        page.save(scan, save_all=True, append_images=[page.copy()])
    shell("index", shell.photos)

    assert f"{scan}: 1 page beyond the first was left out" in shell("show", scan).stderr
    assert "left out" not in shell("show", photo).stderr
    assert "left_out" not in json.loads(shell("show", photo, "--json").stdout)
    told = shell("show", scan, "--json")
    assert json.loads(told.stdout)["left_out"] == "1 page beyond the first was left out"
    assert told.stderr == ""


@pytest.mark.parametrize("name", ["a\x1b[2Jb.tif", "two\nlines.tif", "\u202etxt.tif"])
def test_what_was_left_out_is_told_without_obeying_the_name(shell, name):
    photo = draw_photo(shell.photos / "board.png", "helios")
    with Image.open(photo) as page:
        page.save(shell.photos / name, save_all=True, append_images=[page.copy()])
    shell("index", shell.photos)

    said = shell("show", shell.photos / name).stderr

    assert said == printable(f"{shell.photos / name}: 1 page beyond the first was left out") + "\n"


def test_show_gives_the_corners_of_each_word_and_the_number_of_its_line(shell):
    photo = draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    [word] = json.loads(shell("show", photo, "--json").stdout)["words"]

    left, top, right, bottom = word["box"]
    assert word["corners"] == [[left, top], [right, top], [right, bottom], [left, bottom]]
    assert word["line"] == 0


def test_the_corners_of_a_slanted_word_are_its_own(tmp_path):
    corners = ((1.5, 0.0), (9.0, 3.25), (8.0, 6.0), (0.0, 2.5))
    word = Word(Box(0, 0, 9, 6), 3, "helios", 0.9, corners=corners)
    photo = Photo(PhotoId(1), "", State.READ, 10, 10, None, (tmp_path,), (word,))

    [told] = json.loads(reports.dumps(reports.photo_json(tmp_path, photo)))["words"]

    assert (told["corners"], told["line"]) == ([list(corner) for corner in corners], 3)


def test_query_draws_its_hits(shell):
    draw_photo(shell.photos / "board.png", "helios")
    shell("index", shell.photos)

    shell("query", "helios", "--image", shell.folder / "out")

    with Image.open(shell.folder / "out" / "01-board.jpg") as picture:
        red, green, _ = picture.convert("RGB").getpixel((95, 24))
    assert red > green + 20  # JPEG smears colours of thin lines


def test_show_prints_text_and_promised_json(shell):
    shell.engine.recognizer.alternatives = {"queve": (("queve", 0.6), ("queue", 0.3))}
    photo = draw_photo(shell.photos / "board.png", "queve", "tree")
    shell("index", shell.photos)

    shown = json.loads(shell("show", photo, "--json").stdout)

    assert shell("show", photo).stdout == "queve\ntree\n"
    assert (shown["width"], shown["height"], shown["state"]) == (256, 48, "read")
    assert shown["words"][0] == {
        "box": [0, 16, 80, 32],
        "corners": [[0, 16], [80, 16], [80, 32], [0, 32]],
        "line": 0,
        "text": "queve",
        "confidence": 0.9,
        "alternatives": [["queve", 0.6], ["queue", 0.3]],
    }


def test_show_of_an_unknown_photo_says_what_to_do(shell):
    shell("index", shell.photos)

    assert "not in the catalog" in shell("show", shell.photos / "none.png", code=2).stderr


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
    assert lines[-1]["message"].startswith("1 photos found: 1 read")
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


def test_unexpected_errors_show_no_trace_unless_asked_for(shell, monkeypatch):
    shell("index", shell.photos)

    def broken(*_):
        raise RuntimeError("cosmic ray")

    monkeypatch.setattr(bootstrap, "Searcher", broken)

    result = shell("query", "helios", code=1)
    assert "unexpected RuntimeError: cosmic ray" in result.stderr
    assert "Traceback" not in result.output
    with pytest.raises(RuntimeError):
        CliRunner().invoke(
            main,
            ["--debug", "--home", str(shell.folder / "home"), "query", "helios"],
            catch_exceptions=False,
        )


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


def test_guesses_are_shown_as_such_and_only_a_few(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    for number in range(6):
        draw_photo(shell.photos / f"{number}.png", "gnene", salt=number)
    shell("index", shell.photos)

    shown = shell("query", "queue").stdout

    assert shown.startswith("nothing certain; perhaps:")
    assert shown.count(".png") == 3


def test_guesses_are_not_listed_behind_certain_hits(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    draw_photo(shell.photos / "guess.png", "gnene")
    draw_photo(shell.photos / "sure.png", "queue")
    shell("index", shell.photos)

    shown = shell("query", "queue").stdout

    assert "sure.png" in shown
    assert "guess.png" not in shown


def test_guesses_are_not_drawn_behind_certain_hits(shell):
    shell.engine.recognizer.posteriorgrams = {"gnene": spelled("gnene", "pvpvp", "queue", "xxxxx")}
    draw_photo(shell.photos / "guess.png", "gnene")
    draw_photo(shell.photos / "sure.png", "queue")
    shell("index", shell.photos)

    shell("query", "queue", "--image", shell.folder / "out")

    assert [path.name for path in (shell.folder / "out").iterdir()] == ["01-sure.jpg"]


def test_a_word_that_is_only_guessed_is_corrected(shell):
    shell.engine.recognizer.posteriorgrams = {"queue": spelled("queue")}
    draw_photo(shell.photos / "a.png", "queue")
    shell("index", shell.photos)

    result = shell("query", "quene")

    assert result.stdout.startswith("nothing certain; perhaps:\n")
    assert "did you mean queue?" in result.stderr
