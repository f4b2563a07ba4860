"""An open catalog: its connections, and transactions that read. Private to `catalog`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from indexer.catalog import database, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from indexer.entities import PhotoId


class OpenCatalog:
    """The connections to a catalog."""

    READING = True

    def __init__(
        self, url: str, store: str = "home", claim: database.Claim = database.unclaimed
    ) -> None:
        """Open a catalog, or create it; runs migrations. Raises CatalogError.

        `store` names the derived stores that are asked about and delivered to. `claim` gives
        whether it may be migrated, and keeps others from it until that is done.
        """
        self.url, self.store = url, store
        self._engine = database.connect(url, reading=self.READING, claim=claim)

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with faults.translated(self.url), self._engine.connect() as connection:
            yield connection

    def _read(self, statement: sa.Executable) -> list[Any]:
        with self._reading() as connection:
            return list(connection.execute(statement))

    def _ids(self, statement: sa.Executable) -> set[PhotoId]:
        with self._reading() as connection:
            return set(connection.scalars(statement))
