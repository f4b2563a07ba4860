"""Priors by language: which ones a word gets, and what is loaded for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recognizer.decoding import decoder, languages, lexicon, ngram_lm, prior, word_lists
from recognizer.decoding.language_mixture import LanguageMixture
from recognizer.errors import DataError
from recognizer.posteriors.charset import Charset

from .test_language_identification import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from recognizer.decoding.prior import Prior

pytestmark = pytest.mark.thorough

CHARSET = Charset("".join(sorted(set("".join(SAMPLES.values())) - {" "})))

CODES = tuple(languages.SHIPPED)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The whole models that are loaded from now on."""
    names: list[str] = []
    load = prior.load

    def recorded(model: str, words: Sequence[str] = ()) -> Prior | None:
        names.append(model)
        return load(model, words)

    monkeypatch.setattr(prior, "load", recorded)
    return names


@pytest.fixture
def spell(spoken: Callable[..., NDArray[np.float32]]) -> Callable[..., list[NDArray[np.float32]]]:
    """Probabilities [T, labels] of the words of a text."""

    def spelled(text: str, certainty: float = 0.95) -> list[NDArray[np.float32]]:
        paths = [[x for label in CHARSET.encode(w) for x in (label, 0)] for w in text.split()]
        return [spoken(path, len(CHARSET), certainty) for path in paths]

    return spelled


def language_priors(**options: bool) -> languages.LanguagePriors:
    several = languages.load(**options)
    assert isinstance(several, languages.LanguagePriors)
    return several


def test_words_of_one_language_are_read_exactly_as_by_that_language_alone(spell, loaded):
    words = spell(SAMPLES["fr"])
    alone = languages.load(["fr"])
    assert isinstance(alone, ngram_lm.LanguageModel)
    loaded.clear()

    own = language_priors().choose(words, CHARSET)

    assert loaded == [languages.SHIPPED["fr"]]
    for word, found in zip(words, own, strict=True):
        decoded = [decoder.decode(word, CHARSET, prior=p) for p in (found, alone)]
        assert decoded[0] == decoded[1]


def test_one_language_is_its_own_prior_whatever_the_words_are(english_list):
    model = languages.load(["en"], lists=True)
    same = prior.load("english", ["english"])

    assert model is not None
    assert same is not None
    for text in ("Vertex,", "maison", "nodeCount", "1984", ""):
        assert model.score(text) == same.score(text)
        assert model.prefix_score(text) == same.prefix_score(text)


def test_words_share_a_prior_and_a_model_is_loaded_once_for_all(spell, loaded):
    priors = language_priors()

    first, second = (priors.choose(spell(SAMPLES["de"]), CHARSET) for _ in range(2))

    assert len({id(p) for p in first + second}) == 1
    assert loaded == [languages.SHIPPED["de"]]


def test_pages_that_are_read_together_get_their_own_languages(spell):
    pages = [SAMPLES[code] for code in ("en", "fr", "en")]
    words = [spell(page) for page in pages]
    numbers = [number for number, page in enumerate(words) for _ in page]
    priors = language_priors()

    together = priors.choose([word for page in words for word in page], CHARSET, numbers)

    assert together == [p for page in words for p in priors.choose(page, CHARSET)]
    assert len({id(p) for p in together}) == 2


def test_without_words_there_is_nothing_to_choose():
    assert language_priors().choose([], CHARSET) == []


def test_a_file_is_a_language_beside_others(tmp_path: Path, spell):
    path = tmp_path / "french.arpa.gz"
    path.write_bytes(ngram_lm.content(languages.SHIPPED["fr"]))
    several = languages.load(["en", str(path)])
    assert isinstance(several, languages.LanguagePriors)

    [*_, last] = several.choose(spell(SAMPLES["fr"]), CHARSET)

    alone = languages.load(["fr"])
    assert last is not None
    assert alone is not None
    assert last.score("maison") == alone.score("maison")


@pytest.fixture
def english_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Short lists instead of the shipped ones; the languages whose lists are read."""
    read: list[str] = []

    def short(language: str) -> dict[str, float]:
        read.append(language)
        return {"vertex": 1e-5, "maison": 1e-5, "rare": 1e-8}

    monkeypatch.setattr(word_lists, "frequencies", short)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return read


def test_the_list_of_a_language_is_read_with_its_model_and_no_other(spell, english_list):
    language_priors(lists=True).choose(spell(SAMPLES["fr"]), CHARSET)
    assert english_list == ["fr"]


def test_without_lists_no_list_is_read(spell, english_list):
    language_priors().choose(spell(SAMPLES["fr"]), CHARSET)
    assert english_list == []


def test_no_languages_are_no_prior():
    assert languages.load("none") is None


@pytest.mark.parametrize("name", ["xx", "english", "EN", "", "auto ", "none"])
def test_what_is_no_language_is_named(name: str):
    with pytest.raises(DataError, match=f"languages: '{name}' is no language"):
        languages.load(["en", name])


def test_an_empty_list_is_refused():
    with pytest.raises(DataError, match="languages: the list is empty"):
        languages.load([])


def test_a_language_counts_once():
    assert languages.resolve(["en", "fr", "en"]) == ("en", "fr")


def test_a_fingerprint_follows_languages_their_order_lists_and_content(tmp_path: Path):
    path = tmp_path / "x.arpa"
    made = []
    for text in ("-1\t<unk>\n", "-2\t<unk>\n"):
        path.write_text(text)
        made.append(languages.fingerprint(["en", str(path)], lists=True))
    choices: list[str | list[str]] = ["auto", "none", ["en"], ["en", "fr"], ["fr", "en"], ["fr"]]
    made += [
        languages.fingerprint(names, lists=lists) for names in choices for lists in (True, False)
    ]

    assert len(set(made)) == len(made) - 1  # without languages, there are no lists either
    assert languages.fingerprint("none", lists=True) == ""


def test_one_language_has_the_fingerprint_of_its_model_and_list():
    alone = languages.fingerprint(["en"], lists=True)

    assert alone == prior.fingerprint("english", ["english"])


def test_auto_is_the_same_as_all_shipped_languages():
    assert languages.fingerprint("auto", lists=True) == languages.fingerprint(CODES, lists=True)


def test_a_mixture_scores_the_weighted_mean():
    one, other = lexicon.Lexicon({"abc": 0.01}), lexicon.Lexicon({"ab": 0.04})
    mixture = LanguageMixture([(0.5, one), (0.3, other), (0.2, None)])

    for text in ("ab", "abc", "x"):
        assert mixture.score(text) == pytest.approx(
            0.5 * one.score(text) + 0.3 * other.score(text) + 0.2
        )
    assert mixture.prefix_score("ab") == pytest.approx(
        0.5 * one.prefix_score("ab") + 0.3 * other.prefix_score("ab") + 0.2
    )


@pytest.mark.parametrize("code", CODES)
def test_a_shipped_model_is_small(code: str):
    assert len(ngram_lm.content(languages.SHIPPED[code])) < 550_000
