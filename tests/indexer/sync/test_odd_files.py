"""Odd files: times, names, depth, permissions and second names concern the file alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.cli.run_summary import summary_line
from indexer.entities import Stamp
from indexer.filesystem import scan
from indexer.sync import identity
from indexer.sync.hooks import Hooks

from ..conftest import draw_photo

pytestmark = pytest.mark.thorough


def sync_paths(world, *paths):
    return world.library.sync_paths([world.photos], paths, Hooks(clock=lambda: world.now))


@pytest.fixture
def hashed(monkeypatch):
    """Names of the files whose content was looked at since the list was cleared."""
    names: list[str] = []
    real = identity.content_hash

    def content_hash(path, limits):
        names.append(path.name)
        return real(path, limits)

    monkeypatch.setattr(identity, "content_hash", content_hash)
    return names


def old(path, seconds=1000):
    """Give a file a time that is past, as photos have."""
    os.utime(path, (seconds, seconds))
    return path


# times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seconds", [10_500_000_000, 9_223_372_037, -1, 0, -2_000_000_000, 15_000_000_000]
)
def test_a_photo_of_any_time_is_read_once_and_so_are_the_others(world, seconds, hashed):
    odd = draw_photo(world.photos / "odd.png", "helios")
    old(draw_photo(world.photos / "normal.png", "selene"))
    os.utime(odd, (seconds, seconds))

    assert world.sync().read == 2
    hashed.clear()
    assert world.sync().read == 0
    assert hashed == []
    assert world.find("helios") == ["odd.png"]


# names and depth ---------------------------------------------------------------------------

NAMES = [
    b"[a-z]*?.png", b"\x1b]0;title\x07.png", b"two\nlines.png", b"tab\t\r.png", b"caf\xe9.png",
    "Übung.png".encode(), "U\u0308bung.png".encode(), b"n" * 251 + b".png",
    "日".encode() * 83 + b".png", b"-rf.png", b"a'b\"c$(d)`e`.png", b"\xed\xa0\x80.png", b"a .PNG",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_of_any_name_in_a_folder_of_any_name_is_found(world, name):
    folder = world.photos / os.fsdecode(name.rpartition(b".")[0])
    path = draw_photo(folder / os.fsdecode(name), "helios")
    draw_photo(folder / "other.png", "selene")

    assert (world.sync().read, world.sync().read) == (2, 0)
    assert [hit.photo for hit in world.answer("helios").hits] == [path]
    path.unlink()
    sync_paths(world, path)
    assert world.find("helios") == []


@pytest.fixture
def nest(tmp_path):
    """Makes folders inside each other, and takes them away again: what others use is recursive."""
    made = []

    def make(root, name, depth):
        root.mkdir(parents=True, exist_ok=True)
        made.append(root / name)
        folder = os.open(root, os.O_RDONLY)
        for _ in range(depth):
            os.mkdir(name, dir_fd=folder)
            inner = os.open(name, os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = inner
        return folder  # the innermost, open

    yield make
    for top in made:
        while (inner := top / top.name).exists():
            for entry in os.scandir(top):
                if entry.is_file():
                    Path(entry.path).unlink()
            inner.rename(top.with_name("next"))
            top.rmdir()
            top.with_name("next").rename(top)


def test_photos_are_read_at_a_depth_that_no_call_reaches(world, nest):
    innermost = nest(world.photos, "d", 1100)
    draw_photo(world.photos / "top.png", "helios")
    photo = draw_photo(world.photos / "deep.png", "selene").read_bytes()
    (world.photos / "deep.png").unlink()
    file = os.open("deep.png", os.O_CREAT | os.O_WRONLY, dir_fd=innermost)
    os.write(file, photo)
    os.close(file)

    summary = world.sync()

    assert (summary.read, summary.problems) == (2, {})
    assert (world.find("helios"), world.find("selene")) == (["top.png"], ["deep.png"])
    os.unlink("deep.png", dir_fd=innermost)
    os.close(innermost)


def test_a_folder_too_deep_to_be_named_is_told_in_one_line_and_the_others_are_read(world, nest):
    os.close(nest(world.photos, "f" * 200, 30))
    draw_photo(world.photos / "top.png", "helios")

    summary = world.sync()

    assert summary.read == 1
    [(folder, reason)] = summary.problems.items()
    assert len(os.fsencode(folder)) > 3800
    assert reason == "cannot list this folder (File name too long)"
    assert world.sync().removed == 0


def test_links_in_a_circle_are_passed_by(world):
    draw_photo(world.photos / "a.png", "helios")
    (world.photos / "self.png").symlink_to("self.png")
    (world.photos / "loop").symlink_to(world.photos)
    (world.photos / "one").symlink_to("two")
    (world.photos / "two").symlink_to("one")

    summary = world.sync()

    assert (summary.found, summary.problems) == (1, {})


# permissions -------------------------------------------------------------------------------


def broken(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no photo")
    return old(path)


def test_a_failed_photo_is_tried_again_as_soon_as_its_permissions_change(world):
    photo = broken(world.photos / "a.png")
    world.sync()
    assert world.sync().failed == 0

    photo.chmod(0o600)

    assert sync_paths(world, photo).failed == 1
    assert sync_paths(world, photo).failed == 0
    photo.chmod(0o644)
    assert world.sync().failed == 1
    assert world.library.catalog.attempts(photo) == 3


def test_a_failed_photo_is_tried_again_once_this_user_may_open_it(world, monkeypatch):
    photo = broken(world.photos / "a.png")
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != photo and access(path, mode))
    world.sync()
    assert world.sync().failed == 0

    monkeypatch.setattr(os, "access", access)

    assert world.sync().failed == 1
    assert world.sync().failed == 0


def test_photos_that_fail_still_are_counted_by_every_run(world):
    broken(world.photos / "a.png")
    draw_photo(world.photos / "b.png", "helios")
    first = world.sync()
    assert (first.failed, first.failing) == (1, 0)

    second = world.sync()

    assert (second.failed, second.failing) == (0, 1)
    assert "0 removed; 1 failed before" in summary_line(second)
    (world.photos / "a.png").unlink()
    assert world.sync().failing == 0


def test_new_permissions_of_a_good_photo_cost_no_look_at_its_content(world, hashed):
    photo = old(draw_photo(world.photos / "a.png", "helios"))
    world.sync()
    hashed.clear()

    photo.chmod(0o600)
    world.sync()

    assert hashed == []
    assert world.library.catalog.places() == {photo: Stamp.of(photo.stat())}


def test_a_folder_that_cannot_be_listed_is_told_and_loses_nothing(world, monkeypatch):
    draw_photo(world.photos / "sub" / "a.png", "helios")
    draw_photo(world.photos / "b.png", "selene")
    world.sync()
    listing = os.scandir

    def scandir(folder):
        if Path(folder).name == "sub":
            raise PermissionError(13, "Permission denied")
        return listing(folder)

    with monkeypatch.context() as closed:
        closed.setattr(scan.os, "scandir", scandir)
        summary = world.sync()

    assert summary.problems == {world.photos / "sub": "cannot list this folder (Permission denied)"}
    assert summary.removed == 0
    assert world.find("helios") == ["a.png"]


# second names ------------------------------------------------------------------------------


@pytest.fixture
def linked(world):
    """A photo with two names, read."""
    first = old(draw_photo(world.photos / "first.png", "helios"))
    second = world.photos / "sub" / "second.png"
    second.parent.mkdir()
    os.link(first, second)
    world.sync()
    return first, second


def test_a_name_whose_file_is_replaced_leaves_the_other_name_what_it_had(world, linked, hashed):
    first, _ = linked
    hashed.clear()
    new = old(draw_photo(world.photos / "new", "selene"))
    new.replace(first)

    sync_paths(world, first)

    assert hashed == ["first.png"]
    assert (world.find("selene"), world.find("helios")) == (["first.png"], ["second.png"])


def test_a_file_of_the_same_size_and_time_in_its_place_is_a_new_file(world, linked):
    first, _ = linked
    new = draw_photo(world.photos / "new", "selene")
    size = first.stat().st_size
    new.write_bytes(new.read_bytes().ljust(size, b"\0")[: max(size, new.stat().st_size)])
    first.write_bytes(first.read_bytes().ljust(new.stat().st_size, b"\0"))
    old(first), old(new)
    world.sync()
    assert first.stat().st_size == new.stat().st_size
    new.replace(first)

    sync_paths(world, first)

    assert (world.find("selene"), world.find("helios")) == (["first.png"], ["second.png"])


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_written_by_one_name_changes_under_all_of_them(world, linked, times):
    first, second = linked
    for number in range(times):
        word = ["selene", "eos", "iris"][number]
        content = draw_photo(world.photos / "elsewhere", word).read_bytes()
        first.write_bytes(content)  # in place: both names are of one file
        old(first, 2000 + number)

        sync_paths(world, first)

        assert sorted(
            str(path) for path in world.library.catalog.photo_at(second).places
        ) == sorted(map(str, linked))
        assert world.find("helios") == []


def test_another_photo_of_the_same_content_is_not_looked_at(world, hashed):
    one, two = (old(draw_photo(world.photos / name, "helios")) for name in ("1.png", "2.png"))
    world.sync()
    hashed.clear()
    one.write_bytes(draw_photo(world.photos / "elsewhere", "selene").read_bytes())

    sync_paths(world, one)

    assert hashed == ["1.png"]
    assert [hit.photo for hit in world.answer("helios").hits] == [two]


def test_two_files_of_one_size_and_time_that_change_places_are_seen(world):
    names = [world.photos / f"{n}.png" for n in (1, 2)]
    for path, word in zip(names, ("helios", "selene"), strict=True):
        draw_photo(path, word)
    size = max(path.stat().st_size for path in names)
    for path in names:
        path.write_bytes(path.read_bytes().ljust(size, b"\0"))
        old(path)
    world.sync()
    names[0].rename(world.photos / "aside")
    names[1].rename(names[0])
    (world.photos / "aside").rename(names[1])

    world.sync()

    assert (world.find("helios"), world.find("selene")) == (["2.png"], ["1.png"])


# folders that come back --------------------------------------------------------------------


@pytest.mark.parametrize("back", ["parent", "child", "same", "renamed"])
def test_a_folder_that_was_offline_once_is_there_whatever_it_is_seen_as(world, back):
    catalog, hooks = world.library.catalog, Hooks(clock=lambda: world.now)
    root = world.photos / "root"
    draw_photo(root / "sub" / "a.png", "helios")
    world.library.sync([root], hooks)
    root.rename(world.photos / "away")
    world.library.sync([root], hooks)
    assert catalog.counts()["offline"] == 1
    where = world.photos / "other" if back == "renamed" else root
    (world.photos / "away").rename(where)

    seen = {"parent": world.photos, "child": root / "sub", "same": root, "renamed": where}[back]
    assert world.library.sync([seen], hooks).read == 0

    assert (catalog.counts()["offline"], catalog.counts()["read"]) == (0, 1)
    [hit] = world.answer("helios").hits
    assert (hit.photo.exists(), hit.missing) == (True, False)
