"""Ranked search over catalog and derived stores."""
