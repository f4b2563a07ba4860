"""The whole ring by commands alone: corrected, found, renamed, read otherwise, learned, used, taken back."""

from __future__ import annotations

import json

import pytest

from indexer.corrections.measured import Verdict

from ..ring import SAMPLES, Ring

pytest.importorskip("torch", reason="the extra train is not installed")

pytestmark = pytest.mark.slow


def found(ring: Ring) -> list[str]:
    hits = json.loads(ring.run("query", "quixotry", "--json", "--limit", 5))["hits"]
    return [hit["photo"].rpartition("/")[2] for hit in hits if hit["words"][0]["score"] > 0.9]


def test_a_corrected_word_goes_round_by_commands(tmp_path):
    ring = Ring(tmp_path)
    photo = ring.photos / SAMPLES[0].name
    before = ring.state()
    ring.run("index", ring.photos)
    word = json.loads(ring.run("show", photo, "--json"))["words"][3]
    place = ",".join(map(str, word["box"]))

    ring.run("correct", photo, "--at", place, "quixotry")
    assert found(ring) == [photo.name]

    assert ring.state() == before
    renamed = photo.rename(ring.photos / "renamed.jpg")
    before = ring.state()
    ring.run("index", ring.photos)
    assert found(ring) == ["renamed.jpg"]

    ring.run("index", ring.photos, OCRSEARCH_WEIGHTS=str(ring.others))
    assert ring.read_by(2) == len(SAMPLES)
    assert found(ring) == ["renamed.jpg"]
    ring.run("index", ring.photos)
    assert ring.read_by(1) == len(SAMPLES)

    for each in ring.photos.iterdir():
        ring.run("correct", each, "--checked")
    stats = json.loads(ring.run("corrections", "stats", "--json"))
    assert stats["corrections"] >= 200
    report = json.loads(ring.run("learn", "--json"))
    assert report["learned"] >= 60
    assert report["held_out"] > 0
    assert report["verdict"] in set(Verdict) - {Verdict.BETTER}

    ring.run("learn", "use", "--anyway")
    ring.run("index", ring.photos)
    assert ring.read_by(3) == len(SAMPLES)
    assert found(ring) == ["renamed.jpg"]
    ring.run("learn", "back")
    ring.run("index", ring.photos)
    assert ring.read_by(1) == len(SAMPLES)
    assert found(ring) == ["renamed.jpg"]
    assert ring.run("show", renamed, "--json") != ""
    assert ring.state() == before
