"""What the tests of the commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TEXTS = ["cat", "dog", "net", "road"]


@pytest.fixture
def words(labels_of: Callable[[Sequence[str]], Path]) -> Path:
    """A folder with a picture of each of TEXTS, and their labels."""
    return labels_of(TEXTS)
