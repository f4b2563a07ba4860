"""Seeded mutations of pictures of every format that is read."""

from __future__ import annotations

import importlib.util
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "mutated_images.py"

_spec = importlib.util.spec_from_file_location("mutated_images", SCRIPT)
mutated = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutated)

FORMATS = ("AVIF", "BMP", "GIF", "HEIF", "JPEG", "JPEG2000", "MPO", "PNG", "TIFF", "WEBP")


def sources(chance: random.Random) -> Iterator[tuple[str, str, bytes]]:
    """Format, ending and content of undamaged pictures, several of each of FORMATS."""
    for name, suffix, content in mutated.variants(chance):
        yield name.split()[0], suffix, content
    frame, other = mutated.page(chance, "P"), mutated.page(chance, "P")
    several = {"save_all": True, "append_images": [other.resize(frame.size)]}
    levels = np.asarray(mutated.page(chance, "L")) / np.float32(255)
    for kind, suffix, image, options in (
        ("AVIF", "avif", mutated.page(chance), {}),
        ("BMP", "bmp", mutated.page(chance), {}),
        ("BMP", "bmp", mutated.page(chance, "1"), {}),
        ("GIF", "gif", frame, {"interlace": 1}),
        ("GIF", "gif", frame, several),
        ("JPEG2000", "jp2", mutated.page(chance), {}),
        ("PNG", "png", mutated.page(chance, "LA"), {}),
        ("TIFF", "tif", Image.fromarray(levels), {}),
        ("TIFF", "tif", mutated.page(chance, "LAB"), {}),
    ):
        if kind in Image.SAVE:
            yield kind, suffix, mutated.saved(image, kind, **options)


def end_replaced(data: bytearray, chance: random.Random) -> bytearray:
    """Something else stands in place of the last bytes, or behind them."""
    end = chance.choice((b"", bytes(1000), chance.randbytes(1000)))
    return data[: len(data) - chance.choice((0, 1, 2, 12))] + end


DAMAGE = (*mutated.DAMAGE, end_replaced)


@cache
def _sources(seed: int) -> list[tuple[str, str, bytes]]:
    Image.init()
    return list(sources(random.Random(seed)))


def mutations(
    count: int, seed: int, formats: tuple[str, ...] = FORMATS
) -> Iterator[tuple[str, bytes]]:
    """`count` names and contents of damaged pictures of each of `formats`."""
    chance = random.Random(seed)
    for kind in formats:
        known = [(suffix, content) for name, suffix, content in _sources(seed) if name == kind]
        for number in range(count if known else 0):
            suffix, content = known[number % len(known)]
            damage = chance.choice(DAMAGE)
            name = f"{kind}-{number:05d}-{damage.__name__}.{suffix}"
            yield name, bytes(damage(bytearray(content), chance))
