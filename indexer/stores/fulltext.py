"""Full-text index on Whoosh; of the other modules, only `whoosh_fields` and `query.parser` import it.

Each photo is a bag of weighted words: every reading of every word box, weighted by its
probability. The index is derived from the catalog and can be rebuilt from it; it proposes
photos, which `search` then looks at word by word, so it needs no positions (they would double
its size). Whoosh reads pickles: an index that a stranger made must never be opened.
"""

from __future__ import annotations

import math
import shutil
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from whoosh import index, query, scoring, searching, writing
from whoosh.filedb.filestore import FileStorage, RamStorage

from indexer.entities import PhotoId
from indexer.errors import CatalogError, DamageError
from indexer.query import ast as q
from indexer.query.stemming import forms_among, prefix_of
from indexer.query.suggestions import allowed_edits, nearest
from indexer.stores.faults import store_error
from indexer.stores.fsync import fsync, fsync_replace
from indexer.stores.whoosh_fields import READINGS, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

VERSION = "3"
"""Format that is written: both derived stores with today's words and their folding."""

READABLE = ("1", "2", VERSION)
"""Formats that queries are answered from; a writer makes an older one anew from the catalog.

Format 2 is that of 0.2.0. It knows no word that a line end or a sign breaks in two as one word.
Format 1 is that of 0.1.0. Its words are folded in another way, which differs where a reading is
not ASCII; so are the bounds in the segments of the posterior store beside it.
"""

MAX_FORMS = 10
"""Other forms of a word by which photos are proposed: those on most photos."""

MAX_ALIKE = 20_000
"""Words with the same beginning that are looked at for other forms of a word."""

_WRITER_MEGABYTES = 128
"""Memory in which Whoosh collects the words of photos before it writes them."""


