"""The full-text index: the only module that knows Whoosh, but for `syntax`, its private part.

Each photo is a bag of weighted words: every reading of every word box, weighted by its
probability. The index is derived from the catalog and can be rebuilt from it; it proposes
photos, which `search` then looks at word by word, so it needs no positions (they would double
its size). Whoosh pickles the schema by module path: `Readings` must stay importable as
`indexer.stores.fulltext.Readings`, and an index that a stranger made must never be opened.
"""

from __future__ import annotations

import math
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from whoosh import analysis, fields, formats, index, query, scoring, searching, writing
from whoosh.filedb.filestore import FileStorage

from indexer.entities import PhotoId
from indexer.errors import CatalogError, DamageError, lacking
from indexer.query import ast as q
from indexer.query.text import allowed_edits, nearest
from indexer.stores.fsync import flush

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FIELD = "readings"
VERSION = "1"
"""Format of the folder; another one is rebuilt."""

_WRITER_MEGABYTES = 128


class _Storage(FileStorage):  # type: ignore[misc] # Whoosh has no types
    """A folder of Whoosh without mmap: by default it copies every segment to memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._locks: list[Any] = []

    def lock(self, name: str) -> Any:  # noqa: ANN401 - Whoosh has no types
        """A lock that `unlock` knows."""
        self._locks.append(super().lock(name))
        return self._locks[-1]

    def unlock(self) -> None:
        """Give back what a writer that failed half-way still holds."""
        for lock in self._locks:
            if lock.fd is not None:
                lock.release()
        self._locks.clear()


class Readings(fields.FieldType):  # type: ignore[misc] # Whoosh has no types
    """Weighted words of a photo: a value is {word: expected number of times it stands there}."""

    def __init__(self) -> None:
        """Fixed format; nothing to set."""
        super().__init__(formats.Existence(), analysis.IDAnalyzer(), scorable=True)

    def index(
        self, value: Mapping[str, float], **_: object
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Postings of one photo: word, frequency, weight, no value."""
        for word, weight in value.items():
            yield word.encode(), 1, weight, b""


