"""Words as quads, and boards drawn with them."""

from __future__ import annotations

import numpy as np


def quad_at(centre, width, height, degrees=0.0):
    """Corners of a word, clockwise from the upper left one along its line; slopes go down."""
    angle = np.radians(degrees)
    along = np.asarray([np.cos(angle), np.sin(angle)])
    across = np.asarray([-along[1], along[0]])
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    quad = [centre + x * width / 2 * along + y * height / 2 * across for x, y in corners]
    return np.asarray(quad, np.float32)
