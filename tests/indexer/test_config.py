from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from indexer import config
from indexer.errors import ConfigError

OTHER = {
    "home": "/elsewhere",
    "folders": '["/boards"]',
    "catalog_url": "sqlite:///x.db",
    "weights": "/mine",
    "device": "cpu",
    "language": "none",
    "languages": "none",
    "words": "[]",
    "detector": "classical",
    "detector_weights": "/mine",
    "suffixes": '[".gif"]',
    "rescan_seconds": "7",
    "poll_seconds": "7",
    "batch_photos": "7",
    "alternatives": "7",
    "nice": "7",
    "idle_io": "true",
    "pause_on_battery": "true",
}
"""Values that are no defaults, as variables carry them; 0.75 is one for all other settings."""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    return tmp_path / "config.toml"


def test_without_a_file_the_defaults_hold(file):
    assert config.load().settle_seconds == 2.0


def test_flag_beats_environment_beats_file_beats_default(file, monkeypatch):
    file.write_text("settle_seconds = 3\nrescan_seconds = 30\nbatch_photos = 3\n")
    monkeypatch.setenv("OCRSEARCH_SETTLE_SECONDS", "4")
    monkeypatch.setenv("OCRSEARCH_RESCAN_SECONDS", "40")

    settings = config.load(file, settle_seconds=5)

    assert settings.settle_seconds == 5
    assert settings.rescan_seconds == 40
    assert settings.batch_photos == 3


def test_a_variable_goes_before_the_file_whatever_its_case(file, monkeypatch):
    file.write_text("batch_photos = 3\n")
    monkeypatch.setenv("ocrsearch_batch_photos", "5")

    assert config.load(file).batch_photos == 5


@pytest.mark.parametrize("name", ["nice", "words", "pause_on_battery"])
def test_an_empty_variable_counts_as_not_set(file, monkeypatch, name):
    file.write_text("nice = 3\nwords = []\npause_on_battery = true\n")
    monkeypatch.setenv(f"OCRSEARCH_{name.upper()}", "")

    settings = config.load(file)

    assert (settings.nice, settings.words, settings.pause_on_battery) == (3, (), True)


@pytest.mark.parametrize("name", sorted(config.KINDS))
def test_every_setting_can_be_set_by_its_variable_alone(file, monkeypatch, name):
    monkeypatch.setenv(f"OCRSEARCH_{name.upper()}", OTHER.get(name, "0.75"))

    assert getattr(config.load(), name) != getattr(config.Settings(), name)


def test_loading_one_file_leaves_nothing_behind_for_the_next(file):
    file.write_text("nice = 3\n")
    config.load(file)

    assert config.load().nice == 0
    assert config.Settings().nice == 0


def test_every_wrong_key_is_named_at_once_with_a_suggestion(file):
    file.write_text('settle_secnds = 3\nbatch_photos = "many"\nkeep_days = -1\n')

    with pytest.raises(ConfigError) as caught:
        config.load(file)

    message = str(caught.value)
    assert f"{file}: unknown key 'settle_secnds'; did you mean 'settle_seconds'?" in message
    assert "batch_photos = 'many'" in message
    assert "keep_days = -1" in message


def test_a_wrong_variable_is_named_as_such_and_not_the_file(file, monkeypatch):
    file.write_text("batch_photos = 3\n")
    monkeypatch.setenv("OCRSEARCH_BATCH_PHOTOS", "zero")

    with pytest.raises(ConfigError, match=r"^OCRSEARCH_BATCH_PHOTOS: batch_photos = 'zero': "):
        config.load(file)


def test_a_wrong_option_is_named_as_such(file):
    with pytest.raises(ConfigError, match=r"^option --batch-photos: batch_photos = 0: "):
        config.load(batch_photos=0)


def test_a_key_like_no_setting_is_answered_with_the_example(file):
    file.write_text("colour = 3\n")

    with pytest.raises(ConfigError, match=r"unknown key 'colour'; see config\.example\.toml"):
        config.load(file)


def test_a_file_that_is_no_toml_is_named(file):
    file.write_text("settle_seconds = = 3\n")

    with pytest.raises(ConfigError, match=r"config\.toml: not valid TOML"):
        config.load(file)


def test_a_missing_file_that_was_asked_for_is_an_error(file):
    with pytest.raises(ConfigError, match="cannot read"):
        config.load(file)


def test_a_file_that_is_no_text_is_named(file):
    file.write_bytes(b"home = '\xff'")

    with pytest.raises(
        ConfigError, match=r"config\.toml, line 1: not UTF-8; save the file as UTF-8"
    ):
        config.load(file)


