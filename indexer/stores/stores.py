"""Pair of the derived stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.stores.fulltext import Fulltext
    from indexer.stores.posteriors import PosteriorStore


@dataclass(frozen=True)
class Stores:
    """Both stores that are derived from the catalog, and rebuilt from it together."""

    index: Fulltext
    posteriors: PosteriorStore
