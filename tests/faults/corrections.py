"""Corrections by another process beside the daemon, and a model of what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.catalog.correctable import CorrectableCatalog
from indexer.corrections.new_correction import correction_at

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    from indexer.config import Settings
    from indexer.corrections.correction import Correction


class Corrections:
    """What was said of the words of photos, by content hash and place on the photo."""

    def __init__(self, settings: Settings, chance: random.Random) -> None:
        """Nothing was said yet."""
        self._settings, self._chance = settings, chance
        self.made: dict[str, tuple[int, Correction]] = {}
        self._clock = 0.0

    def texts(self, content: str, read: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """The texts of a photo on which `read` was read."""
        if not read:
            return read
        said = list(read)
        for place, made in self.made.values():  # in the order in which they were made
            if made.content == content and made.undone_at is None:
                said[place] = made.text
        return tuple(said)

    def correct(self, contents: Collection[str], words: list[str]) -> str:
        """Correct a word of one of these photos."""
        content = self._chance.choice(sorted(contents))
        with CorrectableCatalog(self._settings.database) as catalog:
            photo = catalog.photo_with(content)
            if photo is None or not photo.words:
                return "nothing"
            place = self._chance.randrange(len(photo.words))
            text = self._chance.choice(words)
            self._clock += 1.0
            made = correction_at(photo.words[place].box, photo, text, now=self._clock)
            made = replace(made, uid=f"{self._chance.getrandbits(128):032x}")
            [made] = catalog.correct([made])
        self.made[made.uid] = place, made
        return f"correct word {place} of {content}: {text}"

    def undo(self) -> str:
        """Undo a correction, or let one count again."""
        if not self.made:
            return "nothing"
        uid = self._chance.choice(sorted(self.made))
        place, made = self.made[uid]
        with CorrectableCatalog(self._settings.database) as catalog:
            self._clock += 1.0
            if made.undone_at is None:
                catalog.undo([uid], self._clock)
                self.made[uid] = place, replace(made, undone_at=self._clock)
            else:
                catalog.redo([uid], self._clock)
                self.made[uid] = place, replace(made, undone_at=None)
        return f"undo or redo {uid}"
