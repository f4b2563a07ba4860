"""Drawn training words and pages."""
