"""What a package index shows about the project."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", ["Homepage", "Documentation", "Source", "Issues", "Changelog"])
def test_each_link_of_the_project_leads_below_its_repository(name):
    assert PROJECT["urls"][name].startswith(PROJECT["urls"]["Source"])


@pytest.mark.parametrize(("name", "branch"), [("Documentation", "tree"), ("Changelog", "blob")])
def test_a_link_into_the_repository_names_something_that_is_there(name, branch):
    place = PROJECT["urls"][name].split(f"/{branch}/main/")[1]

    assert (ROOT / place).exists()


@pytest.mark.parametrize("topic", ["Development Status", "Intended Audience", "Typing"])
def test_the_project_is_classified_by(topic):
    assert [name for name in PROJECT["classifiers"] if name.startswith(f"{topic} :: ")]


def test_versions_of_python_are_named_without_a_gap_from_the_oldest_that_is_allowed():
    named = [
        int(name.rpartition(".")[2])
        for name in PROJECT["classifiers"]
        if name.startswith("Programming Language :: Python :: 3.")
    ]
    oldest = int(PROJECT["requires-python"].removeprefix(">=3."))

    assert named == list(range(oldest, oldest + len(named)))


def test_the_project_names_authors_and_keywords():
    assert PROJECT["authors"] == [{"name": "The ocrsearch authors"}]
    assert PROJECT["keywords"] == sorted(set(PROJECT["keywords"]))
