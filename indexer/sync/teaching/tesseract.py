"""Tesseract as a teacher: the program, if it is installed. It reads words."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from indexer.entities import Box
from indexer.errors import EngineError
from indexer.sync.teaching.teacher import TaughtReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.sync.teaching.teacher import TaughtPhoto

_LANGUAGES = re.compile(r"[\w+/-]*", re.ASCII)


class Tesseract:
    """The words that Tesseract finds itself; `tesseract:deu+eng` names its languages."""

    name, words, local = "tesseract", True, True

    def __init__(self, languages: str) -> None:
        """Find the program. Raises EngineError if there is none."""
        program = shutil.which("tesseract")
        if program is None or not _LANGUAGES.fullmatch(languages):
            msg = (
                "teacher tesseract: install the program tesseract, or name its languages as deu+eng"
            )
            raise EngineError(msg)
        self._command = [program, "-", "-", *(["-l", languages] if languages else [])]
        first = _output([program, "--version"]).decode("utf-8", "replace").split()
        self.version = "-".join(filter(None, [first[1] if len(first) > 1 else "", languages]))

    def read(self, photo: TaughtPhoto, boxes: Sequence[Box]) -> list[TaughtReading]:
        """The words of a photo; it looks for them itself."""
        from PIL import Image

        del boxes
        picture = io.BytesIO()
        Image.fromarray(photo.pixels).save(picture, "PNG", compress_level=1)
        return words_of(_output([*self._command, "tsv"], picture.getvalue()).decode("utf-8"))


def words_of(table: str) -> list[TaughtReading]:
    """The words in a table that Tesseract writes (TSV)."""
    found = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row["level"] == "5" and text:
            left, top, width, height = (int(row[k]) for k in ("left", "top", "width", "height"))
            box = Box(left, top, left + max(width, 1), top + max(height, 1))
            found.append(TaughtReading(text, min(max(float(row["conf"]) / 100, 0.0), 1.0), box))
    return found


def _output(command: list[str], given: bytes = b"") -> bytes:
    """What a program prints. Raises EngineError if it fails."""
    done = subprocess.run(command, input=given, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        msg = f"teacher tesseract: {said[-1] if said else 'failed'}"
        raise EngineError(msg)
    return done.stdout
