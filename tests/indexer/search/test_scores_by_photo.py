"""A score depends on the photo and the query, not on which other photos are in the home."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from PIL import Image

from indexer.search import fulltext_proposals, shortlist
from indexer.stores import rarest_first, upper_bounds

from ..conftest import draw_photo, spelled

pytestmark = pytest.mark.thorough

HOMES = 4
PHOTOS = 40
RANDOM = random.Random(3)
COMMON = ("tree", "node", "list", "when")
OTHERS = [
    "queue",
    "queues",
    "dequeue",
    "stack",
    "stacks",
    "graph",
    "linked",
    "link",
    "whiteboard",
    "when",
    "whenever",
    "wheel",
    "white",
    "recog-",
    "nition",
    "tree.node",
    "linked.list",
    "sorting",
    "sorted",
    "array",
]
LIKE = str.maketrans("abcdefghilnoqrstuvwxyz", "odeclfgbjtmagnxfvuvkgs")


def read_as(text, number):
    """Readings and posteriorgram of a word that is read more or less well."""
    other = text.translate(LIKE)
    if number % 4 == 0:  # only the network saw it
        return ((other, 0.7),), spelled(text, other)
    if number % 4 == 1:
        return ((text, 0.6), (other, 0.3)), spelled(text, other)
    if number % 4 == 2:  # it saw little of it
        return ((other, 0.7), (text, 0.2)), spelled(other, text)
    return ((text, 0.8), (other, 0.1)), b""


@pytest.fixture(scope="module")
def homes(make_lasting_world):
    """One home with all photos, and four with a part of them each."""
    made = [taught(make_lasting_world()) for _ in range(1 + HOMES)]
    for number in range(PHOTOS):
        words = RANDOM.choices(COMMON, k=5) + RANDOM.choices(OTHERS, k=5)
        RANDOM.shuffle(words)
        if "recog-" in words:
            words[words.index("recog-") : words.index("recog-") + 1] = ["recog-", "nition"]
        for world in (made[0], made[1 + number % HOMES]):
            path = draw_photo(
                world.photos / "abc"[number % 3] / f"{number}.png", *words, salt=number
            )
            with Image.open(path) as image:
                exif = image.getexif()
                exif[306] = f"{datetime(2026, 3, 1 + number % 20):%Y:%m:%d %H:%M:%S}"
                image.save(path, exif=exif)
    for world in made:
        world.sync()
    return made


def taught(world):
    for number, text in enumerate(sorted((*COMMON, *OTHERS))):
        readings, packed = read_as(text, 0 if text in COMMON[:3] else number)
        world.engine.recognizer.alternatives[text] = readings
        world.engine.recognizer.posteriorgrams[text] = packed
    return world


@pytest.fixture
def small_limits(monkeypatch):
    """Limits that a few photos reach."""
    monkeypatch.setattr(rarest_first, "MAX_EVIDENCE", 12)
    monkeypatch.setattr(upper_bounds, "MIN_SCORED", 12)
    monkeypatch.setattr(upper_bounds, "MAX_SCORED", 40)
    monkeypatch.setattr(upper_bounds, "MAX_RANKED", 60)
    monkeypatch.setattr(shortlist, "MAX_CANDIDATES", 8)
    monkeypatch.setattr(shortlist, "MARGIN", 4)
    monkeypatch.setattr(fulltext_proposals, "MAX_PROPOSED", 10)


QUERIES = [
    "queue",
    "stack",
    "wheel",
    "tree",
    "list",
    "queue stack",
    "tree node",
    "tree node list",
    "link",
    "recognition",
    '"tree node"',
    '"linked list"',
    '"list node"',
    "tree-node",
    "wh*",
    "st*",
    "*ode",
    "*hit*",
    "s?ack",
    "tree NOT queue",
    "queue NOT tree",
    "graph -list -node",
    'list NOT "tree node"',
    "queue OR stack",
    "(graph OR queue) (tree OR list)",
    "tree OR name:1*",
    "tree folder:a",
    "queue date:2026-03-01..2026-03-10",
    "(queue folder:b) OR (stack name:2*)",
    "zzz tree",
    "sorting",
    "queued OR linking",
]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("query", QUERIES)
def test_photos_score_the_same_in_one_home_and_spread_over_four(homes, small_limits, query, exact):
    whole, *parts = (
        {hit.photo.name: hit.score for hit in world.answer(query, exact=exact, limit=9).hits}
        for world in homes
    )

    spread = {photo: score for part in parts for photo, score in part.items()}
    shared = whole.keys() & spread.keys()
    assert shared or not (whole or spread)
    assert {n: whole[n] for n in shared} == {n: pytest.approx(spread[n], abs=1e-9) for n in shared}


def test_hits_are_ordered_by_the_score_that_they_show(homes, small_limits):
    for query in QUERIES:
        for world in homes:
            scores = [hit.score for hit in world.answer(query, limit=9).hits]
            assert scores == sorted(scores, reverse=True)


def test_the_total_counts_photos_beyond_those_that_were_judged(homes, small_limits):
    found = homes[0].answer("tree", limit=2)

    assert len(found.hits) == 2
    assert found.total > 6
