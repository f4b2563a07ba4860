"""Corrections: what people say that words on photos are, and the words that follow from it."""