class _Storage(FileStorage):  # type: ignore[misc] # Whoosh has no types
    """A folder of Whoosh without mmap: by default it copies every segment to memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._locks: list[Any] = []

    def lock(self, name: str) -> Any:  # noqa: ANN401 - Whoosh has no types
        """A lock that `unlock` can release."""
        self._locks.append(super().lock(name))
        return self._locks[-1]

    def unlock(self) -> None:
        """Give back what a writer that failed half-way still holds."""
        for lock in self._locks:
            if lock.fd is not None:
                lock.release()
        self._locks.clear()


class Fulltext:
    """Index below one folder; its file `CURRENT` names format and generation that are in use."""

    def __init__(self, folder: Path, *, empty_if_missing: bool = False) -> None:
        """`folder` need not exist yet; who reads may take it for empty until it does."""
        self.folder, self._empty_if_missing = folder, empty_if_missing

    # writing -------------------------------------------------------------------------------

    def count(self) -> int:
        """Photos in the index. Raises DamageError if it cannot be read."""
        with self._opened() as ix, self._translated():
            return int(ix.doc_count())

    def is_current(self) -> bool:
        """Whether the index is of the format that is written. Raises DamageError if missing."""
        return self._pointer()[0] == VERSION

    def photos(self) -> set[PhotoId]:
        """Numbers of the photos in the index. Raises DamageError if it cannot be read."""
        with self._opened() as ix, self._translated(), ix.reader() as reader:
            return {PhotoId(int(reader.stored_fields(n)["id"])) for n in reader.all_doc_ids()}

    def apply(
        self, photos: Mapping[PhotoId, Mapping[str, float] | None], *, wait: float = 5.0
    ) -> None:
        """Replace photos by number: their weighted words, or None to remove; durable after.

        `wait` is how many seconds another writer is given to finish.

        Raises:
            CatalogError: locked, or the disk is full; nothing is changed then.
            DamageError: missing, damaged or of an older format.

        """
        if not self.is_current():
            msg = f"{self.folder}: full-text index of an older format; run: ocrsearch rebuild"
            raise DamageError(msg)
        with self._opened() as ix:
            self._write(ix, self._current(), photos, wait)

    def rebuild(self, batches: Iterator[Mapping[PhotoId, Mapping[str, float]]]) -> None:
        """Build a new index beside the old one, then swap; the old one serves until then.

        Raises:
            CatalogError: the disk is full; the old index stays in use.

        """
        number = 1 + max((int(p.name) for p in self._generations()), default=0)
        fresh = self.folder / f"{number:04d}"
        with self._translated():
            fresh.mkdir(parents=True)
            ix = _Storage(fresh).create_index(schema())
            # one commit for all: each one merges what the former ones wrote
            with _writer(ix, 0.0) as writer:
                for batch in batches:
                    _add(writer, batch)
            ix.close()
            fsync([*fresh.iterdir(), fresh])
            pointer = self.folder / "CURRENT.part"
            pointer.write_text(f"{VERSION} {fresh.name}\n", encoding="ascii")
            fsync_replace(pointer, self.folder / "CURRENT")
        for old in self._generations():
            if old != fresh:
                shutil.rmtree(old, ignore_errors=True)

    def _write(
        self,
        ix: index.Index,
        folder: Path,
        photos: Mapping[PhotoId, Mapping[str, float] | None],
        wait: float,
    ) -> None:
        with self._translated():
            with _writer(ix, wait) as writer:
                writer.delete_by_query(query.Or([query.Term("id", str(n)) for n in photos]))
                _add(writer, photos)
            # Whoosh never syncs: without this a power cut could leave a list of absent segments
            fsync([*folder.iterdir(), folder])

    # reading -------------------------------------------------------------------------------

    def candidates(
        self, question: q.QueryNode, limit: int | None, most: float = math.inf
    ) -> list[PhotoId]:
        """Photos with a reading for every part of the question, best first.

        None are given if more than `most` photos would have to be scored for it, or, where
        there are more at all, if it holds patterns, because these scan every word of the index.

        Raises DamageError if the index is missing or damaged.
        """
        try:
            return self._candidates(question, limit, most)
        except DamageError:
            # a commit or a rebuild may have removed files between opening and reading
            return self._candidates(question, limit, most)

    def _candidates(self, question: q.QueryNode, limit: int | None, most: float) -> list[PhotoId]:
        with self._opened() as ix, self._translated():
            weighting = scoring.BM25F(B=0.3)
            with searching.Searcher(ix.reader(), weighting=weighting) as searcher:
                wanted = _query(question)
                if most < searcher.doc_count() and _takes_long(wanted, searcher, most):
                    return []
                return [PhotoId(int(hit["id"])) for hit in searcher.search(wanted, limit=limit)]

    def inflections(self, words: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Other forms that were read somewhere of each of these words that has any.

        Raises:
            CatalogError: the index is missing or damaged.
        """
        prefixes = {word: prefix for word in words if (prefix := prefix_of(word))}
        if not prefixes:
            return {}
        found = {}
        with self._opened() as ix, self._translated(), ix.reader() as reader:
            for word, prefix in prefixes.items():
                alike = islice(reader.expand_prefix(READINGS, prefix), MAX_ALIKE)
                forms = forms_among(word, [term.decode() for term in alike])
                forms.sort(key=lambda form: -reader.doc_frequency(READINGS, form))
                if forms:
                    found[word] = tuple(forms[:MAX_FORMS])
        return found

    def suggestions(self, word: str) -> list[str]:
        """Words that were read somewhere and look like `word`, see `text.nearest`.

        Raises:
            CatalogError: the index is missing or damaged.
        """
        with self._opened() as ix, self._translated(), ix.reader() as reader:
            if (READINGS, word) in reader:  # looking for others takes seconds where many were read
                return []
            return nearest(word, set(reader.terms_within(READINGS, word, allowed_edits(word))))

    # the folder ----------------------------------------------------------------------------

    def _generations(self) -> list[Path]:
        return [p for p in self.folder.glob("[0-9]*") if p.name.isdigit()]

    def _pointer(self) -> tuple[str, str]:
        """Format and folder of the generation in use."""
        try:
            version, name = (self.folder / "CURRENT").read_text(encoding="ascii").split()
        except PermissionError as error:
            raise store_error(self.folder, error, "") from error
        except (OSError, ValueError) as error:
            msg = f"{self.folder}: there is no full-text index; run: ocrsearch rebuild"
            raise DamageError(msg) from error
        if version not in READABLE:
            msg = f"{self.folder}: full-text index of format {version}; run: ocrsearch rebuild"
            raise DamageError(msg)
        return version, name

    def _current(self) -> Path:
        return self.folder / self._pointer()[1]

    @contextmanager
    def _opened(self) -> Iterator[index.Index]:
        if self._empty_if_missing and not (self.folder / "CURRENT").exists():
            ix = RamStorage().create_index(schema())
        else:
            folder = self._current()
            with self._translated():
                ix = _Storage(folder).open_index(schema=schema())
        try:
            yield ix
        finally:
            ix.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except index.LockError as error:
            msg = f"{self.folder}: another program is writing the index; try again later"
            raise CatalogError(msg) from error
        except CatalogError:
            raise
        except Exception as error:
            # Whoosh raises whatever its parsers meet in a damaged or half-deleted file
            advice = "if this lasts, run: ocrsearch rebuild"
            raise store_error(self.folder, error, advice) from error


