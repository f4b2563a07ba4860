"""Word lists of languages: those that are shipped, and for other languages those of the package wordfreq.

A shipped list is made from that of wordfreq by `packaging/make_word_lists.py`: compressed text, whose
line n, counted from 0, holds the words of frequency 10^(-n/100), with spaces between them.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

from recognizer.errors import DataError

MIN_FREQUENCY = 1e-7
"""Words that are rarer are left out of a list but the English one: they are three in four, and mostly names."""

_FOLDER = Path(__file__).parent.parent / "weights" / "languages"

_END = ".words.gz"


def content(language: str) -> bytes:
    """The file of a language's list.

    Raises:
        DataError: there is no such list; says what has it, if wordfreq is not installed.

    """
    return (_shipped(language) or _of_wordfreq(language)).read_bytes()


def frequencies(language: str) -> dict[str, float]:
    """Words of letters alone, most frequent first, with their shares of running text.

    Raises:
        DataError: see `content`.

    """
    if file := _shipped(language):
        places = enumerate(gzip.decompress(file.read_bytes()).decode().split("\n"))
        return {word: 10 ** (-place / 100) for place, line in places for word in line.split()}
    _of_wordfreq(language)  # raises where wordfreq would take the nearest language
    # loaded here because it takes long
    from wordfreq import get_frequency_dict, get_frequency_list

    listed = {word: f for word, f in get_frequency_dict(language).items() if word.isalpha()}
    # wordfreq would keep its own copies for as long as the daemon runs
    get_frequency_dict.cache_clear()
    get_frequency_list.cache_clear()
    return listed


def _shipped(language: str) -> Path | None:
    # by the names in the folder, since a language that users name may be no file name
    files = {file.name: file for file in _FOLDER.glob(f"*{_END}")}
    return files.get(language + _END)


def _of_wordfreq(language: str) -> Path:
    """The file of wordfreq for a language, found without the package, which takes long to import."""
    folders = getattr(find_spec("wordfreq"), "submodule_search_locations", None)
    if not folders:
        msg = (
            f"wordfreq:{language}: not one of the lists that are shipped; others come with the extra "
            "train: pip install 'ocrsearch[train]'"
        )
        raise DataError(msg)
    files = {file.name: file for file in sorted(Path(folders[0], "data").glob("*_*.msgpack.gz"))}
    for size in ("large", "small"):
        if file := files.get(f"{size}_{language}.msgpack.gz"):
            return file
    known = sorted({name.partition(".")[0].partition("_")[2] for name in files if name[0] != "_"})
    msg = f"wordfreq:{language}: no such list; the languages of wordfreq are {', '.join(known)}"
    raise DataError(msg)
