"""The recogniser's commands."""
