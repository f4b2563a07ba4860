"""Words drawn letter by letter, so that a test knows where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from recognizer.datasets.labelled_crops import LabelledCrop
from recognizer.inference import images
from recognizer.network.model import FRAME_STRIDE
from recognizer.posteriors.charset import Charset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Spelled:
    """A fitted crop and the columns of it where each letter begins and ends."""

    text: str
    crop: NDArray[np.uint8]
    columns: list[tuple[float, float]]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The frame in the middle of each letter."""
        middles = [int((left + right) / 2 / FRAME_STRIDE) for left, right in self.columns]
        return [(middle, middle) for middle in middles]

    @property
    def labelled(self) -> LabelledCrop:
        """The word to learn from, by a hand of its own."""
        return LabelledCrop(self.crop, Charset().encode(self.text), self.text, "Pillow")


def spell(text: str, *, size: int = 36, gap: int = 8, ink: int = 30, tail: bool = False) -> Spelled:
    """Draw `text` on 60 rows; with a `tail`, the foot of a letter of the line above hangs in."""
    font = ImageFont.load_default(size)
    page = Image.new("L", (60 * len(text), 60), 225)
    brush = ImageDraw.Draw(page)
    at, places = 6.0, []
    for letter in text:
        left, _, right, _ = brush.textbbox((at, 46), letter, font=font, anchor="ls")
        brush.text((at, 46), letter, fill=ink, font=font, anchor="ls")
        places.append((left, right))
        at = right + gap
    if tail:
        brush.rectangle((10, 0, 14, 6), fill=ink)
    crop = images.fit(page.crop((0, 0, round(at), 60)))
    scale = crop.shape[1] / round(at)
    return Spelled(text, crop, [(left * scale, right * scale) for left, right in places])
