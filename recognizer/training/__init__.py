"""Training of the recogniser."""
