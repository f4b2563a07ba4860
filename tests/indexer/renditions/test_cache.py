"""Kept pictures: a limit holds, and large ones go first."""

from __future__ import annotations

import os

from indexer.renditions.cache import Cache

NAMES = [f"{n:032x}" for n in range(5)]


def test_a_kept_picture_comes_back_and_another_does_not(tmp_path):
    cache = Cache(tmp_path / "renditions", 1)

    cache.put(NAMES[0], 480, b"small")

    assert cache.get(NAMES[0], 480) == b"small"
    assert cache.get(NAMES[0], 2048) is None
    assert cache.get(NAMES[1], 480) is None


def test_beyond_the_limit_large_pictures_go_first_then_those_used_longest_ago(tmp_path):
    cache = Cache(tmp_path, 0.004)
    for place, name in enumerate(NAMES[:3]):
        cache.put(name, 480, bytes(1000))
        os.utime(next(tmp_path.rglob(f"{name}-480.webp")), (place, place))
    cache.get(NAMES[0], 480)  # is the youngest now

    cache.put(NAMES[3], 2048, bytes(1000))
    cache.put(NAMES[4], 480, bytes(1000))
    assert cache.get(NAMES[3], 2048) is None
    cache.put(NAMES[4], 2048, bytes(10))
    cache.put(NAMES[3], 480, bytes(1000))

    kept = [name for name in NAMES if cache.get(name, 480)]
    assert kept == [NAMES[0], NAMES[3], NAMES[4]]


def test_a_disk_that_cannot_keep_it_is_no_error(tmp_path):
    (tmp_path / "renditions").write_text("a file in the way")
    cache = Cache(tmp_path / "renditions", 1)

    cache.put(NAMES[0], 480, b"small")

    assert cache.get(NAMES[0], 480) is None


def test_nothing_half_written_is_left(tmp_path):
    cache = Cache(tmp_path, 1)
    cache.put(NAMES[0], 480, b"one")
    cache.put(NAMES[0], 480, b"two")

    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{NAMES[0]}-480.webp"]
    assert cache.get(NAMES[0], 480) == b"two"
