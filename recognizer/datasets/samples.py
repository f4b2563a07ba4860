"""A labelled word image, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sample:
    """One word image and what it says.

    Attributes:
        name: names the image in messages and results, for example its path.
        text: the ink as written.
        hand: who wrote it, "" if not known.
        load: reads the fitted grey crop (HEIGHT × width); raises DataError.

    """

    name: str
    text: str
    hand: str
    load: Callable[[], NDArray[np.uint8]]