def test_a_folder_or_a_link_to_nothing_is_named_with_the_true_reason(file, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: file)
    file.symlink_to("nothing")
    with pytest.raises(ConfigError, match=r"config\.toml: .*\(No such file or directory\)"):
        config.load()

    file.unlink()
    file.mkdir()
    for path in (file, None):
        with pytest.raises(ConfigError, match=r"config\.toml: .*\(Is a directory\)"):
            config.load(path)


def test_a_file_without_permission_says_so(file, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    file.write_text("nice = 5\n")
    monkeypatch.setattr(Path, "open", refuse)  # permissions do not bind the superuser

    with pytest.raises(ConfigError, match=r"\(Permission denied\)"):
        config.load(file)


def test_a_pipe_or_a_device_is_read_like_a_file(file):
    reading, writing = os.pipe()
    os.write(writing, b"nice = 5\n")
    os.close(writing)

    assert config.load(Path(f"/dev/fd/{reading}")).nice == 5
    assert config.load(Path(os.devnull)).nice == 0
    os.close(reading)


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_configuration_may_lie_in_the_home_of_the_user(file, monkeypatch, by_variable):
    file.write_text("nice = 5\n")
    monkeypatch.setenv("HOME", str(file.parent))
    if by_variable:
        monkeypatch.setenv("OCRSEARCH_CONFIG", "~/config.toml")

    assert config.load(None if by_variable else Path("~/config.toml")).nice == 5


def test_the_home_of_a_user_that_does_not_exist_is_a_plain_path(file):
    with pytest.raises(ConfigError, match=r"~nobody-here/config\.toml: cannot read"):
        config.load(Path("~nobody-here/config.toml"))


def test_the_home_of_the_user_is_understood(file):
    file.write_text('folders = ["~/boards"]\n')

    assert config.load(file).folders == (Path.home() / "boards",)


def test_a_suffix_without_dot_is_refused(file):
    file.write_text('suffixes = ["jpg"]\n')

    with pytest.raises(ConfigError, match="must start with a dot"):
        config.load(file)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('words = "english"', "words"),
        ("words = [3]", "words"),
        ("language = 3", "language"),
        ('languages = "english"', "languages"),
        ('languages = "en"', "languages"),
        ("languages = 3", "languages"),
        ("languages = [3]", "languages"),
        ("languages = true", "languages"),
        ('language = ["english"]', "language"),
        ('detector = "best"', "detector"),
        ("detector = 1", "detector"),
    ],
)
def test_a_wrong_choice_of_language_words_or_detector_names_its_key(file, line, key):
    file.write_text(f"{line}\n")

    with pytest.raises(ConfigError, match=rf"config\.toml: {key} = "):
        config.load(file)


def test_a_wrong_detector_is_answered_with_those_that_there_are(file):
    file.write_text('detector = "best"\n')

    with pytest.raises(ConfigError, match="'learned' or 'classical'"):
        config.load(file)


def test_english_and_the_learned_detector_are_the_default(file):
    assert config.load().language == "english"
    assert config.load().words == ("english",)
    assert config.load().detector == "learned"


def test_word_lists_can_be_left_out_or_given_by_file_and_variable(file, monkeypatch):
    file.write_text("words = []\n")
    assert config.load(file).words == ()

    monkeypatch.setenv("OCRSEARCH_WORDS", '["english", "~/terms.txt", "./english"]')
    expected = ("english", str(Path.home() / "terms.txt"), "./english")
    assert config.load(file).words == expected


def test_a_language_model_may_lie_in_the_home_of_the_user(file):
    file.write_text('language = "~/german.arpa.gz"\n')

    assert config.load(file).language == str(Path.home() / "german.arpa.gz")


def test_a_list_in_a_variable_that_is_no_json_is_named(file, monkeypatch):
    monkeypatch.setenv("OCRSEARCH_WORDS", "english")

    with pytest.raises(ConfigError, match=r"^OCRSEARCH_WORDS = 'english': not a list"):
        config.load()


def test_a_user_without_a_home_is_asked_for_one(tmp_path, monkeypatch):
    monkeypatch.setattr(config.os.path, "expanduser", str)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    file = tmp_path / "config.toml"
    file.touch()

    with pytest.raises(ConfigError, match="no home folder is known for this user; give --home"):
        config.load(file)
    assert config.load(file, home=tmp_path).home == tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "auto"),
        ('languages = "auto"', "auto"),
        ('languages = "none"', "none"),
        ('languages = ["en", "~/sv.arpa"]', ("en", str(Path.home() / "sv.arpa"))),
        ('language = "english"', None),
        ('words = ["english"]', None),
        ('language = "none"\nwords = []', None),
    ],
)
def test_languages_are_found_unless_one_language_or_words_are_set(file, text, expected):
    file.write_text(f"{text}\n")

    assert config.load(file).languages == expected


