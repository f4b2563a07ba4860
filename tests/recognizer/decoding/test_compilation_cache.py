"""Compiled lists and models in the user's cache folder: never out of date, and never in the way."""

from __future__ import annotations

import os
import tempfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recognizer.decoding import compilation_cache, lexicon, ngram_lm
from recognizer.decoding.compilation_cache import cached

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Making:
    """Makes arrays and counts how often."""

    def __init__(self, **arrays: NDArray[Any]) -> None:
        self.arrays = arrays or {"x": np.arange(5)}
        self.times = 0

    def __call__(self) -> dict[str, NDArray[Any]]:
        self.times += 1
        return self.arrays


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an empty cache in which everything is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compilation_cache, "MIN_SECONDS", -1.0)
    return tmp_path / "ocrsearch" / "languages"


@pytest.mark.parametrize(
    "values",
    [
        np.array([0, 1, 255]),
        np.array([-1, 70000]),
        np.array([2**40, 3]),
        np.zeros(0, dtype=np.intp),
        np.array([True, False]),
        np.array([0.1, 1 / 3, -0.0, np.inf, 5e-324]),
        np.repeat([0.1, 1 / 3, 1e300], 1000),
        np.arange(4000) % 300 / 7,
        np.array([97, 0x10FFFF], dtype=np.uint32),
    ],
)
def test_arrays_come_back_to_the_last_bit(values: NDArray[Any]) -> None:
    make = Making(some=values, other=np.arange(3))

    first, again = (cached("a", [b"content"], make) for _ in range(2))

    assert make.times == 1
    assert first["some"] is values
    assert set(again) == {"some", "other"}
    assert again["some"].astype(values.dtype).tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("kind", "contents"),
    [("b", [b"x"]), ("a", [b"y"]), ("a", [b"x", b""]), ("a", []), ("a", [b"", b"x"])],
)
def test_other_contents_are_made_anew(kind: str, contents: list[bytes]) -> None:
    make = Making()
    cached("a", [b"x"], make)

    cached(kind, contents, make)

    assert make.times == 2


def test_another_recipe_makes_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Making()
    cached("a", [b"x"], make)
    monkeypatch.setattr(compilation_cache, "_recipe", lambda: b"other code")

    cached("a", [b"x"], make)

    assert make.times == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: b"no archive at all",
        lambda whole: whole.replace(b"\x01\x02\x03", b"\x01\x07\x03"),
        lambda whole: whole.replace(b"descr", b"descx"),
    ],
)
def test_a_damaged_file_is_made_again(folder: Path, damage: Any) -> None:
    make = Making()
    cached("a", [b"x"], make)
    [file] = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))

    found = cached("a", [b"x"], make)
    again = cached("a", [b"x"], make)

    assert make.times == 2
    assert found["x"].tolist() == again["x"].tolist() == list(range(5))


def test_a_pickle_is_not_run(folder: Path) -> None:
    make = Making()
    cached("a", [b"x"], make)
    [file] = folder.iterdir()
    with file.open("wb") as out:
        np.savez(out, x=np.array([{"an": "object"}], dtype=object))

    assert cached("a", [b"x"], make)["x"].tolist() == list(range(5))
    assert make.times == 2


def test_without_a_place_to_write_arrays_are_made_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    make = Making()

    for _ in range(2):
        assert cached("a", [b"x"], make)["x"].tolist() == list(range(5))

    assert make.times == 2


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: Any) -> tuple[int, str]:
        handle, path = tempfile.mkstemp(**options)
        os.close(handle)
        return os.open("/dev/full", os.O_WRONLY), path

    monkeypatch.setattr(compilation_cache, "tempfile", SimpleNamespace(mkstemp=full))

    assert cached("a", [b"x"], Making())["x"].tolist() == list(range(5))
    assert list(folder.iterdir()) == []


def test_a_program_may_keep_files_of_its_own_and_read_those_of_the_user(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation_cache, "_own", [])
    make = Making()
    cached("a", [b"x"], make)
    compilation_cache.keep_in(tmp_path / "own")

    for content in (b"x", b"y", b"y"):
        cached("a", [content], make)

    assert make.times == 2
    assert len(list(folder.iterdir())) == len(list((tmp_path / "own").iterdir())) == 1


def test_what_is_made_at_once_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation_cache, "MIN_SECONDS", 60.0)

    cached("a", [b"x"], Making())

    assert not folder.exists()


def test_the_files_that_were_used_last_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation_cache, "MAX_FILES", 3)
    for number in range(3):
        cached(f"{number}", [b"x"], Making())
    for file in folder.iterdir():
        os.utime(file, (int(file.name[0]),) * 2)
    cached("0", [b"x"], Making())  # is used again

    cached("3", [b"x"], Making())

    assert sorted(file.name[0] for file in folder.iterdir()) == ["0", "2", "3"]


def test_others_cannot_read_the_words_of_a_user(folder: Path) -> None:
    cached("a", [b"x"], Making())

    [file] = folder.iterdir()
    assert (file.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)


def test_a_list_scores_the_same_when_it_is_ready_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "words.txt"
    path.write_text("tree 0.0004\nleft 0.0001\nÉtage\nhasChild\n", encoding="utf-8")
    made = lexicon.load([str(path)])
    monkeypatch.delattr(lexicon, "frequencies")

    ready = lexicon.load([str(path)])

    for text in ("tree", "TREE", "leftTree", "éta", "étage", "other", "", "tree.left"):
        assert ready.score(text) == made.score(text)
        assert ready.prefix_score(text) == made.prefix_score(text)


def test_a_changed_list_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    scores = []
    for word in ("tree", "left"):
        path.write_text(word)
        scores.append(lexicon.load([str(path)]).score("left"))

    assert scores[0] == 1 < scores[1]


def test_a_model_scores_the_same_when_it_is_ready_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ngram_lm.load("english", 3)
    monkeypatch.delattr(ngram_lm, "parsed")

    ready = ngram_lm.load("english", 3)

    assert made is not None
    assert ready is not None
    for text in ("tree", "xqz", "Ünder", "a", "", "l'eau", "ж"):
        assert ready.score(text) == made.score(text)


@pytest.mark.thorough
@pytest.mark.parametrize("order", [2, None])
def test_a_model_of_another_order_is_another(order: int | None) -> None:
    models = [ngram_lm.load("english", n) for n in (3, order)]

    assert len({model.score("thing") for model in models if model}) == 2


def test_a_damaged_model_is_named_each_time(tmp_path: Path) -> None:
    path = tmp_path / "m.arpa"
    path.write_bytes(b"tree\n")

    for _ in range(2):
        with pytest.raises(ngram_lm.DataError, match=r"m\.arpa: no language model"):
            ngram_lm.load(str(path))
