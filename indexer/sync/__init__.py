"""Synchronisation of catalog and derived stores with the disk."""
