"""Training and evaluation of the learned detector."""
