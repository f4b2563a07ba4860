"""What reading needs without torch: image preparation and the card of a weights file."""
