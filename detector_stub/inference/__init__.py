"""Words in kernel maps, and the description of a weights file, without torch."""
