"""Any text of any length is answered, or refused in one sentence."""

from __future__ import annotations

import os
import random
import string

import pytest
from hypothesis import HealthCheck, given, settings

from indexer.errors import UsageError

from ..conftest import draw_photo, spelled
from ..query.any_text import ANY_TEXT

pytestmark = pytest.mark.thorough

QUERIES = int(os.environ.get("QUERIES", "1000"))
"""Texts of the slow test, other ones each time: `QUERIES=20000 pytest -m slow …` takes ten minutes."""

RANDOM = random.Random(1)
EVERY = list(HealthCheck)  # the photos stay as they are from one example to the next


def word(letters):
    return "".join(RANDOM.choices(string.ascii_lowercase, k=letters))


def nested(depth):
    text = "a"
    for number in range(depth):
        text = f"({word(2)} {'OR' if number % 2 else 'AND'} NOT ({text}) {word(2)})"
    return text


LONG = {
    "words": " ".join(word(6) for _ in range(300)),
    "alternatives": " OR ".join(word(6) for _ in range(300)),
    "negations": "garden " + " ".join(f"-{word(5)}" for _ in range(299)),
    "phrase": '"' + " ".join(word(4) for _ in range(300)) + '"',
    "phrases": " ".join(f'"{word(3)} {word(3)}"' for _ in range(150)),
    "long words": " ".join(word(200) for _ in range(20)),
    "a longer word": word(4_000),
    "patterns": " ".join(f"{word(2)}*{word(2)}" for _ in range(300)),
    "question marks": " ".join(f"{word(2)}?" for _ in range(300)),
    "stars": "*".join(word(1) for _ in range(100)),
    "stars and question marks": "a*?*" * 50,
    "names": "garden " + " ".join(f"name:{word(5)}*" for _ in range(299)),
    "stars in a name": "garden name:" + "*a" * 2400,
    "classes in a name": "garden name:" + "[a-" * 1600,
    "brackets": "(" * 1000 + "garden" + ")" * 1000,
    "brackets that are not closed": "(" * 4999,
    "brackets that mean something": nested(15),
    "pairs of brackets": "()" * 2400 + "a",
    "operators": "NOT " * 1200 + "a",
    "quotes": '"x"y' * 1200,
    "open quotes": "“a " * 1600,
    "signs": "!" * 4_900 + "a",
    "long ligatures": "ﷺ" * 190,
    "nothing": "",
    "endless": "garden " * 100_000,
}


@pytest.fixture(scope="module")
def boards(make_lasting_world):
    world = make_lasting_world()
    world.engine.recognizer.posteriorgrams = {"garden": spelled("garden")}
    draw_photo(world.photos / "march" / "a.png", "garden", "tree", "recog-", "nition")
    draw_photo(world.photos / "b.png", "a", "linked.list")
    world.sync()
    return world


def check(world, text):
    """Ask; a refusal must be one printable sentence."""
    try:
        world.answer(text)
    except UsageError as refused:
        message = str(refused)
    else:
        return
    assert message.isprintable()
    assert len(message) < 500


@pytest.mark.parametrize("kind", LONG)
def test_long_queries_are_answered_or_refused(boards, kind):
    check(boards, LONG[kind])


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=EVERY)
@given(ANY_TEXT)
def test_any_query_is_answered_or_refused(boards, text):
    check(boards, text)


@pytest.mark.slow
@settings(max_examples=QUERIES, deadline=None, suppress_health_check=EVERY)
@given(ANY_TEXT)
def test_ever_new_queries_are_answered_or_refused(boards, text):
    check(boards, text)
