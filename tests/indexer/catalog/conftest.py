from __future__ import annotations

import pytest

from indexer.catalog.catalog import Catalog
from indexer.entities import Reading

from .corrected import CONTENT, ENGINE, READ, STAMP


@pytest.fixture
def catalog(tmp_path):
    with Catalog(f"sqlite:///{tmp_path / 'catalog.db'}") as opened:
        opened.put_places([(tmp_path / "a.jpg", STAMP, CONTENT)], 0.0)
        opened.put_reading(CONTENT, Reading(400, 300, None, READ), ENGINE)
        yield opened