class Fulltext:
    """The index below one folder; `CURRENT` names the generation that is in use."""

    def __init__(self, folder: Path) -> None:
        """`folder` need not exist yet."""
        self.folder = folder

    # writing -------------------------------------------------------------------------------

    def count(self) -> int:
        """Photos in the index. Raises DamageError if it cannot be read."""
        with self._opened() as ix, self._translated():
            return int(ix.doc_count())

    def photos(self) -> set[int]:
        """Numbers of the photos in the index. Raises DamageError if it cannot be read."""
        with self._opened() as ix, self._translated(), ix.reader() as reader:
            return {int(reader.stored_fields(n)["id"]) for n in reader.all_doc_ids()}

    def apply(self, photos: Mapping[int, Mapping[str, float] | None], *, wait: float = 5.0) -> None:
        """Replace photos by number: their weighted words, or None to remove; durable after.

        `wait` is how many seconds another writer is given to finish.

        Raises:
            CatalogError: locked, or the disk is full; nothing is changed then.
            DamageError: missing or damaged.

        """
        with self._opened() as ix:
            self._write(ix, self._current(), photos, wait)

    def rebuild(self, batches: Iterator[Mapping[int, Mapping[str, float]]]) -> None:
        """Build a new index beside the old one, then swap; the old one serves until then.

        Raises:
            CatalogError: the disk is full; the old index stays in use.

        """
        number = 1 + max((int(p.name) for p in self._generations()), default=0)
        fresh = self.folder / f"{number:04d}"
        with self._translated():
            fresh.mkdir(parents=True)
            schema = fields.Schema(id=fields.ID(stored=True, unique=True), **{FIELD: Readings()})
            ix = _Storage(fresh).create_index(schema)
            # one commit for all: each one merges what the former ones wrote
            with _writer(ix, 0.0) as writer:
                for batch in batches:
                    _add(writer, batch)
            ix.close()
            flush([*fresh.iterdir(), fresh])
            pointer = self.folder / "CURRENT.part"
            pointer.write_text(f"{VERSION} {fresh.name}\n", encoding="ascii")
            flush([pointer])
            pointer.replace(self.folder / "CURRENT")
            flush([self.folder])
        for old in self._generations():
            if old != fresh:
                shutil.rmtree(old, ignore_errors=True)

    def _write(
        self,
        ix: index.Index,
        folder: Path,
        photos: Mapping[int, Mapping[str, float] | None],
        wait: float,
    ) -> None:
        with self._translated():
            with _writer(ix, wait) as writer:
                writer.delete_by_query(query.Or([query.Term("id", str(n)) for n in photos]))
                _add(writer, photos)
            # Whoosh never syncs: without this a power cut could leave a list of absent segments
            flush([*folder.iterdir(), folder])

    # reading -------------------------------------------------------------------------------

    def candidates(
        self, question: q.QueryNode, limit: int | None, most: float = math.inf
    ) -> list[PhotoId]:
        """Photos with a reading for every part of the question, best first.

        None are given if more than `most` photos would have to be looked at for it, or, where
        there are more at all, if it holds patterns, for these look at every word of the index.

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

    def suggestions(self, word: str) -> list[str]:
        """Words that were read somewhere and look like `word`, see `question.nearest`.

        Raises:
            CatalogError: the index is missing or damaged.
        """
        with self._opened() as ix, self._translated(), ix.reader() as reader:
            return nearest(word, set(reader.terms_within(FIELD, word, allowed_edits(word))))

    # the folder ----------------------------------------------------------------------------

    def _generations(self) -> list[Path]:
        return [p for p in self.folder.glob("[0-9]*") if p.name.isdigit()]

    def _current(self) -> Path:
        try:
            version, name = (self.folder / "CURRENT").read_text(encoding="ascii").split()
        except (OSError, ValueError) as error:
            msg = f"{self.folder}: there is no full-text index; run: ocrsearch rebuild"
            raise DamageError(msg) from error
        if version != VERSION:
            msg = f"{self.folder}: full-text index of format {version}; run: ocrsearch rebuild"
            raise DamageError(msg)
        return self.folder / name

    @contextmanager
    def _opened(self) -> Iterator[index.Index]:
        folder = self._current()
        with self._translated():
            ix = _Storage(folder).open_index()
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
            msg = f"{self.folder}: {str(error) or type(error).__name__}; "
            if lacking(error):
                raise CatalogError(msg + "free some space, or what else is lacking") from error
            raise DamageError(msg + "if this lasts, run: ocrsearch rebuild") from error


def _takes_long(wanted: query.Query, searcher: searching.Searcher, most: float) -> bool:
    patterns = any(isinstance(leaf, query.Wildcard) for leaf in wanted.leaves())
    return patterns or wanted.estimate_size(searcher.reader()) > most


def _query(question: q.QueryNode) -> query.Query:
    """Our tree as Whoosh's; negations and fields are judged in `search`."""
    if isinstance(question, q.And):
        parts = [part for part in question.parts if not q.is_certain(part)]
        return query.And([_query(part) for part in parts])
    if isinstance(question, q.Or):
        return query.Or([_query(part) for part in question.parts])
    if isinstance(question, q.Phrase):
        return query.And([query.Term(FIELD, text) for text in question.texts])
    if isinstance(question, q.Pattern):
        return query.Wildcard(FIELD, question.text)
    return query.Term(FIELD, question.text) if isinstance(question, q.Term) else query.NullQuery


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


def _add(writer: writing.IndexWriter, photos: Mapping[int, Mapping[str, float] | None]) -> None:
    for number, words in photos.items():
        if words is not None:
            writer.add_document(id=str(number), **{FIELD: words})
