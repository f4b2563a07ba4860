"""Make the word lists that are shipped from those of the package wordfreq.

    python packaging/make_word_lists.py

The same version of wordfreq gives the same files; `recognizer/decoding/word_lists.py` describes them.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from wordfreq import cB_to_freq, get_frequency_list

from recognizer.decoding.languages import SHIPPED
from recognizer.decoding.word_lists import MIN_FREQUENCY

FOLDER = Path(__file__).resolve().parents[1] / "recognizer" / "weights" / "languages"


def text(language: str) -> str:
    """The list of a language as text: words by frequency, those of one frequency in one line."""
    least = 0.0 if language == "en" else MIN_FREQUENCY
    lines = [
        " ".join(filter(str.isalpha, words)) if cB_to_freq(-place) >= least else ""
        for place, words in enumerate(get_frequency_list(language))
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Write the list of each shipped language."""
    for language in SHIPPED:
        packed = gzip.compress(text(language).encode(), compresslevel=9, mtime=0)
        file = FOLDER / f"{language}.words.gz"
        file.write_bytes(packed)
        print(f"{file.name}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
