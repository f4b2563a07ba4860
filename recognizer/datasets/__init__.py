"""Labelled word images: readers of data sets, loading, batches and their sampler."""
