"""The catalog, the source of truth: photos, places, words, failures in a SQL database."""

from indexer.catalog.catalog import Catalog

__all__ = ["Catalog"]
