"""The derived stores, kept in step with the catalog."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.errors import DamageError
from indexer.stores.terms import term_weights
from indexer.sync.index_schedule import INDEX_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.catalog.catalog import Catalog
    from indexer.entities import PhotoId, UnindexedPhoto
    from indexer.stores.stores import Stores


class DerivedIndexes:
    """Full-text index and posterior store as functions of the catalog."""

    def __init__(self, catalog: Catalog, stores: Stores) -> None:
        """Nothing is opened or compared before the first call."""
        self._catalog = catalog
        self.stores = stores
        self._compared = False

    def catch_up(self, alive: Callable[[], None] = lambda: None) -> None:
        """Write every change of the catalog to both stores; rebuild them where that is needed.

        `alive` is called now and then during a rebuild, which may take minutes.
        """
        self.ensure(alive)
        try:
            self.apply_changes()
        except DamageError:
            self.rebuild(lambda _: alive())

    def apply_changes(self) -> None:
        """Write every change of the catalog to both stores, which are not compared with it.

        Raises:
            DamageError: a store is missing, damaged or of an older format.

        """
        while stale := self._catalog.stale(INDEX_BATCH):
            if not self._are_current():
                msg = "the index has an older format; run: ocrsearch rebuild"
                raise DamageError(msg)
            self.stores.posteriors.apply(stale)
            self.stores.index.apply(
                {p.id: None if p.words is None else term_weights(p.words) for p in stale}
            )
            self._catalog.indexed(stale)

    def _are_current(self) -> bool:
        """Whether both stores have the format that is written. Raises DamageError if one is missing."""
        return self.stores.index.is_current() and self.stores.posteriors.is_current()

    def ensure(self, alive: Callable[[], None] = lambda: None) -> bool:
        """Rebuild what is missing, damaged or out of step with the catalog; whether it did."""
        try:
            if self._in_step():
                return False
        except DamageError:
            pass
        self.rebuild(lambda _: alive())
        return True

    def rebuild(self, report: Callable[[int], None] = lambda done: None) -> int:  # noqa: ARG005
        """Make both stores anew from the catalog, without reading a photo; returns their size.

        `report` is called with the number of photos that are done.
        """
        self._catalog.unindex_all()
        done: list[UnindexedPhoto] = []

        def batches() -> Iterator[dict[PhotoId, dict[str, float]]]:
            with self.stores.posteriors.rebuilt() as fresh:
                for batch in self._catalog.stale_batches(INDEX_BATCH):
                    fresh.apply(batch)
                    # what is done is remembered without its words: they may be millions
                    done.extend(replace(photo, words=None) for photo in batch)
                    report(len(done))
                    yield {p.id: term_weights(p.words) for p in batch if p.words is not None}

        self.stores.index.rebuild(batches())
        self._catalog.indexed(done)
        return len(done)

    def _in_step(self) -> bool:
        """Whether the stores hold what they should: photo by photo once, then by number."""
        if not self._are_current():
            return False
        seen = self.stores.posteriors.photos()
        if self._compared:
            required, optional = self._catalog.count_searchable()
            counts = self.stores.index.count(), len(seen)
            return all(required <= count <= required + optional for count in counts)
        self._compared = True
        must, may = self._catalog.searchable()
        return all(must <= held <= must | may for held in (self.stores.index.photos(), seen))
