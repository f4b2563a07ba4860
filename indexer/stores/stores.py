"""The two stores that are derived from the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.stores.fulltext import Fulltext
    from indexer.stores.posteriors import PosteriorStore


@dataclass(frozen=True)
class Stores:
    """The two stores that are derived from the catalog."""

    index: Fulltext
    posteriors: PosteriorStore
