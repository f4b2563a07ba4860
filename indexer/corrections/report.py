"""JSON objects of corrections and of checks of photos: what commands print, and the lines of an exported file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.corrections.correction import (
    Correction,
    CorrectionKind,
    PhotoCheck,
    check_author,
    check_place,
    correct_text,
    holds_control,
)
from indexer.entities import Box
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

_Edge = Annotated[int, Field(ge=-(10**6), le=10**6)]
_Side = Annotated[int, Field(ge=0, le=10**6)]
_Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
_Name = Annotated[str, Field(max_length=1000)]

COPY_OF = "copy_of"
"""Key of a line that says what a copy is of; it holds no correction."""

_WANTED = {
    "uid": "32 hexadecimal digits",
    "id": "32 hexadecimal digits, the content hash of the photo",
    "size": "the width and the height of the photo in pixels, two whole numbers",
    "box": "four whole numbers: left, top, right, bottom",
    "corners": "a list of four points (x, y), or an empty one",
    "text": "a text; an empty one for no word",
    "by": "person, import:NAME or teacher:NAME@VERSION",
    "kind": ", ".join(CorrectionKind),
    "seen": "the text that was read there",
    "seen_confidence": "a number from 0 to 1",
    "created": "a time such as 2026-01-31T12:00:00Z",
    "undone": "a time such as 2026-01-31T12:00:00Z, or null",
    "changed": "a time such as 2026-01-31T12:00:00Z, or null",
    "checked": "a time such as 2026-01-31T12:00:00Z",
    "device": "the name of a device, or an empty text",
    "part": "a text",
}
"""What may stand for each key, for whoever mends a line."""


class CorrectionReport(BaseModel):
    """A correction as JSON.

    `id` is the content hash of its photo, `size` the pixels that `box` is measured in; times are ISO
    8601, `changed` that of the last undo or redo. `seen` is what was read there, with its probability.
    `part` is what learning takes it for.
    """

    model_config = ConfigDict(extra="ignore")

    uid: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    photos: list[str] = []
    size: tuple[_Side, _Side]
    box: tuple[_Edge, _Edge, _Edge, _Edge]
    corners: list[tuple[_Number, _Number]] = []
    text: str
    by: _Name = "person"
    kind: CorrectionKind = CorrectionKind.TYPED
    seen: _Name = ""
    seen_confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    created: datetime
    undone: datetime | None = None
    changed: datetime | None = None
    device: _Name = ""
    part: str = ""


class CheckReport(BaseModel):
    """That all words of a photo were checked, as a line of an exported file."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    photos: list[str] = []
    checked: datetime
    undone: datetime | None = None
    changed: datetime | None = None


def correction_json(
    correction: Correction, places: Mapping[str, Sequence[Path]] | None = None
) -> dict[str, object]:
    """A correction as JSON, with the places of its photo by content hash."""
    left, top, right, bottom = correction.box.as_list()
    report = CorrectionReport(
        uid=correction.uid,
        id=correction.content,
        size=correction.size,
        box=(left, top, right, bottom),
        corners=[(x, y) for x, y in correction.corners],
        text=correction.text,
        by=correction.by,
        kind=correction.kind,
        seen=correction.seen_text,
        seen_confidence=correction.seen_confidence,
        created=_time(correction.created_at),
        undone=_time_or_none(correction.undone_at),
        changed=_time_or_none(correction.changed_at),
        device=correction.device,
        part=str(correction.part),
    )
    return report.model_dump(mode="json") | {"photos": _names(places, correction.content)}


def check_json(
    check: PhotoCheck, places: Mapping[str, Sequence[Path]] | None = None
) -> dict[str, object]:
    """A check of a photo as JSON, with the places of the photo by content hash."""
    report = CheckReport(
        id=check.content,
        checked=_time(check.created_at),
        undone=_time_or_none(check.undone_at),
        changed=_time_or_none(check.changed_at),
    )
    return report.model_dump(mode="json") | {"photos": _names(places, check.content)}


