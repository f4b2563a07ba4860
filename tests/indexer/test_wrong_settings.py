"""A wrong setting is answered in one sentence: where it stands, its key, and what may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import config
from indexer.errors import ConfigError


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('folders = "p"', 'a list such as ["~/boards", "/media/notes"]'),
        ("folders = [1]", 'a list such as ["~/boards", "/media/notes"]'),
        ("folders = true", 'a list such as ["~/boards", "/media/notes"]'),
        ('words = "p"', 'a list such as ["one", "two"]'),
        ("words = [[]]", 'a list such as ["one", "two"]'),
        ('suffixes = ".jpg"', 'a list such as ["one", "two"]'),
        ("home = 1", "a path in quotes"),
        ("weights = []", "a path in quotes"),
        ("catalog_url = 1", "a text in quotes"),
        ("settle_seconds = nan", "a number from 0 to 3600"),
        ("settle_seconds = inf", "a number from 0 to 3600"),
        ("settle_seconds = -1", "a number from 0 to 3600"),
        ('settle_seconds = "soon"', "a number from 0 to 3600"),
        ("settle_seconds = true", "a number from 0 to 3600"),
        ("max_megapixels = 0", "a number above 0 up to 1e+09"),
        ("max_megapixels = false", "a number above 0 up to 1e+09"),
        ("missing_share = true", "a number above 0 up to 1"),
        ("nice = true", "a whole number from 0 to 19"),
        ("nice = 1.5", "a whole number from 0 to 19"),
        ("nice = 1979-05-27", "a whole number from 0 to 19"),
        ("batch_photos = {}", "a whole number from 1 to 1000"),
        ('idle_io = "perhaps"', "true or false"),
        ("device = true", "'auto' or 'cpu' or 'cuda'"),
    ],
)
def test_a_wrong_value_is_answered_with_what_may_stand_there(file, line, wanted):
    file.write_text(f"{line}\n")

    with pytest.raises(ConfigError) as told:
        config.load(file)

    [said] = str(told.value).splitlines()
    assert said.startswith(f"{file}: {line.split()[0]} = ")
    assert said.endswith(f": give {wanted}")


def test_every_setting_has_words_for_what_may_stand_there():
    for key in config.KINDS:
        assert config.KINDS[key].wanted


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x\\u0000y", "holds a NUL character"),
        ("\\u0000", "holds a NUL character"),
        ("$HOME/boards", "$HOME is not replaced here"),
        ("${XDG_PICTURES_DIR}", "${XDG_PICTURES_DIR} is not replaced here"),
        ("~nobody-here/boards", "there is no user nobody-here"),
        ("~nobody-here", "there is no user nobody-here"),
    ],
)
@pytest.mark.parametrize("key", ["home", "folders", "weights", "detector_weights"])
def test_a_path_that_leads_nowhere_is_told_with_its_key(file, key, value, said):
    shown = f'["{value}"]' if key == "folders" else f'"{value}"'
    file.write_text(f"{key} = {shown}\n")

    with pytest.raises(ConfigError) as told:
        config.load(file)

    assert str(told.value).startswith(f"{file}: {key} = ")
    assert said in str(told.value)


@pytest.mark.parametrize(
    "line",
    ['catalog_url = "sqlite:///a\\u0000"', 'language = "a\\u0000"', 'words = ["a\\u0000"]',
     'languages = ["en", "a\\u0000"]', 'suffixes = [".a\\u0000"]'],
)  # fmt: skip
def test_no_text_may_hold_a_nul(file, line):
    file.write_text(f"{line}\n")

    with pytest.raises(ConfigError, match="holds a NUL character"):
        config.load(file)


@pytest.mark.parametrize("name", ["/boards/$HOME", "/boards/~ada", "/a$b", "~"])
def test_signs_of_a_shell_within_a_name_are_plain(file, name):
    file.write_text(f'folders = ["{name}"]\n')

    assert config.load(file).folders == (Path(name).expanduser(),)
