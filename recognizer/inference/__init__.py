"""Reading without torch: image preparation, and the card and fingerprint of a weights file."""
