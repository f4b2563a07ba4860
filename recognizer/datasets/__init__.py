"""Labelled word images, each source read in its own published format."""
