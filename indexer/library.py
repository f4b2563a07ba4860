"""The one object that the rest talks to: it keeps disk, catalog and derived stores in step."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from indexer import reading, scan, transcription
from indexer.derived import packed, weights
from indexer.errors import DamageError, PhotoError
from indexer.guard import Guard
from indexer.passes import Hooks, Pass, Summary
from indexer.photo import Failure, State
from indexer.reading import Limits, Upright

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterator, Sequence
    from pathlib import Path

    from indexer.catalog import Catalog
    from indexer.config import Settings
    from indexer.derived import Stores
    from indexer.photo import Engine, Reading, Stale

INDEX_BATCH = 200
"""Photos in one commit of the full text."""

BATCH_PIXELS = 60e6
"""Opened photos together: a few at 12 megapixels, or a single huge one."""


class Eyes(Protocol):
    """Detector and recogniser, loaded when first used; the fingerprint costs little."""

    @property
    def engine(self) -> Engine:
        """What identifies this pair."""

    @property
    def detector(self) -> reading.Detector:
        """Raises EngineError if it cannot start."""

    @property
    def recognizer(self) -> reading.Recognizer:
        """Raises EngineError if it cannot start."""


class Library:
    """Photos on disk, their catalog and their full text."""

    def __init__(self, settings: Settings, catalog: Catalog, stores: Stores, eyes: Eyes) -> None:
        """`eyes` read what is new."""
        self.settings, self.catalog, self.eyes = settings, catalog, eyes
        self.index, self.posteriors = stores.index, stores.posteriors
        self._guard = Guard(catalog, settings.missing_share)
        self._compared = False
        self._limits = Limits(settings.max_megapixels * 1e6, settings.max_megabytes * 1e6)

    # one pass ------------------------------------------------------------------------------

    def sync(
        self,
        roots: Sequence[Path],
        hooks: Hooks,
        *,
        limit: int | None = None,
        forget: bool = False,
        leave: Collection[Path] = (),
    ) -> Summary:
        """Compare everything below `roots` with the catalog and read what is new.

        Args:
            roots: photo folders; one that is missing or empty is offline, not deleted.
            hooks: see Hooks.
            limit: read at most this many photos now.
            forget: drop the photos of offline folders after all.
            leave: files that are still being written.

        """
        found = scan.walk(roots, self.settings.suffixes)
        known = self._guard.known(roots)
        summary = Summary(found=len(found.files), problems=dict(found.failed))
        summary.offline = [] if forget else self._guard.away(roots, found.files, known)
        for root in roots:
            self.catalog.set_root(root, offline=root in summary.offline)
        self._guard.remember(roots, found.mounts, summary.offline)
        missing = {root for root in roots if forget and not root.exists()}
        changes = scan.compare(found.files, known).but(
            [*summary.offline, *(found.failed.keys() - missing)]
        )
        changes = changes.without(leave)
        self._apply(changes, Pass(summary, hooks, found.files, limit))
        self.catalog.purge(hooks.clock() - self.settings.keep_days * 86400)
        return summary

    def sync_paths(self, roots: Sequence[Path], paths: Collection[Path], hooks: Hooks) -> Summary:
        """The same for single files below `roots` that something happened to."""
        # a hard link changes with its file, but only one of the names is told
        wanted = list({*paths, *self.catalog.copies(paths)})
        found = scan.look(wanted, roots, self.settings.suffixes)
        summary = Summary(found=len(found.files), problems=dict(found.failed))
        changes = scan.compare(found.files, self.catalog.places(wanted))
        if changes.gone:
            summary.offline, fallen = self._guard.unseen(roots, changes, found.files)
            changes = changes.but([*summary.offline, *found.failed, *fallen])
        self._apply(changes, Pass(summary, hooks, found.files))
        return summary

    def rebuild(self, report: Callable[[int], None] = lambda done: None) -> int:  # noqa: ARG005
        """Make both derived stores anew from the catalog, without reading a photo."""
        self.catalog.unindex_all()
        done: list[Stale] = []
        alphabet = self.catalog.alphabet()

        def batches() -> Iterator[dict[int, dict[str, float]]]:
            with self.posteriors.rebuilt() as fresh:
                for batch in self.catalog.stale_batches(INDEX_BATCH):
                    fresh.apply(packed(batch), alphabet)
                    # what is done is remembered without its words: they may be millions
                    done.extend(replace(photo, words=None) for photo in batch)
                    report(len(done))
                    yield {p.id: weights(p.words) for p in batch if p.words is not None}

        self.index.rebuild(batches())
        self.catalog.indexed(done)
        return len(done)

    def ensure_index(self) -> bool:
        """Rebuild what is missing, damaged or out of step with the catalog; whether it did."""
        try:
            if self._in_step():
                return False
        except DamageError:
            pass
        self.rebuild()
        return True

    def _in_step(self) -> bool:
        """Whether the derived stores hold what they should: photo by photo once, then by number."""
        must, may = self.catalog.searchable()
        seen = self.posteriors.photos()
        if self._compared:
            count = self.index.count()
            return all(len(must) <= n <= len(must) + len(may) for n in (count, len(seen)))
        self._compared = True
        return all(must <= held <= must | may for held in (self.index.photos(), seen))

    # parts of a pass -----------------------------------------------------------------------

    def _apply(self, changes: scan.Changes, this: Pass) -> None:
        """Take in what is new, newest first, and read it; then forget what is gone.

        New names come before lost ones, so a moved file finds its reading.
        """
        due = self.catalog.due(this.hooks.clock(), self.eyes.engine)
        again = [path for path in due if path in this.stamps]
        new = list(dict.fromkeys((*changes.added, *changes.changed, *again)))
        new.sort(key=lambda path: -this.stamps[path].mtime_ns)
        left = self.catalog.unread(self.eyes.engine, this.stamps)
        this.total = len({*new, *left})
        added = set(changes.added)
        # a few at a time: the first photo is found long before the last one has been looked at
        for start in range(0, len(new), INDEX_BATCH):
            self._take_in(new[start : start + INDEX_BATCH], added, this)
            if this.hooks.stop():
                return
            self._read_pending(this)
        self._read_pending(this)
        self.catalog.drop_places(changes.gone, this.hooks.clock())
        this.summary.removed = len(changes.gone)
        self.index_stale()

    def _take_in(self, paths: Sequence[Path], added: Container[Path], this: Pass) -> None:
        """Find out which photos these files hold."""
        held = []
        for path in paths:
            if this.hooks.stop():
                break
            try:
                content = reading.content_hash(reading.load(path, self._limits))
                held.append((path, this.stamp(path), content))
            except PhotoError as error:
                self._fail(path, str(error), this)
        states = self.catalog.put_places(held, this.hooks.clock())
        for (path, _, _), state in zip(held, states, strict=True):
            if state is not State.PENDING:
                this.total -= 1
                this.summary.moved += path in added

    def _read_pending(self, this: Pass) -> None:
        """Read what waits among the files that were found, and let the full text follow.

        A photo is tried at each of its places until it could be read at one.
        """
        while pending := self.catalog.unread(self.eyes.engine, this.untried)[: this.left]:
            this.tried.update(pending)
            for batch in self._opened(pending, this):
                start = time.perf_counter()
                outcomes = self._read(batch)
                seconds = (time.perf_counter() - start) / len(batch)
                for (path, photo), outcome in zip(batch, outcomes, strict=True):
                    if isinstance(outcome, str):
                        self._fail(path, outcome, this, seconds)
                    else:
                        self._keep(path, photo, outcome, this, seconds)
        self.index_stale()

    def index_stale(self) -> None:
        """Let the full text catch up with the catalog."""
        self.ensure_index()
        try:
            while stale := self.catalog.stale(INDEX_BATCH):
                self.posteriors.apply(packed(stale), self.catalog.alphabet())
                self.index.apply(
                    {p.id: None if p.words is None else weights(p.words) for p in stale}
                )
                self.catalog.indexed(stale)
        except DamageError:
            self.rebuild()

    def _opened(self, pending: Sequence[Path], this: Pass) -> Iterator[list[tuple[Path, Upright]]]:
        """Opened photos, a few at a time; those that do not open are recorded as failed."""
        batch: list[tuple[Path, Upright]] = []
        pixels = 0
        for path in pending:
            if this.hooks.stop():
                break
            try:
                batch.append((path, reading.open_upright(path, self._limits)))
            except PhotoError as error:
                self._fail(path, str(error), this)
                continue
            pixels += batch[-1][1].pixels.size // 3
            if len(batch) >= self.settings.batch_photos or pixels >= BATCH_PIXELS:
                yield batch
                batch, pixels = [], 0
        if batch:
            yield batch

    def _read(self, batch: Sequence[tuple[Path, Upright]]) -> list[Reading | str]:
        """A reading for each photo, or why there is none."""
        detector, recognizer = self.eyes.detector, self.eyes.recognizer
        try:
            return list(transcription.read_photos(batch, detector, recognizer))
        except Exception as error:
            # no photo, however odd, may stop the others: find the one and go on without it
            if len(batch) > 1:
                return [outcome for photo in batch for outcome in self._read([photo])]
            expected = hasattr(error, "exit_code")
            return [str(error) if expected else f"{type(error).__name__} while reading: {error}"]

    def _keep(self, path: Path, photo: Upright, seen: Reading, this: Pass, seconds: float) -> None:
        self.catalog.put_reading(photo.content, seen, self.eyes.engine)
        this.summary.read += bool(seen.words)
        this.summary.empty += not seen.words
        this.step(path, f"{len(seen.words)} words", seconds)

    def _fail(self, path: Path, reason: str, this: Pass, seconds: float = 0.0) -> None:
        if not os.path.lexists(path):
            return  # deleted or unmounted meanwhile: the next pass sees which
        attempts = 1 + self.catalog.attempts(path)
        wait = self.settings.retry_minutes * 60 * 2 ** min(attempts - 1, 10)
        now = this.hooks.clock()
        failure = Failure(path, reason, attempts, now + wait)
        # as it was seen before it was read: if it has grown since, it is looked at again
        self.catalog.put_failure(failure, this.stamp(path), self.eyes.engine, now)
        this.summary.failed += 1
        this.summary.problems[path] = reason
        this.step(path, f"failed: {reason}", seconds)
