"""The table of REST endpoints: the routes, the OpenAPI description and the page /api are made from it."""

from __future__ import annotations

from http import HTTPStatus

from indexer import reports
from indexer.corrections.formats.written import FORMATS
from indexer.corrections.lessons import LessonsReport
from indexer.corrections.own_weights import RunReport
from indexer.corrections.report import CorrectionReport
from indexer.web import corrections, learning, lessons, pairing, photos, searching, state
from indexer.web.endpoint import Endpoint

ROOT = "/api/v1"
"""Where all endpoints begin."""

_UNKNOWN = (HTTPStatus.NOT_FOUND,)
_NO_PICTURE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY)

ENDPOINTS = (
    Endpoint(
        "GET", "/search", "Find photos by the words on them", searching.report,
        returns=searching.SearchReport, asked=searching.SearchParameters,
    ),
    Endpoint(
        "GET", "/photos", "All photos, newest first", photos.listed,
        returns=photos.PhotoList, asked=photos.ListParameters,
    ),
    Endpoint(
        "GET", "/photos/{id}", "What was read on a photo", photos.details,
        returns=photos.CheckedPhotoDetails, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/photos/{id}/image", "A picture of the whole photo", photos.image,
        gives=("image/webp", "image/jpeg"),
        asked=photos.ImageParameters, draws=True, errors=_NO_PICTURE,
    ),
    Endpoint(
        "GET", "/photos/{id}/ink", "A picture of a part of the photo", photos.ink,
        gives=("image/webp",),
        asked=photos.InkParameters, draws=True, errors=_NO_PICTURE,
    ),
    Endpoint(
        "GET", "/photos/{id}/export", "The words of a photo as a file", photos.export,
        gives=(*(form.kind for form in FORMATS.values()), "application/pdf"),
        asked=photos.ExportParameters, draws=True, errors=_NO_PICTURE,
    ),
    Endpoint(
        "GET", "/photos/{id}/corrections", "What people said of the words of a photo",
        corrections.of_photo, returns=list[CorrectionReport], errors=_UNKNOWN,
    ),
    Endpoint(
        "POST", "/photos/{id}/corrections", "Say what stands in a box of a photo",
        corrections.correct, returns=corrections.CorrectedReport,
        asked=corrections.NewCorrection, success=HTTPStatus.CREATED,
        errors=(*_UNKNOWN, HTTPStatus.CONFLICT),
    ),
    Endpoint(
        "POST", "/photos/{id}/checked", "Say that all words of a photo are right",
        corrections.check, returns=corrections.CheckedReport, asked=corrections.Check,
        success=HTTPStatus.CREATED, errors=(*_UNKNOWN, HTTPStatus.CONFLICT),
    ),
    Endpoint(
        "DELETE", "/photos/{id}/checked", "Undo that, with all words that it confirmed",
        corrections.uncheck, returns=corrections.CheckedReport, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/photos/{id}/former", "Corrections of the photo that this one took the place of",
        corrections.former, returns=list[CorrectionReport], errors=_UNKNOWN,
    ),
    Endpoint(
        "POST", "/photos/{id}/former", "Take these, or leave them",
        corrections.settle_former, returns=corrections.FormerReport,
        asked=corrections.SettleFormer, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/corrections", "Corrections of all photos", corrections.listed,
        returns=corrections.CorrectionList, asked=corrections.ListCorrections,
    ),
    Endpoint(
        "DELETE", "/corrections/{uid}", "Undo a correction", corrections.undo,
        returns=corrections.CorrectedReport, errors=_UNKNOWN,
    ),
    Endpoint(
        "POST", "/corrections/{uid}/redo", "Let an undone correction count again",
        corrections.redo, returns=corrections.CorrectedReport, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/lessons", "Words to ask about", lessons.lessons, returns=LessonsReport,
        asked=lessons.AskForLessons,
    ),
    Endpoint(
        "POST", "/lessons/skip", "Do not ask about a word again", lessons.skip,
        asked=lessons.Skip, success=HTTPStatus.NO_CONTENT, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/runs", "What was learned, and what learning needs and does", learning.runs,
        returns=learning.RunsReport,
    ),
    Endpoint(
        "POST", "/runs", "Learn what was corrected so far", learning.begin,
        returns=learning.RunsReport, success=HTTPStatus.ACCEPTED, errors=(HTTPStatus.CONFLICT,),
    ),
    Endpoint(
        "POST", "/runs/back", "Read with the weights that were used before", learning.back,
        returns=learning.UsedReport,
    ),
    Endpoint(
        "GET", "/runs/{number}", "One run", learning.run, returns=RunReport, errors=_UNKNOWN,
    ),
    Endpoint(
        "DELETE", "/runs/{number}", "Delete a run with its weights", learning.forget,
        success=HTTPStatus.NO_CONTENT, errors=_UNKNOWN,
    ),
    Endpoint(
        "POST", "/runs/{number}/use", "Read with the weights of a run from now on", learning.use,
        returns=learning.UsedReport, asked=learning.UseWeights, errors=_UNKNOWN,
    ),
    Endpoint(
        "GET", "/status", "Counts, failures, sizes and what is going on", state.status,
        returns=state.SiteStatus,
    ),
    Endpoint(
        "GET", "/failures", "Photos that could not be read", state.failures,
        returns=list[reports.FailureReport],
    ),
    Endpoint(
        "POST", "/failures/retry", "Let failed photos be tried again", state.retry,
        returns=state.RetryReport, asked=state.Retry, success=HTTPStatus.ACCEPTED,
    ),
    Endpoint(
        "GET", "/folders", "Folders that hold photos", state.folders,
        returns=list[state.FolderReport],
    ),
    Endpoint(
        "POST", "/pair", "Pair a device: a token for a code", pairing.pair,
        returns=pairing.TokenReport, asked=pairing.Pairing, success=HTTPStatus.CREATED,
    ),
    Endpoint(
        "GET", "/devices", "Paired devices", pairing.devices, returns=list[pairing.DeviceReport],
    ),
    Endpoint(
        "DELETE", "/devices/{number}", "Forget a device", pairing.forget,
        success=HTTPStatus.NO_CONTENT, errors=_UNKNOWN,
    ),
)  # fmt: skip
