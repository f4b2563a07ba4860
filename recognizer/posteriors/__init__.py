"""Packed posteriorgrams and their scores for a text; numpy only."""
