"""The full-text index: the only module that knows Whoosh.

Each photo is a bag of weighted words: every reading of every word box, weighted by its
probability. The index is derived from the catalog and can be rebuilt from it; it proposes
photos, which `search` then looks at word by word, so it needs no positions (they would double
its size). Whoosh pickles the schema by module path: `Readings` must stay importable as
`indexer.fulltext.Readings`, and an index that a stranger made must never be opened.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from whoosh import analysis, fields, formats, index, qparser, query, scoring, searching
from whoosh.filedb.filestore import FileStorage

from indexer import question as q
from indexer.durable import flush
from indexer.errors import CatalogError, DamageError, UsageError, lacking

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


def parse(text: str) -> q.Question:
    """Read a query: words (all must match), AND, OR, NOT, "phrases", prefix*, wild?ards, ( ).

    Raises:
        UsageError: an open quote or bracket, or nothing to look for.

    """
    if text.count('"') % 2:
        msg = f"query {text!r}: a quote is never closed"
        raise UsageError(msg)
    if text.count("(") != text.count(")"):
        msg = f"query {text!r}: the brackets do not match"
        raise UsageError(msg)
    plugins = [
        qparser.WhitespacePlugin(),
        qparser.PhrasePlugin(),
        qparser.WildcardPlugin(),
        qparser.OperatorsPlugin(AndMaybe=None, Require=None),
        qparser.GroupPlugin(),
    ]
    tree = qparser.QueryParser(FIELD, schema=None, plugins=plugins).parse(text)
    question = _question(tree)
    if question is None or not q.leaves(question):
        msg = f"query {text!r}: give at least one word to look for"
        raise UsageError(msg)
    return question


def _question(tree: query.Query) -> q.Question | None:  # noqa: PLR0911 - one a kind of node
    """Whoosh's tree as ours; None where nothing searchable is left."""
    if isinstance(tree, query.Not):
        part = _question(tree.query)
        return None if part is None else q.Not(part)
    if isinstance(tree, query.AndNot):
        return _question(query.And([tree.a, query.Not(tree.b)]))
    if isinstance(tree, query.And | query.Or):
        parts = tuple(p for p in map(_question, tree.children()) if p is not None)
        if len(parts) < 2:
            return parts[0] if parts else None
        return q.And(parts) if isinstance(tree, query.And) else q.Or(parts)
    if isinstance(tree, query.Phrase):
        return _words([token for word in tree.words for token in q.tokens(word)])
    if isinstance(tree, query.Prefix):
        return _pattern(tree.text + "*")
    if isinstance(tree, query.Wildcard):
        return _pattern(tree.text)
    return _words(q.tokens(tree.text)) if isinstance(tree, query.Term) else None


def _pattern(text: str) -> q.Pattern | None:
    return q.Pattern(q.fold(text)) if q.tokens(text) else None


def _words(found: list[str]) -> q.Question | None:
    """A word like `linked-list` was boxed as one or two: its parts stand side by side."""
    if len(found) < 2:
        return q.Term(found[0]) if found else None
    return q.Phrase(tuple(found))


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
            for batch in batches:
                self._write(ix, fresh, batch, 0.0)
            ix.close()
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
            try:
                self._commit(ix.writer(limitmb=_WRITER_MEGABYTES, timeout=wait), photos)
            finally:
                ix.storage.unlock()
            # Whoosh never syncs: without this a power cut could leave a list of absent segments
            flush([*folder.iterdir(), folder])

    def _commit(self, writer: Any, photos: Mapping[int, Mapping[str, float] | None]) -> None:  # noqa: ANN401
        try:
            writer.delete_by_query(query.Or([query.Term("id", str(n)) for n in photos]))
            for number, words in photos.items():
                if words is not None:
                    writer.add_document(id=str(number), **{FIELD: words})
            writer.commit()
        except BaseException:
            with suppress(Exception):  # it may be unable to do even that
                writer.cancel()
            raise

    # reading -------------------------------------------------------------------------------

    def candidates(self, question: q.Question, limit: int | None) -> list[int]:
        """Photos with a reading for every part of the question, best first.

        Raises DamageError if the index is missing or damaged.
        """
        try:
            return self._candidates(question, limit)
        except DamageError:
            # a commit or a rebuild may have removed files between opening and reading
            return self._candidates(question, limit)

    def _candidates(self, question: q.Question, limit: int | None) -> list[int]:
        with self._opened() as ix, self._translated():
            weighting = scoring.BM25F(B=0.3)
            with searching.Searcher(ix.reader(), weighting=weighting) as searcher:
                return [int(hit["id"]) for hit in searcher.search(_query(question), limit=limit)]

    def suggestions(self, word: str, limit: int = 5) -> list[str]:
        """Words that were read somewhere and look like `word`, nearest first."""
        from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - rarely needed

        with self._opened() as ix, self._translated(), ix.reader() as reader:
            near = reader.terms_within(FIELD, word, allowed_edits(word))
            ranked = sorted(near, key=lambda term: (Levenshtein.distance(term, word), term))
            return [term for term in ranked if term != word][:limit]

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


def allowed_edits(word: str) -> int:
    """Edits between a word and a plausible misreading of it: none for the shortest ones."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


def _query(question: q.Question) -> query.Query:
    """Our tree as Whoosh's; what is negated is judged word by word in `search`."""
    if isinstance(question, q.And):
        parts = [part for part in question.parts if not isinstance(part, q.Not)]
        return query.And([_query(part) for part in parts])
    if isinstance(question, q.Or):
        return query.Or([_query(part) for part in question.parts])
    if isinstance(question, q.Phrase):
        return query.And([query.Term(FIELD, text) for text in question.texts])
    if isinstance(question, q.Pattern):
        return query.Wildcard(FIELD, question.text)
    return query.Term(FIELD, question.text) if isinstance(question, q.Term) else query.NullQuery
