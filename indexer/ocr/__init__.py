"""Photo files to words: decoding, detection, recognition, in a process of their own."""
