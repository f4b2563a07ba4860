"""The detector's network in torch, and its weights on disk."""