@pytest.mark.parametrize("value", ["auto", "none", '["en", "fr"]'])
def test_languages_may_be_given_by_a_variable(file, monkeypatch, value):
    monkeypatch.setenv("OCRSEARCH_LANGUAGES", value)

    assert config.load().languages == (("en", "fr") if value.startswith("[") else value)


def test_old_settings_keep_the_defaults_of_each_other(file):
    file.write_text('language = "none"\n')
    assert config.load(file).words == ("english",)

    file.write_text("words = []\n")
    assert config.load(file).language == "english"


@pytest.mark.parametrize("languages", ['"auto"', '"none"', '["en"]'])
@pytest.mark.parametrize("old", ['language = "english"', 'words = ["english"]'])
def test_languages_beside_an_old_key_is_an_error_that_names_both(file, languages, old):
    file.write_text(f"languages = {languages}\n{old}\n")

    with pytest.raises(ConfigError, match=rf"toml: languages and .*toml: {old.split()[0]} exclude"):
        config.load(file)


def test_keys_that_exclude_each_other_are_named_with_where_each_stands(file, monkeypatch):
    file.write_text('languages = "auto"\n')
    monkeypatch.setenv("OCRSEARCH_WORDS", "[]")

    with pytest.raises(ConfigError, match=r"config\.toml: languages and OCRSEARCH_WORDS: words"):
        config.load(file)


@pytest.mark.parametrize("name", ["XDG_DATA_HOME", "XDG_CONFIG_HOME"])
@pytest.mark.parametrize("value", ["rel", ".", "../x", "~/x", " "])
def test_a_relative_place_of_the_user_counts_as_not_set(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv(name, value)

    assert config.Settings().home == tmp_path / ".local" / "share" / "ocrsearch"
    assert config._user_path(config.user_config_path, ".config") == tmp_path / ".config/ocrsearch"


def test_a_relative_home_of_the_user_is_no_home(monkeypatch):
    monkeypatch.setenv("HOME", "rel")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)

    assert config.Settings().home.parts[0] in {"/", "~"}  # of the entry for the user, or refused


def test_a_configuration_that_may_not_be_looked_for_is_told(file, monkeypatch, caplog):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", refuse)

    config.load()

    assert (
        f"{config.default_path()}: cannot look for the configuration (Permission denied)"
        in caplog.text
    )


def test_a_relative_path_is_that_of_the_folder_in_which_the_program_was_started(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    settings = config.load(home=Path("home"), folders=(Path("photos"), Path("~", "more")))

    assert settings.home == tmp_path / "home"
    assert settings.folders == (tmp_path / "photos", Path("~", "more").expanduser())


@pytest.mark.parametrize("text", ["[" * 5000, "a = " + "[" * 20_000, "a = {", 'a = "\x00"', "= 1"])
def test_what_is_no_toml_is_told_with_its_file(file, text):
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"config\.toml: not valid TOML"):
        config.load(file)


@pytest.mark.parametrize("text", ["1", "on", "T", "true", "Yes", "y"])
def test_a_variable_says_yes_in_each_of_the_usual_words(file, monkeypatch, text):
    monkeypatch.setenv("OCRSEARCH_IDLE_IO", text)

    assert config.load().idle_io is True


@pytest.mark.parametrize("text", ["0", "off", "F", "false", "No", "n"])
def test_a_variable_says_no_in_each_of_the_usual_words(file, monkeypatch, text):
    file.write_text("idle_io = true\n")
    monkeypatch.setenv("OCRSEARCH_IDLE_IO", text)

    assert config.load(file).idle_io is False


@pytest.mark.parametrize("line", ["nice = 5", "nice = 5.0", 'nice = "5"', 'nice = " 5.0 "'])
def test_a_whole_number_may_be_written_in_other_ways(file, line):
    file.write_text(f"{line}\n")

    nice = config.load(file).nice

    assert nice == 5
    assert isinstance(nice, int)


@pytest.mark.parametrize("line", ["keep_days = 5", 'keep_days = "5"', "keep_days = 5.0"])
def test_a_number_may_be_written_without_a_point(file, line):
    file.write_text(f"{line}\n")

    assert config.load(file).keep_days == 5.0
