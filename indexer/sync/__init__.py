"""Keeping catalog and derived stores in step with the disk."""
