"""State of the home folder for the page: counts, failures, and what is going on."""

from __future__ import annotations

import os
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer import reports
from indexer.web.endpoint import Asked, json_response

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from indexer.web.site import Site


def _path(value: object) -> Path:
    """A file by its name, whose bytes need not be UTF-8. Raises ValueError."""
    if (
        not isinstance(value, str)
        or "\0" in value
        or os.fsencode(value) != os.fsencode(Path(value))
    ):
        msg = "give the path of a file as `failures` has it"
        raise ValueError(msg)
    return Path(value)


class Retry(Asked):
    """Which failed photos are tried again: all, or those of one reason, or some."""

    reason: str | None = Field(None, max_length=1000, description="only those with this reason")
    photos: (
        list[Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})]] | None
    ) = Field(None, max_length=1000, description="only these files, named as in `failures`")


class SiteStatus(reports.StatusReport):
    """What `status --json` says, and why no new photos are read though `--watch` was given."""

    problem: str | None


class RetryReport(TypedDict):
    """How many photos are tried again as soon as `watch` has nothing else to do, or `index` runs."""

    due: int


class FolderReport(TypedDict):
    """A folder with photos; `photos` counts the files in it and below it."""

    folder: str
    photos: int
    online: bool


def status_of(site: Site) -> SiteStatus:
    """State of the home folder, as `ocrsearch status --json` has it, and more."""
    from indexer.bootstrap import ReadOnlyLibrary

    with ReadOnlyLibrary(site.settings) as library:
        said = library.status()
    problem = site.watching.problem if site.watching else ""
    return {**said, "problem": problem or None}


def status(site: Site, _: Request, __: Asked) -> Response:
    """State of the home folder."""
    return json_response(status_of(site))


def failures(site: Site, _: Request, __: Asked) -> Response:
    """Photos that could not be read."""
    return json_response(status_of(site)["failures"])


def by_reason(failed: list[reports.FailureReport]) -> dict[str, list[reports.FailureReport]]:
    """Failures grouped by their reason, the largest group first."""
    groups: dict[str, list[reports.FailureReport]] = defaultdict(list)
    for failure in failed:
        groups[failure["reason"]].append(failure)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def retry(site: Site, _: Request, asked: Retry) -> Response:
    """Let failed photos be tried again."""
    report: RetryReport = {"due": site.library.retry(asked.photos, asked.reason)}
    return json_response(report, HTTPStatus.ACCEPTED)


def folders(site: Site, _: Request, __: Asked) -> Response:
    """Folders that hold photos."""
    with site.library.parts() as (catalog, _stores):
        found = site.folders.of(catalog)
    report: list[FolderReport] = [
        {"folder": str(one.path), "photos": one.photos, "online": one.online} for one in found
    ]
    return json_response(report)
