"""JSON objects of corrections: what commands print, and the lines of an exported file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.corrections.correction import (
    Correction,
    CorrectionKind,
    check_author,
    correct_text,
)
from indexer.entities import Box
from indexer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_Edge = Annotated[int, Field(ge=-(10**6), le=10**6)]
_Side = Annotated[int, Field(ge=0, le=10**6)]
_Point = tuple[
    Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]
]


class CorrectionReport(BaseModel):
    """A correction as JSON.

    `id` is the content hash of its photo, `size` the pixels that `box` is measured in; times are ISO
    8601. `seen` is what was read there, with its probability. `part` is what learning takes it for.
    """

    model_config = ConfigDict(extra="ignore")

    uid: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    photos: list[str] = []
    size: tuple[_Side, _Side]
    box: tuple[_Edge, _Edge, _Edge, _Edge]
    corners: list[_Point] = []
    text: str
    by: str = "person"
    kind: CorrectionKind = CorrectionKind.TYPED
    seen: str = ""
    seen_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    created: datetime
    undone: datetime | None = None
    device: str = ""
    part: str = ""


def correction_json(
    correction: Correction, places: Mapping[str, Sequence[Path]] | None = None
) -> dict[str, object]:
    """A correction as JSON, with the places of its photo by content hash."""
    left, top, right, bottom = correction.box.as_list()
    return CorrectionReport(
        uid=correction.uid,
        id=correction.content,
        photos=[str(path) for path in (places or {}).get(correction.content, ())],
        size=correction.size,
        box=(left, top, right, bottom),
        corners=[(x, y) for x, y in correction.corners],
        text=correction.text,
        by=correction.by,
        kind=correction.kind,
        seen=correction.seen_text,
        seen_confidence=correction.seen_confidence,
        created=_time(correction.created_at),
        undone=None if correction.undone_at is None else _time(correction.undone_at),
        device=correction.device,
        part=str(correction.part),
    ).model_dump(mode="json")


@dataclass(frozen=True)
class Parsed:
    """What an exported file holds: corrections, and the lines that are none with the reasons."""

    corrections: tuple[Correction, ...]
    refused: tuple[tuple[int, str], ...]


def parsed(lines: Iterable[str]) -> Parsed:
    """Corrections of an exported file, one JSON object a line; empty lines are left out."""
    found: list[Correction] = []
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_correction(CorrectionReport.model_validate_json(line)))
        except ValidationError as error:
            refused.append((number, _reason(error)))
        except (UsageError, json.JSONDecodeError) as error:
            refused.append((number, str(error)))
    return Parsed(tuple(found), tuple(refused))


def _correction(report: CorrectionReport) -> Correction:
    check_author(report.by)
    box = Box(*report.box)
    if box.left >= box.right or box.top >= box.bottom:
        msg = "box: has no area; give left, top, right, bottom"
        raise UsageError(msg)
    if len(report.corners) not in {0, 4}:
        msg = "corners: give four points, or none"
        raise UsageError(msg)
    return Correction(
        uid=report.uid,
        content=report.id,
        size=report.size,
        box=box,
        text=correct_text(report.text),
        by=report.by,
        kind=report.kind,
        created_at=report.created.timestamp(),
        undone_at=None if report.undone is None else report.undone.timestamp(),
        corners=tuple(report.corners),
        seen_text=report.seen,
        seen_confidence=report.seen_confidence,
        device=report.device,
    )


def _reason(error: ValidationError) -> str:
    """The first thing that is wrong with a line: its key, and what is expected there."""
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(map(str, first["loc"]))
    return f"{key}: {first['msg']}" if key else "not a JSON object"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
