"""The built-in engine: which settings make another engine, and what word lists do."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from detector_stub.inference import pretrained
from indexer import config
from indexer.errors import EngineError
from indexer.ocr import builtin
from indexer.ocr.builtin import BuiltInEngine, load_parts, weights_path

pytestmark = pytest.mark.thorough


@pytest.fixture
def configured(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")

    def make(**settings):
        return config.load(home=tmp_path / "home", **settings)

    return make


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "terms.txt"
    path.write_text("dijkstra\nvertex\n", encoding="utf-8")
    return path


@pytest.fixture
def model(tmp_path):
    """A language whose every second letter is a z."""
    path = tmp_path / "zz.arpa"
    path.write_text("\\1-grams:\n-3.0\t<unk>\n-0.3\tz\n-0.9\t</s>\n", encoding="utf-8")
    return path


def fingerprint(settings):
    return BuiltInEngine(settings).id.fingerprint


def recognizer(settings):
    return load_parts(settings, workers=1).recognizer


def test_the_same_settings_are_the_same_engine(configured, terms):
    assert fingerprint(configured()) == fingerprint(
        configured(languages="auto", detector="learned")
    )
    old = fingerprint(configured(words=["english"]))
    assert old == fingerprint(configured(language="english"))
    assert old == fingerprint(configured(languages=["en"]))
    assert fingerprint(configured(words=[str(terms)])) == fingerprint(
        configured(words=[str(terms)])
    )


def test_another_detector_is_another_engine(configured):
    assert fingerprint(configured(detector="classical")) != fingerprint(
        configured(detector="learned")
    )


def test_each_choice_of_word_lists_is_another_engine(configured, terms):
    choices = [[], ["english"], [str(terms)], ["english", str(terms)]]

    assert len({fingerprint(configured(words=words)) for words in choices}) == len(choices)


def test_each_language_model_is_another_engine(configured, model):
    choices = ["none", "english", str(model)]

    assert len({fingerprint(configured(language=name)) for name in choices}) == len(choices)


def test_each_choice_of_languages_is_another_engine(configured, model):
    choices = ["auto", "none", ["en"], ["fr"], ["en", "fr"], ["en", str(model)]]

    assert len({fingerprint(configured(languages=chosen)) for chosen in choices}) == len(choices)


def test_a_changed_model_among_languages_is_another_engine(configured, model):
    before = fingerprint(configured(languages=["en", str(model)]))

    model.write_text("\\1-grams:\n-2.0\t<unk>\n", encoding="utf-8")

    assert fingerprint(configured(languages=["en", str(model)])) != before


def test_a_language_that_there_is_not_is_named(configured):
    with pytest.raises(EngineError, match="languages: 'xx' is no language"):
        _ = BuiltInEngine(configured(languages=["en", "xx"])).id
    with pytest.raises(EngineError, match="languages: 'xx' is no language"):
        _ = recognizer(configured(languages=["en", "xx"]))


def test_a_changed_language_model_is_another_engine(configured, model):
    before = fingerprint(configured(language=str(model)))

    model.write_text(model.read_text().replace("-0.3", "-0.4"), encoding="utf-8")

    assert fingerprint(configured(language=str(model))) != before


def test_a_language_model_that_is_missing_or_none_is_named(configured, terms, tmp_path):
    with pytest.raises(EngineError, match=r"absent\.arpa: cannot read the language model"):
        _ = BuiltInEngine(configured(language=str(tmp_path / "absent.arpa"))).id
    with pytest.raises(EngineError, match=r"terms\.txt: no language model"):
        _ = recognizer(configured(language=str(terms)))


def test_a_changed_word_list_is_another_engine(configured, terms):
    before = fingerprint(configured(words=[str(terms)]))

    terms.write_text("dijkstra\nvertices\n", encoding="utf-8")

    assert fingerprint(configured(words=[str(terms)])) != before


def test_a_word_list_under_another_name_is_the_same_engine(configured, terms, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_bytes(terms.read_bytes())

    assert fingerprint(configured(words=[str(copy)])) == fingerprint(configured(words=[str(terms)]))


def test_a_word_list_may_lie_in_the_home_of_the_user(configured, terms, monkeypatch):
    monkeypatch.setenv("HOME", str(terms.parent))

    assert fingerprint(configured(words=["~/terms.txt"])) == fingerprint(
        configured(words=[str(terms)])
    )


def test_a_missing_word_list_is_named(configured, tmp_path):
    with pytest.raises(EngineError, match=r"absent\.txt: cannot read the word list"):
        _ = BuiltInEngine(configured(words=["english", str(tmp_path / "absent.txt")])).id


def test_a_damaged_word_list_is_named_with_its_line(configured, terms):
    terms.write_text("dijkstra\nof three words\n", encoding="utf-8")

    with pytest.raises(EngineError, match=r"terms\.txt, line 2"):
        _ = recognizer(configured(words=[str(terms)]))


def test_missing_weights_of_the_detector_are_named(configured, tmp_path):
    blind = BuiltInEngine(configured(detector_weights=tmp_path / "absent.safetensors"))

    with pytest.raises(EngineError, match=r"absent\.safetensors"):
        _ = blind.id


def test_other_weights_of_the_detector_are_another_engine(configured, tmp_path):
    content = bytearray(pretrained.WEIGHTS.read_bytes())
    content[-1] ^= 1
    (tmp_path / "mine.safetensors").write_bytes(content)

    assert fingerprint(configured(detector_weights=tmp_path / "mine.safetensors")) != fingerprint(
        configured()
    )
    assert fingerprint(configured(detector_weights=pretrained.WEIGHTS)) == fingerprint(configured())


def test_the_recogniser_has_the_weights_that_are_configured_else_the_shipped_ones(
    configured, tmp_path
):
    from recognizer.inference import pretrained as shipped

    assert weights_path(configured(weights=tmp_path / "mine.safetensors")).parent == tmp_path
    assert weights_path(configured()) == shipped.WEIGHTS


def test_the_reading_process_configures_its_logs_and_has_all_parts(configured):
    settings, told = configured(language="none"), []

    parts = builtin._load_apart(settings, 1, lambda *_: None, lambda: told.append("logs"))

    assert told == ["logs"]
    assert parts.detector.fingerprint == builtin.make_detector(settings).fingerprint
    assert parts.recognizer.read([letters("queue")])[0][0].text == "queue"


def letters(text):
    """An image of printed letters that leaves some doubt."""
    from PIL import ImageDraw, ImageFont

    crop, font = Image.new("RGB", (300, 70), (225, 225, 222)), ImageFont.load_default(40)
    ImageDraw.Draw(crop).text((10, 10), text, fill=(90, 90, 100), font=font)
    grain = np.random.default_rng(0).normal(0, 25, (70, 300, 3))
    return Image.fromarray((np.asarray(crop) + grain).clip(0, 255).astype(np.uint8))


def test_without_language_and_lists_words_are_read_as_the_recogniser_alone_reads_them(configured):
    from recognizer.inference import images
    from recognizer.recognize import Recognizer

    crops = [letters("vertex"), letters("queue")]
    reader = recognizer(configured(language="none", words=[]))
    alone = Recognizer(weights_path(configured()), threads=1)

    seen = reader.read(crops)

    expected = alone.read([images.fit(crop) for crop in crops], alternatives=8)
    assert [(s.text, s.confidence, s.alternatives) for [s] in seen] == [
        (r.text, r.confidence, r.alternatives) for r in expected
    ]


def test_a_text_that_is_spelled_as_the_language_has_it_becomes_likelier(configured, model):
    crop = letters("garden")
    [[plain]] = recognizer(configured(language="none", words=[])).read([crop])

    [[spelled]] = recognizer(configured(language=str(model), words=[])).read([crop])

    most_z = max(plain.alternatives, key=lambda reading: reading[0].count("z"))[0]
    assert spelled.alternatives != plain.alternatives
    assert spelled.text.count("z") >= most_z.count("z")
    assert spelled.posteriorgram == plain.posteriorgram


def test_a_listed_word_becomes_likelier_and_what_the_network_saw_stays(configured, terms):
    crop = letters("garden")
    [[plain]] = recognizer(configured(words=[])).read([crop])
    second = next(text for text, _ in plain.alternatives[1:] if text.isalpha())
    terms.write_text(f"{second}\n", encoding="utf-8")

    [[listed]] = recognizer(configured(words=[str(terms)])).read([crop])

    assert dict(listed.alternatives)[second] > 2 * dict(plain.alternatives)[second]
    assert listed.posteriorgram == plain.posteriorgram
