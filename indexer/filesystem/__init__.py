"""Scanning and watching photo folders, and mount points."""
