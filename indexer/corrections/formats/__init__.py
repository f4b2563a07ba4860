"""Files that other programs read and write: the words of a photo in their formats."""
