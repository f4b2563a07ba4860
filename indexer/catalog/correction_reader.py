"""Queries of corrections, and of what was read in their places. Private to `catalog`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indexer.catalog.open_catalog import OpenCatalog
from indexer.catalog.rows import chunks, to_word, unpacked
from indexer.catalog.schema import (
    CHANGE,
    CHECKED,
    CORRECTION,
    PHOTO,
    READ_WORD,
    REPLACED,
    SHOWN_WORD,
    SKIPPED,
    WORD,
)
from indexer.corrections.carried import offered
from indexer.corrections.correction import Correction, CorrectionKind, PhotoCheck
from indexer.corrections.effective import effective, prevailing, scaled
from indexer.corrections.inked_word import InkedWord
from indexer.entities import ENGINE, Box

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from indexer.entities import PhotoId, Word, WordIndex

_COLUMNS = [column for column in CORRECTION.columns if column is not CORRECTION.c.ink]
"""All but the images of words, which are most of the table."""

_NEVER_LEARNED = (CorrectionKind.CARRIED, CorrectionKind.UNREADABLE)


class CorrectionReader(OpenCatalog):
    """The part of an open catalog that reads corrections."""

    def corrections(
        self,
        *,
        contents: Collection[str] | None = None,
        by: str | None = None,
        since: float | None = None,
    ) -> list[Correction]:
        """Corrections in the order in which the catalog got them, those that were undone too.

        Args:
            contents: of photos with these content hashes; None for all.
            by: of this author, of all versions of it, or of all whose kind it is, as `teacher`.
            since: made at this time or later, in seconds since 1970.

        """
        wanted = sa.select(*_COLUMNS).order_by(CORRECTION.c.id)
        if contents is not None:
            wanted = wanted.where(CORRECTION.c.photo_hash.in_(contents))
        if by is not None:
            wanted = wanted.where(by_author(by))
        if since is not None:
            wanted = wanted.where(CORRECTION.c.created_at >= since)
        return [to_correction(row) for row in self._read(wanted)]

    def checked(self, contents: Collection[str] | None = None) -> dict[str, float]:
        """Photos whose words all were checked, by content hash, and when: seconds since 1970."""
        wanted = sa.select(CHECKED).where(CHECKED.c.undone_at.is_(None))
        if contents is not None:
            wanted = wanted.where(CHECKED.c.photo_hash.in_(contents))
        return {row.photo_hash: row.created_at for row in self._read(wanted)}

    def said_words(self, photos: Sequence[PhotoId]) -> dict[PhotoId, set[WordIndex]]:
        """The words of these photos that show a correction, by their indices."""
        found: dict[PhotoId, set[WordIndex]] = {}
        for chunk in chunks(photos):
            said = (SHOWN_WORD.c.correction != "") & SHOWN_WORD.c.photo_id.in_(chunk)
            rows = self._read(sa.select(SHOWN_WORD.c.photo_id, SHOWN_WORD.c.position).where(said))
            for row in rows:
                found.setdefault(row.photo_id, set()).add(row.position)
        return found

    def without_ink(self) -> dict[str, list[Correction]]:
        """Counting corrections that say a word whose image is not kept, by content hashes.

        Only those of photos that are in the catalog.
        """
        wanted = (
            sa.select(*_COLUMNS)
            .join(PHOTO, PHOTO.c.hash == CORRECTION.c.photo_hash)
            .where(CORRECTION.c.ink.is_(None), CORRECTION.c.undone_at.is_(None))
            .where(CORRECTION.c.text != "", CORRECTION.c.width > 0, CORRECTION.c.height > 0)
            .where(PHOTO.c.orphaned_at.is_(None), CORRECTION.c.kind.not_in(_NEVER_LEARNED))
        )
        found: dict[str, list[Correction]] = {}
        # sorted here: for rows in order the database would look at all of them
        for correction in sorted(map(to_correction, self._read(wanted)), key=lambda c: c.number):
            found.setdefault(correction.content, []).append(correction)
        return found

    def never_cut(self) -> set[str]:
        """Uids of corrections whose image is not kept, and whose photo is not there."""
        there = sa.exists().where(
            PHOTO.c.hash == CORRECTION.c.photo_hash, PHOTO.c.orphaned_at.is_(None)
        )
        return {
            row.uid
            for row in self._read(
                sa.select(CORRECTION.c.uid).where(CORRECTION.c.ink.is_(None), ~there)
            )
        }

    def inked_words(self) -> Iterator[InkedWord]:
        """What corrections say with the images of the words, photo by photo.

        Of several corrections of the same ink only the one that counts. Those that say no word, or
        one that nobody can tell, and those whose image could not be cut yet are left out.
        """
        inked = sa.select(CORRECTION.c.photo_hash).where(CORRECTION.c.ink.is_not(None))
        contents = [row.photo_hash for row in self._read(inked.distinct().order_by("photo_hash"))]
        for content in contents:
            of_photo = CORRECTION.c.photo_hash == content
            rows = self._read(sa.select(CORRECTION).where(of_photo).order_by(CORRECTION.c.id))
            inks = {row.uid: row.ink for row in rows}
            corrections = list(map(to_correction, rows))
            size = corrections[0].size
            for c in prevailing(scaled(c, size) for c in corrections):
                if c.text and c.kind is not CorrectionKind.UNREADABLE and inks[c.uid]:
                    ink = inks[c.uid]
                    yield InkedWord(content, c.text, ink, c.kind, c.by, c.part, c.box, size)

    def checks(self) -> list[PhotoCheck]:
        """Checks of photos, those that were undone too."""
        return list(map(to_check, self._read(sa.select(CHECKED).order_by(CHECKED.c.created_at))))

    def last_undone(self, by: str) -> list[str]:
        """Uids of what an author, see `corrections`, has undone, or had undone, last."""
        of_author = by_author(by) & CORRECTION.c.undone_at.is_not(None)
        last = sa.select(sa.func.max(CORRECTION.c.undone_at)).where(of_author).scalar_subquery()
        which = sa.select(CORRECTION.c.uid).where(of_author, CORRECTION.c.undone_at == last)
        return [row.uid for row in self._read(which)]

    def corrections_written(self) -> str:
        """A text that is another one after each change of corrections or checks."""
        [row] = self._read(
            sa.select(
                CHANGE.c.corrections,
                sa.select(sa.func.count()).select_from(CORRECTION).scalar_subquery(),
                sa.select(sa.func.max(CORRECTION.c.uid)).scalar_subquery(),
            )
        )
        return " ".join(map(str, row))

    def former(self, content: str) -> list[Correction]:
        """Corrections of the photo that this one took the place of, which it could still take.

        None any more once somebody has decided.
        """
        with self._reading() as connection:
            return offered_by_former(connection, content)

    def uncorrected_words(
        self, photos: int, per_photo: int, confidence: tuple[float, float], seed: int = 0
    ) -> list[tuple[str, Word]]:
        """Words that no correction says, with the content hashes of their photos; without posteriorgrams.

        Those that were skipped are left out, and those that are unreadable, unless another text is read there now.

        Args:
            photos: the newest ones that are looked at, and about as many drawn by chance.
            per_photo: words of each, drawn by chance.
            confidence: least and largest.
            seed: of chance.

        """
        there = sa.select(PHOTO.c.id).where(PHOTO.c.orphaned_at.is_(None))
        ids = {r.id for r in self._read(there.order_by(PHOTO.c.id.desc()).limit(photos))}
        last = max(ids, default=0)
        chance = random.Random(seed)  # noqa: S311 - no secret
        ids |= set(chance.sample(range(1, last + 1), min(photos, last)))
        # multiplication by a prime scatters; the database has no random numbers with a seed
        by_chance = (WORD.c.position * 7919 + WORD.c.photo_id * 104_729 + seed * 31) % 10_007
        number = sa.func.row_number().over(partition_by=WORD.c.photo_id, order_by=by_chance)
        columns = [c for c in WORD.columns if c.name not in {"posteriorgram", "photo_id"}]
        found: list[tuple[str, Word]] = []
        for chunk in chunks(sorted(ids)):
            words = (
                sa.select(PHOTO.c.hash, *columns, number.label("number"))
                .join_from(PHOTO, WORD, PHOTO.c.id == WORD.c.photo_id)
                .where(PHOTO.c.id.in_(chunk), PHOTO.c.orphaned_at.is_(None))
                .where(_is_open(), WORD.c.confidence.between(*confidence))
                .subquery()
            )
            few = sa.select(words, sa.literal(b"").label("posteriorgram"))
            rows = self._read(few.where(words.c.number <= per_photo))
            found += [(row.hash, to_word(row)) for row in rows]
        return found

    def doubtful(self, content: str) -> tuple[Correction, ...]:
        """Corrections of a photo that are not shown, because another word is surely read there."""
        with self._reading() as connection:
            row = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).first()
            if row is None:
                return ()
            read = read_words(connection, row.id)
        corrections = self.corrections(contents=[content])
        return effective(read, (row.width, row.height), corrections).doubtful


def offered_by_former(connection: sa.Connection, content: str) -> list[Correction]:
    """See `CorrectionReader.former`."""
    former = sa.select(REPLACED.c.former_hash).where(REPLACED.c.photo_hash == content)
    of_former = sa.select(*_COLUMNS).where(CORRECTION.c.photo_hash.in_(former))
    rows = connection.execute(of_former.order_by(CORRECTION.c.id)).all()
    photo = connection.execute(sa.select(PHOTO).where(PHOTO.c.hash == content)).first()
    if not rows or photo is None or not photo.width or not photo.height:
        return []
    own = sa.select(CORRECTION.c.uid).where(CORRECTION.c.photo_hash == content)
    known = set(connection.scalars(own))
    size = (photo.width, photo.height)
    return offered(list(map(to_correction, rows)), known, content, size)


def _is_open() -> sa.ColumnElement[bool]:
    """Condition: nobody has said what a word is, or that it is unreadable or to be skipped as it is read now."""
    read_anew = sa.exists().where(
        CORRECTION.c.uid == WORD.c.correction,
        CORRECTION.c.kind == CorrectionKind.UNREADABLE,
        CORRECTION.c.seen_text != WORD.c.text,
    )
    skipped = sa.exists().where(
        SKIPPED.c.photo_hash == PHOTO.c.hash,
        SKIPPED.c.text == WORD.c.text,
        SKIPPED.c.left < WORD.c.right,
        SKIPPED.c.right > WORD.c.left,
        SKIPPED.c.top < WORD.c.bottom,
        SKIPPED.c.bottom > WORD.c.top,
    )
    return sa.and_(sa.or_(WORD.c.correction == "", read_anew), ~skipped)


def by_author(by: str) -> sa.ColumnElement[bool]:
    """Condition: a correction is by an author, by a version of it, or by one of a kind of them."""
    named = [CORRECTION.c.by.startswith(f"{by}{sign}", autoescape=True) for sign in ":@"]
    return sa.or_(CORRECTION.c.by == by, *named)


def read_words(connection: sa.Connection, photo: PhotoId) -> tuple[Word, ...]:
    """The words that the engine read on a photo, in reading order."""
    # with the columns of SHOWN_WORD
    columns = [
        READ_WORD.c[c.name] if c.name in READ_WORD.c else sa.literal(_AS_READ[c.name]).label(c.name)
        for c in SHOWN_WORD.columns
    ]
    words = sa.select(*columns).where(READ_WORD.c.photo_id == photo)
    return tuple(map(to_word, connection.execute(words.order_by(READ_WORD.c.position))))


_AS_READ = {"by": ENGINE, "correction": ""}
"""Columns that a word has as it was read."""


def to_correction(row: Any) -> Correction:  # noqa: ANN401 - a row
    """Convert a row of CORRECTION."""
    return Correction(
        uid=row.uid,
        content=row.photo_hash,
        size=(row.width, row.height),
        box=Box(row.left, row.top, row.right, row.bottom),
        text=row.text,
        by=row.by,
        kind=CorrectionKind(row.kind),
        created_at=row.created_at,
        undone_at=row.undone_at,
        corners=unpacked(row.corners),
        seen_text=row.seen_text,
        seen_confidence=row.seen_confidence,
        device=row.device,
        number=row.id,
        changed_at=row.changed_at,
    )


def to_check(row: Any) -> PhotoCheck:  # noqa: ANN401 - a row
    """Convert a row of CHECKED."""
    return PhotoCheck(row.photo_hash, row.created_at, row.undone_at, row.changed_at)
