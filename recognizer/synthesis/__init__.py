"""Synthesis of labelled word images and pages: fonts, pen strokes, glyph banks."""
