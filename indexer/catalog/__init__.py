"""The source of truth: photos, places, words and failures in a SQL database."""

from indexer.catalog.catalog import Catalog

__all__ = ["Catalog"]
