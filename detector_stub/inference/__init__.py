"""Kernel maps and weights files, without torch."""
