"""No command writes over what it reads, into a folder of photos, or over a file of the user."""

from __future__ import annotations

import os
import shutil

import click
import pytest
from PIL import Image

from indexer.cli import output_guard
from indexer.cli.commands import main

from ..conftest import draw_photo

INPUTS = {
    "folders", "folder", "photo", "photos", "crops", "weights", "init",
    "fonts", "strokes", "files", "file", "tls_cert", "tls_key", "sources",
}  # fmt: skip
"""Parameters that are paths and are only read."""


def leaves(group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(leaves(main))
WRITING = {n: c for n, c in COMMANDS.items() if any(map(output_guard.is_output, c.params))}


def test_the_commands_that_write_files_are_these():
    assert set(WRITING) == {
        "query", "show", "detect", "demo", "read", "evaluate", "train", "train-language",
        "train-detector", "synthesize words", "synthesize pages", "corrections export", "export",
    }  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_path_of_a_command_is_an_input_or_a_guarded_output(name):
    command = COMMANDS[name]
    paths = {p.name for p in command.params if isinstance(p.type, click.Path)}
    written = {p.name for p in command.params if output_guard.is_output(p)}

    assert paths - written <= INPUTS
    assert not any(isinstance(p.type, click.File) and "w" in p.type.mode for p in command.params)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_writes_a_file_can_be_forced_to_replace_it(name):
    command = COMMANDS[name]
    files = [
        p for p in command.params if output_guard.is_output(p) and not output_guard.is_folder(p)
    ]

    assert bool(files) == any("--force" in p.opts for p in command.params)


@pytest.mark.parametrize("name", WRITING)
def test_every_output_in_a_folder_of_photos_is_refused_before_anything_runs(name, shell):
    draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    before = sorted(shell.photos.rglob("*"))
    command = WRITING[name]
    written = [p for p in command.params if output_guard.is_output(p)]
    others = [
        argument
        for p in command.params
        if p.required and not output_guard.is_output(p)
        for argument in ([p.opts[0]] if isinstance(p, click.Option) else []) + [str(shell.folder)]
    ]

    for parameter in written:
        out = str(shell.photos / "new" / "x.png")
        named = [parameter.opts[0], out] if isinstance(parameter, click.Option) else [out]
        rest = [
            argument
            for p in written
            if p.required and p is not parameter
            for argument in [p.opts[0], str(shell.folder / "elsewhere")]
        ]
        result = shell(*name.split(), *named, *rest, *others, code=2)

        assert "nothing is ever written into a folder of photos" in result.output
    assert sorted(shell.photos.rglob("*")) == before


@pytest.fixture
def photo(shell):
    path = draw_photo(shell.photos / "a.png", "helios")
    shell("index", shell.photos)
    return path


def spellings(shell):
    yield "the photo itself", shell.photos / "a.png"
    yield "another name beside it", shell.photos / "b.jpg"
    yield "a folder below", shell.photos / "deep" / "er" / "b.jpg"
    yield "dots", shell.photos / ".." / "photos" / "b.jpg"
    link = shell.folder / "link"
    link.symlink_to(shell.photos)
    yield "a linked folder", link / "b.jpg"
    (shell.folder / "alias.png").symlink_to(shell.photos / "a.png")
    yield "a link to the photo", shell.folder / "alias.png"
    (shell.folder / "dangling.png").symlink_to(shell.photos / "b.png")
    yield "a link to what is not there", shell.folder / "dangling.png"
    os.link(shell.photos / "a.png", shell.folder / "hard.png")
    yield "a hard link", shell.folder / "hard.png"
    yield "relative", os.path.relpath(shell.photos / "b.jpg")


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["show", "detect"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_photo_is_never_written_over_however_it_is_spelled(shell, photo, command, force):
    before = photo.read_bytes()

    for spelling, out in spellings(shell):
        shell(command, photo, "--image", out, *force, code=2)

        assert photo.read_bytes() == before, spelling
        assert list(shell.photos.iterdir()) == [photo], spelling


def test_the_folder_of_a_photo_that_was_never_indexed_is_one_of_photos(shell):
    photo = draw_photo(shell.folder / "elsewhere" / "a.png", "helios")

    result = shell("detect", photo, "--image", photo.with_name("boxes.jpg"), code=2)

    assert "choose another place" in result.output
    assert list(photo.parent.iterdir()) == [photo]


def test_the_folder_that_a_linked_photo_leads_to_is_one_of_photos(shell):
    photo = draw_photo(shell.folder / "elsewhere" / "a.png", "helios")
    (shell.folder / "links").mkdir()
    (shell.folder / "links" / "a.png").symlink_to(photo)

    shell("detect", shell.folder / "links" / "a.png", "--image", photo.with_name("b.jpg"), code=2)


def test_a_configured_folder_is_one_of_photos_before_it_is_indexed(shell):
    configured = shell.folder / "configured"
    configured.mkdir()
    file = shell.folder / "config.toml"
    file.write_text(f"folders = ['{configured}']\n", encoding="utf-8")
    photo = draw_photo(shell.photos / "a.png", "helios")

    shell("--config", file, "detect", photo, "--image", configured / "x.jpg", code=2)

    assert list(configured.iterdir()) == []


def test_a_query_writes_no_pictures_into_a_folder_of_photos(shell, photo):
    shell("query", "helios", "--image", shell.photos, code=2)
    shell("query", "helios", "--image", shell.photos / "found", code=2)

    assert list(shell.photos.iterdir()) == [photo]


def test_a_file_that_exists_is_replaced_only_by_force(shell, photo):
    out = shell.folder / "letter.jpg"
    out.write_text("dear aunt", encoding="utf-8")

    result = shell("show", photo, "--image", out, code=2)

    assert "letter.jpg: exists; choose another name, or give --force" in result.output
    assert out.read_text(encoding="utf-8") == "dear aunt"

    shell("show", photo, "--image", out, "--force")

    with Image.open(out) as drawn:
        assert drawn.size


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_picture_that_the_program_has_drawn_is_replaced(shell, photo, ending):
    out = shell.folder / f"out.{ending}"
    shell("show", photo, "--image", out)
    shutil.copy(out, first := shell.folder / "first")

    shell("detect", photo, "--image", out)

    assert out.read_bytes() != first.read_bytes()


def test_a_query_leaves_a_picture_of_the_user_and_says_so(shell, photo):
    out = shell.folder / "found"
    out.mkdir()
    draw_photo(out / "01-a.jpg", "selene")
    before = (out / "01-a.jpg").read_bytes()

    result = shell("query", "helios", "--image", out)

    assert "01-a.jpg: exists" in result.stderr
    assert (out / "01-a.jpg").read_bytes() == before


def test_a_command_does_not_replace_what_it_reads_even_by_force(shell, photo):
    file = shell.folder / "config.toml"
    file.write_text("nice = 1\n", encoding="utf-8")

    result = shell("--config", file, "show", photo, "--image", file, "--force", code=2)

    assert "this command reads" in result.output
    assert file.read_text(encoding="utf-8") == "nice = 1\n"


def test_the_catalog_is_not_replaced_even_by_force(shell, photo):
    catalog = shell.folder / "home" / "catalog.db"
    before = catalog.read_bytes()

    shell("show", photo, "--image", catalog, "--force", code=2)

    assert catalog.read_bytes() == before


@pytest.mark.parametrize("data", ["{}", "{}/labels.tsv", "folder:{}", "{}#10"])
def test_labelled_words_are_not_replaced_even_by_force(shell, data):
    words = shell.folder / "words"
    words.mkdir()
    (words / "labels.tsv").write_text("0.png\tcat\n", encoding="utf-8")
    image = draw_photo(words / "0.png", "cat")
    before = image.read_bytes()

    shell("evaluate", data.format(words), "--worst", image, "--force", code=2)

    assert image.read_bytes() == before


BESIDE = [
    ("train-language --data {words} --out {words}/de.arpa.gz", "de.arpa.gz"),
    ("train-language --data {words}/labels.tsv --out {words}/de.arpa", "de.arpa"),
    ("train-language --words {words}/names.txt --out {words}/de.arpa.gz", "de.arpa.gz"),
    ("evaluate {words} --worst {words}/worst.png", "worst.png"),
    ("evaluate {words}/labels.tsv --worst {words}/deep/worst.jpg", "deep/worst.jpg"),
    ("evaluate {words}#1 --worst {words}/worst.png", "worst.png"),
    ("read {words} --csv {words}/out.csv", "out.csv"),
    ("read {words}/0.png --csv {words}/labels.csv", "labels.csv"),
    ("synthesize words {words}/out.zip --letters {words}", "out.zip"),
    ("synthesize words {words}/out.zip --fonts {words}/deep", "out.zip"),
]
"""Commands that write a file among what they read, and the file, which is none of that."""

READ = [
    ("train-language --data {words} --out {words}/labels.tsv", "labels.tsv"),
    ("train-language --data {words} --out {words}/0.png", "0.png"),
    ("train-language --words {words}/names.txt --out {words}/deep/../names.txt", "names.txt"),
    ("train-language --words {words}/names.txt --out {words}/link.txt", "names.txt"),
    ("train-language --words {words}/names.txt --out {words}/hard.txt", "names.txt"),
    ("evaluate {words} --worst {words}/link.png", "0.png"),
    ("evaluate {words} --worst {words}/hard.png", "0.png"),
    ("evaluate {words}/labels.tsv --worst {words}/deep/1.png", "deep/1.png"),
    ("evaluate folder:{words} --worst {words}/0.png", "0.png"),
    ("read {words} --csv {words}/other.png", "other.png"),
    ("read {words}/0.png --csv {words}/0.png", "0.png"),
    ("synthesize words {words}/font.ttf --fonts {words}", "font.ttf"),
]
"""Commands that would write over what they read, and that file."""


@pytest.fixture
def words(shell, monkeypatch):
    """A folder of labelled words; no command gets beyond its guard."""
    folder = shell.folder / "words"
    (folder / "deep").mkdir(parents=True)
    (folder / "labels.tsv").write_text("0.png\tcat\ndeep/1.png\tdog\n", encoding="utf-8")
    for name in ("0.png", "deep/1.png", "other.png"):
        draw_photo(folder / name, "cat")
    for name in ("names.txt", "font.ttf"):
        (folder / name).write_text("cat\n", encoding="utf-8")
    for name, ending in (("0", "png"), ("names", "txt")):
        (folder / f"link.{ending}").symlink_to(folder / f"{name}.{ending}")
        os.link(folder / f"{name}.{ending}", folder / f"hard.{ending}")

    def checked(ctx):
        check(ctx)
        raise click.exceptions.Exit(77)

    check = output_guard.check
    monkeypatch.setattr(output_guard, "check", checked)
    return folder


@pytest.mark.parametrize(("line", "out"), BESIDE)
def test_an_output_may_lie_beside_what_is_read(shell, words, line, out):
    command = line.format(words=words).split()
    shell(*command, code=77)
    (words / out).write_text("former", encoding="utf-8")

    assert "or give --force" in shell(*command, code=2).output

    shell(*command, "--force", code=77)


@pytest.mark.parametrize(("line", "out"), READ)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_that_is_read_is_no_output_however_it_is_named(shell, words, line, out, force):
    before = (words / out).read_bytes()

    result = shell(*line.format(words=words).split(), *force, code=2)

    assert "this command reads" in " ".join(result.output.replace("which", "").split())
    assert (words / out).read_bytes() == before


def test_the_commands_of_other_packages_stay_as_they_are():
    from indexer.bootstrap import engine_commands

    found = dict(leaves(click.Group(commands={c.name: c for c in engine_commands()})))

    assert {"read", "evaluate", "train-language", "synthesize words"} <= set(found)
    assert not any("--force" in p.opts for c in found.values() for p in c.params)
    assert all(COMMANDS[name] is not command for name, command in found.items() if name in WRITING)


@pytest.mark.parametrize("number", ["pages", "words"])
def test_a_training_does_not_write_among_the_data_that_it_reads(shell, number):
    data = shell.folder / "data"
    data.mkdir()
    command = {"pages": "train-detector --pages", "words": "train --data"}[number].split()

    result = shell(*command, data, "--out", data, "--budget", "1s", code=2)

    assert "which this command reads" in result.output
    assert list(data.iterdir()) == []


def test_a_terminal_or_a_pipe_can_be_an_output(shell):
    output_guard.refuse_replacing(shell.folder / "new")
    output_guard.refuse_replacing(shell.folder)
    os.mkfifo(shell.folder / "pipe")

    output_guard.refuse_replacing(shell.folder / "pipe")


@pytest.mark.parametrize(
    "command",
    [
        ["synthesize", "words", "OUT.zip", "--fonts", "/tmp"],
        ["train-language", "--words", "english", "--out", "OUT.arpa"],
        ["read", "a.png", "--csv", "OUT.csv"],
        ["evaluate", "words", "--worst", "OUT.png"],
        ["detect", "PHOTO", "--image", "OUT.png"],
        ["show", "PHOTO", "--image", "OUT.png"],
    ],
    ids=" ".join,
)
def test_a_file_in_a_folder_that_does_not_exist_is_refused_before_any_work(shell, command):
    nowhere = str(shell.folder / "nowhere" / "out")

    named = {"PHOTO": str(shell.photos / "a.png"), "OUT": nowhere}
    words = [word.replace("OUT", nowhere) for word in command]
    said = shell(*(named.get(word, word) for word in words), code=2).stderr

    assert f"there is no folder {shell.folder / 'nowhere'}; make it first" in said
    assert len(said.splitlines()) == 1
