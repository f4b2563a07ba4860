"""Word detectors: learned, classical, and boxes from a sidecar file."""
