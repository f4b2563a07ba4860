from __future__ import annotations

import gzip
import runpy
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recognizer.decoding import languages, lexicon, word_lists
from recognizer.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]


@pytest.fixture
def without_wordfreq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lists, "find_spec", lambda _: None)


@pytest.mark.usefixtures("without_wordfreq")
@pytest.mark.parametrize("language", languages.SHIPPED)
def test_the_lists_of_shipped_languages_need_no_other_package(language: str) -> None:
    words = list(word_lists.frequencies(language).items())

    assert len(words) > 90_000
    assert [f for _, f in words] == sorted([f for _, f in words], reverse=True)


@pytest.mark.parametrize("language", languages.SHIPPED)
def test_a_shipped_list_is_that_of_wordfreq(language: str) -> None:
    script = runpy.run_path(str(ROOT / "packaging" / "make_word_lists.py"))
    made: Callable[[str], str] = script["text"]

    assert gzip.decompress(word_lists.content(language)).decode() == made(language)


@pytest.mark.thorough
def test_words_have_the_frequencies_of_wordfreq() -> None:
    from wordfreq import word_frequency

    words = word_lists.frequencies("fr")

    for word in ("maison", "été", "notaire"):
        assert words[word] == pytest.approx(word_frequency(word, "fr"), rel=0.006)


@pytest.mark.parametrize(
    "code", ["xx", "", "EN", "../en", "e\0n", "en.msgpack", "en.words", "large_en", "_aliases"]
)
def test_a_language_that_wordfreq_does_not_have_is_named(code: str) -> None:
    for use in (lexicon.load, lexicon.frequencies, lexicon.contents):
        with pytest.raises(DataError, match="no such list; the languages of wordfreq are ar, bg,"):
            use([f"wordfreq:{code}"])


@pytest.mark.usefixtures("without_wordfreq")
def test_the_list_of_another_language_says_which_extra_has_it() -> None:
    with pytest.raises(DataError, match=r"wordfreq:sv: .* pip install 'ocrsearch\[train\]'$"):
        lexicon.frequencies(["wordfreq:sv"])


def test_the_content_of_a_list_is_its_file_not_a_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    spec = ModuleSpec("wordfreq", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(word_lists, "find_spec", lambda _: spec)
    seen = []
    for file, content in (("small_sv", b"a"), ("small_sv", b"b"), ("large_sv", b"c")):
        (tmp_path / "data" / f"{file}.msgpack.gz").write_bytes(content)
        seen += lexicon.contents(["wordfreq:sv"])

    assert len(set(seen)) == 3
    assert lexicon.contents(["english"]) != lexicon.contents(["wordfreq:en"])


def test_the_content_of_a_shipped_list_is_part_of_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_lists, "_FOLDER", tmp_path)
    made = []
    for word in (b"maison", b"mairie"):
        (tmp_path / "fr.words.gz").write_bytes(gzip.compress(word, mtime=0))
        made.append(languages.fingerprint(["fr"], lists=True))

    assert len(set(made)) == 2