def _names(places: Mapping[str, Sequence[Path]] | None, content: str) -> list[str]:
    """File names, which need not be text; pydantic would not take them."""
    return [str(path) for path in (places or {}).get(content, ())]


@dataclass(frozen=True)
class Parsed:
    """What an exported file holds.

    Attributes:
        corrections: in the order of the file.
        checks: of photos.
        refused: numbers of lines that are neither, with the reasons.
        copy_of: what a copy is of, see `COPY_OF`; "" for no copy.

    """

    corrections: tuple[Correction, ...]
    checks: tuple[PhotoCheck, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    copy_of: str = ""


def parsed(lines: Iterable[str]) -> Parsed:
    """What an exported file holds, one JSON object a line; empty lines are left out."""
    found: list[Correction] = []
    checks: list[PhotoCheck] = []
    refused: list[tuple[int, str]] = []
    copy_of = ""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values = _object(line)
            if COPY_OF in values:
                copy_of = str(values[COPY_OF])
            elif "checked" in values and "uid" not in values:
                checks.append(_check(CheckReport.model_validate(values)))
            else:
                found.append(_correction(CorrectionReport.model_validate(values)))
        except ValidationError as error:
            refused.append((number, _reason(error.errors(include_url=False)[0])))
        except UsageError as error:
            refused.append((number, str(error)))
    return Parsed(tuple(found), tuple(checks), tuple(refused), copy_of)


def _object(line: str) -> dict[str, Any]:
    """The JSON object of a line without the names of photos, which need not be text.

    Raises:
        UsageError: it is none.

    """
    try:
        values = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        msg = "no JSON object; a line is an exported correction"
        raise UsageError(msg)
    values.pop("photos", None)
    return values


def _no_number(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which JSON does not have. Raises ValueError."""
    raise ValueError(name)


def _check(report: CheckReport) -> PhotoCheck:
    undone = _seconds(report.undone)
    return PhotoCheck(
        report.id, _seconds(report.checked) or 0.0, undone, _seconds(report.changed) or undone
    )


def _correction(report: CorrectionReport) -> Correction:
    check_author(report.by)
    for key in ("seen", "device"):
        if holds_control(getattr(report, key)):
            msg = f"{key}: holds a control character; leave it out"
            raise UsageError(msg)
    box, corners = Box(*report.box), tuple(report.corners)
    check_place(box, corners, report.size)
    undone = _seconds(report.undone)
    return Correction(
        uid=report.uid,
        content=report.id,
        size=report.size,
        box=box,
        text=correct_text(report.text),
        by=report.by,
        kind=report.kind,
        created_at=_seconds(report.created) or 0.0,
        undone_at=undone,
        corners=corners,
        seen_text=report.seen,
        seen_confidence=report.seen_confidence,
        device=report.device,
        changed_at=_seconds(report.changed) or undone,
    )


def _reason(fault: ErrorDetails) -> str:
    """The first thing that is wrong with a line: its key, what stands there, and what is expected."""
    key = str(fault["loc"][0])
    if fault["type"] == "missing" and len(fault["loc"]) == 1:
        return f"{key}: is missing; give {_WANTED[key]}"
    given = json.dumps(fault["input"], default=str)
    shown = given if len(given) <= MAX_SHOWN else f"{given[:MAX_SHOWN]}…"
    return f"{key}: {shown} is not allowed; give {_WANTED[key]}"


MAX_SHOWN = 60
"""Characters of a faulty value that a message shows."""


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _time_or_none(seconds: float | None) -> datetime | None:
    return None if seconds is None else _time(seconds)


def _seconds(time: datetime | None) -> float | None:
    """Seconds since 1970; a time without a zone is UTC. Raises UsageError."""
    if time is None:
        return None
    seconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    if seconds < 0:
        msg = f"{time}: is before 1970; give the time at which this was said"
        raise UsageError(msg)
    return seconds
