"""Learning from corrections: the runs, the one that is going on, and the weights in use."""

from __future__ import annotations

from http import HTTPStatus
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from indexer import home
from indexer.corrections import own_weights
from indexer.corrections.learning_words import WordsReport, counted
from indexer.entities import State
from indexer.errors import UsageError, needs_extra
from indexer.sync import progress_file
from indexer.web.endpoint import Asked, json_response
from indexer.web.problems import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

    from indexer.web.site import Site

NEEDS = needs_extra("learning", "torch", "train")

STARTING: own_weights.LearningProgress = {"doing": "starting", "done": 0.0, "seconds_left": None}


class UseWeights(Asked):
    """Whether weights are used whatever their verdict."""

    anyway: bool = Field(False, description="also if their verdict is not: better")  # noqa: FBT003


class RunsReport(TypedDict):
    """All runs, the oldest first, and what learning needs and does.

    `used` is the run whose weights read, 0 for none. `learning` is null while nothing learns, `needs` says what
    is missing. Other weights read `photos` again, which takes `seconds`, if that is known.
    """

    runs: list[own_weights.RunReport]
    used: int
    words: WordsReport
    learning: own_weights.LearningProgress | None
    problem: str | None
    needs: str | None
    photos: int
    seconds: float | None


class UsedReport(TypedDict):
    """The run whose weights read from now on; 0 for the shipped weights."""

    used: int


def report_of(site: Site) -> RunsReport:
    """The runs, and what learning needs and does."""
    settings, learner = site.settings, site.learner
    with site.library.parts() as (catalog, _):
        words = counted(catalog.corrections(), catalog.checked(), catalog.never_cut())
        counts = catalog.counts()
    photos = counts[State.READ] + counts[State.EMPTY]
    rate = progress_file.last_rate(settings.progress)
    return {
        "runs": own_weights.runs(settings.own_weights),
        "used": own_weights.used(settings.own_weights),
        "words": words,
        "learning": _going_on(site),
        "problem": (learner.problem or None) if learner else None,
        "needs": None if find_spec("torch") else NEEDS,
        "photos": photos,
        "seconds": 60 * photos / rate if rate else None,
    }


def runs(site: Site, _: Request, __: Asked) -> Response:
    """All runs."""
    return json_response(report_of(site))


def run(site: Site, request: Request, _: Asked) -> Response:
    """One of them."""
    number = _number(request)
    for each in own_weights.runs(site.settings.own_weights):
        if each["n"] == number:
            return json_response(each)
    raise _unknown()


def begin(site: Site, _: Request, __: Asked) -> Response:
    """Learn what was corrected so far."""
    own_weights.check_not_configured(site.settings.weights)
    if site.learner is None:
        raise UsageError(_NOT_HERE)
    report = report_of(site)
    if report["needs"]:
        raise UsageError(report["needs"])
    words = report["words"]
    if words["learned"] < words["learned_needed"]:
        msg = f"{words['learned']} words to learn from; correct or confirm {words['learned_needed']} at least"
        raise UsageError(msg)
    if report["learning"] or not site.learner.begin():
        msg = "something is being learned already; wait until that has finished"
        raise Problem(HTTPStatus.CONFLICT, msg)
    return json_response(report_of(site), HTTPStatus.ACCEPTED)


def forget(site: Site, request: Request, _: Asked) -> Response:
    """Delete a run with its weights."""
    own_weights.forget(site.settings.own_weights, _known(site, request))
    return Response(status_code=HTTPStatus.NO_CONTENT)


def use(site: Site, request: Request, asked: UseWeights) -> Response:
    """Read with the weights of a run."""
    folder = site.settings.own_weights
    own_weights.check_not_configured(site.settings.weights)
    own_weights.use(folder, _known(site, request), anyway=asked.anyway)
    return _used(site)


def back(site: Site, _: Request, __: Asked) -> Response:
    """Read with the weights that were used before."""
    own_weights.check_not_configured(site.settings.weights)
    own_weights.back(site.settings.own_weights)
    return _used(site)


_NOT_HERE = "nothing can be learned here; run: ocrsearch learn"


def _used(site: Site) -> Response:
    """Let the process that reads beside the server begin anew, because it goes on with the weights that it has."""
    if site.watching:
        site.watching.begin_anew()
    report: UsedReport = {"used": own_weights.used(site.settings.own_weights)}
    return json_response(report)


def _going_on(site: Site) -> own_weights.LearningProgress | None:
    """What learns now, here or in another process."""
    if home.is_learning(site.settings):
        return own_weights.progress(site.settings.own_weights) or STARTING
    return STARTING if site.learner and site.learner.is_running else None


def _number(request: Request) -> int:
    number = request.path_params["number"]
    return int(number[:9]) if number.isascii() and number.isdecimal() else 0


def _known(site: Site, request: Request) -> int:
    """The number of a run that there is. Raises Problem."""
    number = _number(request)
    if not (site.settings.own_weights / str(number) / own_weights.RUN).is_file():
        raise _unknown()
    return number


def _unknown() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "there is no such run; it may have been forgotten")
