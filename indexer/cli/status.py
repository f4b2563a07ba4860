"""Status of a home folder as text."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from indexer.cli.printed_names import printed_name
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from indexer.reports import StatusReport, WriterReport


def status_text(report: StatusReport, *, failed: bool) -> str:
    """One line a topic; with `failed` also one line a photo that could not be read."""
    photos = ", ".join(f"{n} {state}" for state, n in report["photos"].items())
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in report["bytes"].items())
    lines = [f"photos   {photos}", f"words    {report['words']}", f"sizes    {sizes}"]
    for folder, online in report["folders"].items():
        lines.append(f"folder   {printed_name(folder)}{'' if online else ' (offline)'}")
    if report["writer"]:
        lines.append(_writer_text(report["writer"]))
    if failed:
        lines += [
            f"failed   {printed_name(f['photo'])}: {printable(f['reason'])}"
            for f in report["failures"]
        ]
    elif report["failures"]:
        lines.append("         to see why photos failed, run: ocrsearch status --failed")
    return "\n".join(lines)


def _writer_text(writer: WriterReport) -> str:
    text = f"writer   process {writer['pid']}, {writer['state']}"
    if writer["state"] == "reading":
        text += f": {writer['done']} of {writer['total']} photos"
    if writer["photos_per_minute"]:
        text += f", {writer['photos_per_minute']:g} a minute"
    if writer["seconds_left"]:
        text += f", {timedelta(seconds=writer['seconds_left'])} left"
    return text
