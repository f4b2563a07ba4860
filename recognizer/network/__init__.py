"""The CRNN in torch: layers, loss, weights on disk, inference backends."""
