"""The mutants with names: each breaks one promise, and some test must notice.

A mutant is one place of a file, found by a pattern that matches there alone, and what stands there
instead. The tests named are run first; if they pass, all fast tests that could notice are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """A mutant that is written down.

    Attributes:
        name: what it is called on the command line.
        file: relative to the root of the repository.
        pattern: a regular expression that matches one place of the file.
        replacement: what it becomes; may use the groups of the pattern.
        promise: what it breaks.
        tests: files or folders of tests that are run first.

    """

    name: str
    file: str
    pattern: str
    replacement: str
    promise: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Excepted:
    """Lines that the drawn mutants leave alone, because no test could notice a change of them.

    Attributes:
        file: a regular expression for names of files.
        pattern: one for lines.
        reason: why a change of them breaks no promise.

    """

    file: str
    pattern: str
    reason: str


NAMED = (
    Named(
        "offline-whatever-is-new",
        "indexer/sync/offline_folders.py",
        r" and lost > new\b",
        "",
        "a folder that was exported again, with as many new photos as it lost, is not offline",
        ("tests/indexer/sync/test_offline_folders.py",),
    ),
    Named(
        "offline-from-eleven",
        "indexer/sync/offline_folders.py",
        r"len\(had\) >= ",
        "len(had) > ",
        "a folder of ten photos that lost most of them is offline",
        ("tests/indexer/sync/test_offline_folders.py",),
    ),
    Named(
        "fulltext-commit-not-flushed",
        "indexer/stores/fulltext.py",
        r"fsync\(\[\*folder\.iterdir\(\), folder\]\)",
        "pass",
        "each commit of the full text reaches the disk",
        ("tests/indexer/stores/test_fulltext.py", "tests/indexer/stores"),
    ),
    Named(
        "segment-not-flushed",
        "indexer/stores/segments.py",
        r"fsync_replace\(partial, path\)",
        "partial.replace(path)",
        "a segment is on the disk before it gets its name",
        ("tests/indexer/stores",),
    ),
    Named(
        "catalog-commit-not-flushed",
        "indexer/catalog/database.py",
        r"synchronous=FULL",
        "synchronous=NORMAL",
        "the derived stores are never ahead of the catalog",
        ("tests/indexer/catalog",),
    ),
    Named(
        "purged-before-unindexed",
        "indexer/catalog/catalog.py",
        r"PHOTO\.c\.orphaned_at < before, PHOTO\.c\.generation <= forgotten",
        "PHOTO.c.orphaned_at < before",
        "a photo leaves the catalog only after the indexes have forgotten it",
        ("tests/indexer/catalog", "tests/indexer/sync"),
    ),
    Named(
        "back-after-a-partial-look",
        "indexer/daemon/run_log.py",
        r"return known \| now",
        "return now",
        "only a look at everything tells that a folder is back",
        ("tests/indexer/daemon",),
    ),
    Named(
        "idle-worker-with-an-alarm",
        "indexer/ocr/worker_process.py",
        r"_set_alarm\(0\)",
        "pass",
        "a reading process that has nothing to do is not ended by its own alarm",
        ("tests/indexer/ocr/test_worker_process.py", "tests/indexer/ocr/test_worker_supervisor.py"),
    ),
    Named(
        "unsure-best-reading-not-indexed",
        "indexer/stores/terms.py",
        r"max\(best\[token\], MIN_PROBABILITY\)",
        "best[token]",
        "the best reading of a word is always found, however unsure it is",
        ("tests/indexer/stores", "tests/indexer/search"),
    ),
    Named(
        "empty-variables-count",
        "indexer/config.py",
        r"in os.environ.items\(\) if text\}",
        "in os.environ.items()}",
        "a variable that is set to nothing is not set",
        ("tests/indexer/test_config.py",),
    ),
    Named(
        "date-with-zero-bytes",
        "indexer/ocr/capture_time.py",
        r'\.partition\("\\0"\)\[0\]',
        "",
        "a date that a camera padded with zero bytes is read",
        ("tests/indexer/ocr/test_capture_time.py",),
    ),
    Named(
        "last-list-wins",
        "recognizer/decoding/lexicon.py",
        r"max\(frequency, merged\.get\(word, 0\.0\)\)",
        "frequency",
        "a word of several lists has the highest of its frequencies",
        ("tests/recognizer/decoding/test_lexicon.py",),
    ),
    Named(
        "every-line-breaks-a-phrase",
        "indexer/search/phrases.py",
        r"0\) > (lines[^\n]*\n)    return math\.prod\(LINE_BREAK for broken in breaks if broken\)",
        r"0) - \1    return LINE_BREAK ** sum(breaks)",
        "a phrase is not broken more often than it has gaps",
        ("tests/indexer/search",),
    ),
    Named(
        "turned-for-a-little-more",
        "indexer/ocr/orientation.py",
        r"max\(MIN_RATIO \* letters\[0\], letters\[0\] \+ MIN_GAIN\)",
        "letters[0] + MIN_GAIN",
        "a photo is turned only if twice as many letters are legible then",
        ("tests/indexer/ocr/test_orientation.py",),
    ),
    Named(
        "copies-in-the-total",
        "indexer/sync/run_state.py",
        r"self\._total -= 1(?=\n            return False)",
        "pass",
        "a copy is no photo to be read: 12 of 15 photos",
        ("tests/indexer/sync",),
    ),
    Named(
        "more-done-than-there-are",
        "indexer/sync/run_state.py",
        r"max\(self\._total, self\.done\)",
        "self._total",
        "no more photos are done than there are",
        ("tests/indexer/sync",),
    ),
    Named(
        "narrow-beam-for-many-readings",
        "recognizer/decoding/decoder.py",
        r"max\(_MIN_WIDTH, alternatives \* 3 // 2\)",
        "_MIN_WIDTH",
        "the beam is wider than the number of readings asked for",
        ("tests/recognizer/decoding/test_decoder.py",),
    ),
    Named(
        "chalk-at-any-skew",
        "recognizer/network/tensors.py",
        r"skew < -1\.0",
        "skew < 0.0",
        "bold ink that covers half of a word is no chalk",
        ("tests/recognizer/network", "tests/recognizer/inference"),
    ),
    Named(
        "unseen-symbols-impossible",
        "recognizer/posteriors/folded.py",
        r"_UNSEEN = 1e-3",
        "_UNSEEN = 1e-6",
        "a word with a symbol that was too unlikely to be kept is still found",
        ("tests/recognizer/posteriors",),
    ),
    Named(
        "letters-of-any-height",
        "recognizer/synthesis/segmentation.py",
        r"not _MIN_X_HEIGHT <= lines\[1\] <= _MAX_X_HEIGHT",
        "not 0 < lines[1]",
        "letters that are far too low or high are not put into words",
        ("tests/recognizer/synthesis/test_letter_height.py",),
    ),
    Named(
        "lines-across-columns",
        "detector_stub/reading_order.py",
        r"2\.5 \* max\(last\.height, box\.height\)",
        "4 * max(last.height, box.height)",
        "a gap of more than two and a half heights starts a column",
        ("tests/detector_stub/detectors/test_line_gap.py",),
    ),
    Named(
        "dead-segments-kept",
        "indexer/stores/compaction.py",
        r"alive\[i\] < size / 2\b",
        "alive[i] < size / 3",
        "a segment of which half is superseded is rewritten",
        ("tests/indexer/stores/test_superseded.py",),
    ),
    Named(
        "pace-of-the-last-photo",
        "indexer/sync/batch_size.py",
        r"\(self\._photo_seconds \+ seconds\) / 2",
        "seconds",
        "one slow photo does not decide how many are read together",
        ("tests/indexer/sync", "tests/indexer/daemon"),
    ),
    Named(
        "half-written-files-are-read",
        "indexer/filesystem/debounce.py",
        r"if current != known:",
        "if False:",
        "a file that another program is still writing waits until it is at rest",
        ("tests/indexer/filesystem/test_debounce.py",),
    ),
)

EXCEPTED = (
    Excepted(
        r"indexer/stores/fulltext\.py",
        r"_writer\(ix, 0\.0\)",
        "any time that is not positive means not to wait",
    ),
    Excepted(
        r"indexer/stores/whoosh_fields\.py",
        r"fields\.ID\(stored=True, unique=True\)",
        "Whoosh asks for unique fields in a method that is not used; it tells the reader which one is",
    ),
    Excepted(
        r"indexer/stores/upper_bounds\.py",
        r"return np\.arange\(count\)",
        "as an index, None selects all as well; mypy holds that it is an array",
    ),
    Excepted(
        r"indexer/sync/photo_log\.py",
        r"round\(step\.seconds, 2\)",
        "so many digits of a log line are no promise",
    ),
)
