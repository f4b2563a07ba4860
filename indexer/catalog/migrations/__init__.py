"""Schema changes of the catalog, applied by Alembic when a catalog is opened."""