class _AndMaybe(query.AndMaybe):  # type: ignore[misc] # Whoosh has no types
    """Photos that answer the first part, those before that answer the second as well."""

    def estimate_size(self, reader: Any) -> int:  # noqa: ANN401 - Whoosh has no types
        """Photos that are scored: those of the first part."""
        return int(self.subqueries[0].estimate_size(reader))


def _takes_long(wanted: query.Query, searcher: searching.Searcher, most: float) -> bool:
    patterns = any(isinstance(leaf, query.Wildcard) for leaf in wanted.leaves())
    return patterns or wanted.estimate_size(searcher.reader()) > most


def _query(question: q.QueryNode) -> query.Query:
    """Our tree as Whoosh's; negations and fields are judged in `search`."""
    if isinstance(question, q.And):
        needed = [part for part in question.parts if not q.is_found_without_words(part)]
        if needed:
            every = query.And([_query(part) for part in needed])
            # a word that need not be there, for it stands beside a filter, brings a photo forward
            others = [part for part in question.parts if part not in needed and q.leaves(part)]
            return _AndMaybe(every, query.Or(list(map(_query, others)))) if others else every
    if isinstance(question, q.And | q.Or):
        return query.Or([_query(part) for part in question.parts if q.leaves(part)])
    if isinstance(question, q.Inflected):
        return query.Or([query.Term(READINGS, t) for t in (question.word.text, *question.read)])
    if isinstance(question, q.Phrase):
        return query.And([_query(word) for word in q.words([question])])
    if isinstance(question, q.Pattern):
        return query.Wildcard(READINGS, question.text)
    return query.Term(READINGS, question.text) if isinstance(question, q.Term) else query.NullQuery


@contextmanager
def _writer(ix: index.Index, wait: float) -> Iterator[writing.IndexWriter]:
    """A writer that commits when the block ends well, and changes nothing otherwise."""
    try:
        writer = ix.writer(limitmb=_WRITER_MEGABYTES, timeout=wait)
        try:
            yield writer
            writer.commit()
        except BaseException:
            with suppress(Exception):  # it may be unable to do even that
                writer.cancel()
            raise
    finally:
        ix.storage.unlock()


def _add(writer: writing.IndexWriter, photos: Mapping[PhotoId, Mapping[str, float] | None]) -> None:
    for number, words in photos.items():
        if words is not None:
            writer.add_document(id=str(number), **{READINGS: words})
