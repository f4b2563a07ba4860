"""Training the recogniser."""
