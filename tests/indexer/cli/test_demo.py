from __future__ import annotations

import tempfile

import pytest

from indexer import config
from indexer.cli import demo
from indexer.errors import UsageError

from ..conftest import draw_photo


def test_an_installation_without_samples_says_what_to_do(tmp_path):
    with pytest.raises(
        UsageError, match="absent: the sample photos are missing; install ocrsearch"
    ):
        demo.run(config.load, None, samples=tmp_path / "absent")


def test_the_demo_shows_each_query_and_draws_into_a_new_folder_that_it_names(
    shell, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    draw_photo(shell.photos / "a.png", "dijkstra")

    demo.run(config.load, None, samples=shell.photos)

    shown = capsys.readouterr()
    assert all(f"$ ocrsearch query {query!r}" in shown.out for query in demo.QUERIES)
    [picture] = tmp_path.glob("ocrsearch-demo-*/*.jpg")
    assert str(picture) in shown.err
    [home] = tmp_path.glob("ocrsearch-home-*")
    assert shown.out.rstrip().endswith(f" --home {home} serve")
