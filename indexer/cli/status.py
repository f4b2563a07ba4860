"""How things stand: what the catalog and its stores hold, and what a writer is doing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from indexer.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.stores.fulltext import Fulltext


def report(settings: Settings, catalog: CatalogReader, index: Fulltext) -> dict[str, Any]:
    """Counts by state, failures with reasons, sizes in bytes."""
    counts = catalog.counts()
    try:
        indexed = index.count()
    except CatalogError:
        indexed = 0
    return {
        "photos": {state: n for state, n in counts.items() if state != "words"},
        "words": counts["words"],
        "indexed": indexed,
        "folders": {str(root): not away for root, away in catalog.roots().items()},
        "failures": [
            {"photo": str(f.path), "reason": f.reason, "attempts": f.attempts}
            for f in catalog.failures()
        ],
        "bytes": {
            "catalog": sum(f.stat().st_size for f in settings.home.glob("catalog.db*")),
            "index": _size(settings.index),
            "posteriors": _size(settings.posteriors),
        },
        "home": str(settings.home),
        "writer": _writer(settings),
    }


def _writer(settings: Settings) -> dict[str, Any] | None:
    """What `index` or `watch` is doing at this moment, None if neither runs."""
    from indexer.sync import progress_file  # a query need not load what looks at processes

    doing = progress_file.read(settings.progress)
    if doing is None:
        return None
    return {
        "pid": doing.pid,
        "state": doing.state,
        "done": doing.done,
        "total": doing.total,
        "photo": doing.photo,
        "photos_per_minute": round(doing.per_minute, 1),
        "seconds_left": doing.seconds_left and round(doing.seconds_left),
    }


def _writer_text(writer: dict[str, Any]) -> str:
    text = f"writer   process {writer['pid']}, {writer['state']}"
    if writer["state"] == "reading":
        text += f": {writer['done']} of {writer['total']} photos"
    if writer["photos_per_minute"]:
        text += f", {writer['photos_per_minute']:g} a minute"
    if writer["seconds_left"]:
        text += f", {timedelta(seconds=writer['seconds_left'])} left"
    return text


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def as_text(report: dict[str, Any], *, failed: bool) -> str:
    """The same for people."""
    photos = ", ".join(f"{n} {state}" for state, n in report["photos"].items())
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in report["bytes"].items())
    lines = [f"photos   {photos}", f"words    {report['words']}", f"sizes    {sizes}"]
    for folder, online in report["folders"].items():
        lines.append(f"folder   {folder}{'' if online else ' (offline)'}")
    if report["writer"]:
        lines.append(_writer_text(report["writer"]))
    if failed:
        lines += [f"failed   {f['photo']}: {f['reason']}" for f in report["failures"]]
    elif report["failures"]:
        lines.append("         ocrsearch status --failed lists the reasons")
    return "\n".join(lines)
