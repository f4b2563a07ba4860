"""The detector's network in torch, its weights file, and prediction."""
