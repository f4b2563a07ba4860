"""Stores that are derived from the catalog: full text and posteriorgrams."""
