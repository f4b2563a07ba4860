"""The home folder is private, and apart from the photos."""

from __future__ import annotations

import os

import pytest

from indexer import home
from indexer.errors import CatalogError, ConfigError


@pytest.fixture(autouse=True)
def _umask():
    before = os.umask(0o002)
    yield
    os.umask(before)


def mode(settings):
    return settings.home.stat().st_mode & 0o777


def test_a_new_home_is_private_whatever_the_umask(settings):
    home.make(settings)

    assert mode(settings) == 0o700


def test_an_empty_home_that_others_can_write_to_is_made_private(settings):
    settings.home.mkdir()
    assert mode(settings) == 0o775

    home.make(settings)

    assert mode(settings) == 0o700


def test_a_home_that_others_can_only_read_is_made_private(settings):
    settings.home.mkdir(mode=0o755)
    (settings.home / "catalog.db").touch()

    home.make(settings)

    assert mode(settings) == 0o700


def test_a_home_that_others_could_have_filled_is_refused_with_the_command_that_helps(settings):
    settings.home.mkdir()
    (settings.home / "index").mkdir()

    for use in (home.make, home.check_private):
        with pytest.raises(ConfigError, match=f"chmod 700 {settings.home}"):
            use(settings)
    assert mode(settings) == 0o775


def test_a_home_of_somebody_else_is_refused(settings, monkeypatch):
    home.make(settings)
    me = settings.home.stat().st_uid + 1
    monkeypatch.setattr(os, "geteuid", lambda: me)
    if not me - 1:
        os.chown(settings.home, 12345, -1)

    with pytest.raises(ConfigError, match="belongs to user"):
        home.check_private(settings)


def test_a_file_system_that_knows_no_permissions_is_refused(settings, monkeypatch):
    settings.home.mkdir()
    monkeypatch.setattr("pathlib.Path.chmod", lambda *_: None)

    with pytest.raises(ConfigError, match="others can write there"):
        home.make(settings)


def test_a_home_that_cannot_be_made_is_named(settings):
    settings.home.parent.joinpath("home").write_text("a file")

    with pytest.raises(CatalogError, match="not a folder"):
        home.make(settings)


def test_home_and_photos_may_lie_side_by_side(tmp_path):
    home.check_apart(tmp_path / "photos-home", [tmp_path / "photos"])


@pytest.mark.parametrize("inner", ["photos", "photos/deep/home"])
def test_a_home_inside_a_photo_folder_is_refused(tmp_path, inner):
    with pytest.raises(ConfigError, match="inside the photo folder"):
        home.check_apart(tmp_path / inner, [tmp_path / "other", tmp_path / "photos"])


def test_a_photo_folder_inside_the_home_is_refused_even_behind_a_link(tmp_path):
    (tmp_path / "home" / "photos").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "home" / "photos")

    with pytest.raises(ConfigError, match="a photo folder inside home"):
        home.check_apart(tmp_path / "home", [tmp_path / "link"])


def test_a_home_that_is_locked_names_the_process_that_writes(settings):
    home.make(settings)

    with (
        home.locked(settings),
        pytest.raises(CatalogError, match=f"process {os.getpid()}\\) is writing"),
        home.locked(settings),
    ):
        pass


def test_a_lock_ends_with_its_holder_even_after_an_error(settings):
    home.make(settings)
    with pytest.raises(ValueError, match="a fault"), home.locked(settings):
        raise ValueError("a fault")

    with home.locked(settings):
        pass


def test_a_home_that_cannot_be_locked_is_named(settings):
    home.make(settings)
    settings.lock.mkdir()

    with pytest.raises(CatalogError, match="cannot lock the home folder"), home.locked(settings):
        pass
