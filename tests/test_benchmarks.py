"""The scripts behind the figures of the documentation keep up with the schema."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from indexer.catalog.catalog import Catalog

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def test_the_synthetic_catalog_has_the_schema_of_today(tmp_path):
    pytest.importorskip("wordfreq")
    spec = importlib.util.spec_from_file_location("synthetic", BENCHMARKS / "synthetic_catalog.py")
    synthetic = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(synthetic)

    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as catalog:
        synthetic.fill(tmp_path / "catalog.db", 3, 4, 0)

        assert catalog.counts()["read"] == 3
        assert set(catalog.words([1, 2, 3])) == {1, 2, 3}
