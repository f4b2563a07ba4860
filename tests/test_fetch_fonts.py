"""The script that fetches fonts, with an npm that serves packages made here."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "docs" / "fetch_fonts.py"

NPM = """#!{python}
import pathlib, shutil, sys
command, package, _, folder = sys.argv[1:]
archive = pathlib.Path(__file__).with_name(package.removeprefix("@fontsource/") + ".tgz")
if command != "pack" or not archive.exists():
    sys.exit("npm error code E404")
shutil.copy(archive, pathlib.Path(folder) / "fontsource-package-1.0.0.tgz")
"""


@pytest.fixture
def script(monkeypatch):
    """The script as a module; unpacking woff2 files is left out."""
    spec = importlib.util.spec_from_file_location("fetch_fonts", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "to_ttf", lambda woff2: b"ttf of " + woff2)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: name)
    return module


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Publishes a package on the npm of this test."""
    folder = tmp_path / "npm"
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(NPM.format(python=sys.executable))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))

    def add(name, *, licence="OFL-1.1", stated=None, files=("latin-400-normal",), drop=()):
        package = {"name": f"@fontsource/{name}", "version": "5.1.0", "license": licence}
        metadata = {"family": name.title(), "version": "v7"}
        metadata["license"] = stated or {"type": licence}
        members = {"package.json": json.dumps(package), "metadata.json": json.dumps(metadata)}
        members |= {f"files/{name}-{file}.woff2": file for file in files}
        with tarfile.open(folder / f"{name}.tgz", "w:gz") as archive:
            for path, text in members.items():
                if path not in drop:
                    entry = tarfile.TarInfo(f"package/{path}")
                    entry.size = len(text)
                    archive.addfile(entry, io.BytesIO(text.encode()))
        return folder / f"{name}.tgz"

    return add


@pytest.fixture
def fonts(tmp_path):
    return tmp_path / "fonts"


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_a_font_is_fetched_and_recorded(script, publish, fonts):
    publish("caveat", files=("latin-400-italic", "latin-ext-400-normal", "latin-400-normal"))

    assert script.main([str(fonts), "caveat"]) == 0

    assert (fonts / "caveat-latin-400.ttf").read_bytes() == b"ttf of latin-400-normal"
    assert manifest(fonts) == {
        "caveat": {
            "family": "Caveat",
            "file": "caveat-latin-400.ttf",
            "licence": "OFL-1.1",
            "package": "@fontsource/caveat@5.1.0",
            "version": "v7",
        }
    }


def test_fonts_that_are_there_are_not_fetched_again(script, publish, fonts):
    archive = publish("caveat")
    script.main([str(fonts), "caveat"])
    archive.unlink()

    assert script.main([str(fonts), "caveat"]) == 0


def test_a_font_whose_file_was_removed_is_fetched_again(script, publish, fonts):
    publish("caveat")
    script.main([str(fonts), "caveat"])
    (fonts / "caveat-latin-400.ttf").unlink()

    assert script.main([str(fonts), "caveat"]) == 0
    assert (fonts / "caveat-latin-400.ttf").exists()


def test_a_font_that_fails_is_named_and_the_others_are_fetched(script, publish, fonts, capsys):
    publish("caveat")

    assert script.main([str(fonts), "unheard-of", "caveat"]) == 1

    assert list(manifest(fonts)) == ["caveat"]
    assert "unheard-of: npm has no such package" in capsys.readouterr().err


def test_a_font_under_another_licence_is_refused(script, publish, fonts, capsys):
    publish("mine", licence="Proprietary")

    assert script.main([str(fonts), "mine"]) == 1

    assert list(fonts.iterdir()) == []
    assert "mine: its licence is 'Proprietary', not one of OFL-1.1" in capsys.readouterr().err


def test_the_licence_of_the_packaging_is_not_that_of_the_font(script, publish, fonts, capsys):
    publish("old", licence="MIT", stated="see the attribution page")

    assert script.main([str(fonts), "old"]) == 1

    assert "old: its licence is 'see the attribution page'" in capsys.readouterr().err


def test_a_font_without_the_normal_weight_comes_in_a_light_one(script, publish, fonts):
    publish("thin", files=("latin-300-normal", "latin-700-normal"))

    assert script.main([str(fonts), "thin"]) == 0
    assert (fonts / "thin-latin-300.ttf").exists()


def test_a_font_without_latin_letters_is_named(script, publish, fonts, capsys):
    publish("kana", files=("japanese-400-normal",))

    assert script.main([str(fonts), "kana"]) == 1
    assert "kana: it has no upright Latin font" in capsys.readouterr().err


def test_a_damaged_package_is_named(script, publish, fonts, capsys):
    publish("bad").write_bytes(b"no archive")
    publish("worse", drop=("metadata.json",))

    assert script.main([str(fonts), "bad", "worse"]) == 1

    errors = capsys.readouterr().err
    assert "bad: the package is damaged" in errors
    assert "worse: the package is damaged" in errors


@pytest.mark.parametrize("name", ["../etc", "--registry=x", "Caveat", ""])
def test_what_is_no_name_of_a_font_never_reaches_npm(script, publish, fonts, name):
    with pytest.raises(script.FetchError, match="not the name of a font"):
        script.fetch(name, fonts)


def test_what_is_missing_is_asked_for(script, monkeypatch, tmp_path, fonts, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert script.main([str(fonts)]) == 2
    assert "npm is needed" in capsys.readouterr().err

    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None)
    assert script.main([str(fonts)]) == 2
    assert "pip install fonttools brotli" in capsys.readouterr().err
    assert not fonts.exists()


def test_a_damaged_manifest_stops_the_script_and_nothing_is_lost(script, publish, fonts, capsys):
    fonts.mkdir()
    (fonts / "manifest.json").write_text("{")

    assert script.main([str(fonts), "caveat"]) == 2
    assert "manifest.json is damaged" in capsys.readouterr().err
    assert (fonts / "manifest.json").read_text() == "{"


def test_the_default_fonts_are_a_hundred_and_each_is_named_once(script):
    assert len(script.FONTS) == len(set(script.FONTS)) > 100


def test_woff2_files_are_unpacked(publish):
    pytest.importorskip("brotli")
    ttlib = pytest.importorskip("fontTools.ttLib")
    from PIL import ImageFont

    spec = importlib.util.spec_from_file_location("fetch_fonts", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    packed = io.BytesIO()
    font = ttlib.TTFont(io.BytesIO(ImageFont.load_default(20).font_bytes))
    font.flavor = "woff2"
    font.save(packed)

    unpacked = script.to_ttf(packed.getvalue())

    assert ImageFont.truetype(io.BytesIO(unpacked), 20).getlength("abc") > 0
    with pytest.raises(ValueError, match=r"."):
        script.to_ttf(b"no font")
