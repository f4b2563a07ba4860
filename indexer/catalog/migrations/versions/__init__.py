"""Schema changes, one module each, oldest first."""
