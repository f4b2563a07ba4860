"""`ocrsearch learn`: weights from corrected words, measured before they are used."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.cli.options import json_option
from indexer.cli.printed_names import printed_name
from indexer.corrections import learning_words, own_weights
from indexer.errors import UsageError
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.config import Settings
    from indexer.corrections.own_weights import RunReport
    from indexer.corrections.to_check import PhotoToCheck

log = logging.getLogger("ocrsearch")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def learn(ctx: click.Context, *, as_json: bool) -> None:
    """Learn from corrections, and measure it.

    The weights in use are trained on the words that you corrected or confirmed, a minute or three on one core. The weights before and after read the words of
    the checked photos that are held out, as `index` reads. New weights read photos only after `learn use`. It needs the extra `train`.

    \b
    ocrsearch learn photos     which photos to check, so that it can be measured
    ocrsearch learn            train and measure
    ocrsearch learn use        read with what was learned
    ocrsearch learn back       read with the weights before
    """
    if ctx.invoked_subcommand is None:
        report, missing = _run(ctx.obj())
        click.echo(reports.dumps(report) if as_json else _text(report, missing))


@learn.command("list")
@json_option
@click.pass_obj
def list_(load: Callable[..., Settings], *, as_json: bool) -> None:
    """List the runs, the oldest first."""
    for run in own_weights.runs(load().own_weights):
        click.echo(reports.dumps(run) if as_json else _line(run))


@learn.command()
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Photos at most."
)
@json_option
@click.pass_obj
def photos(load: Callable[..., Settings], limit: int, *, as_json: bool) -> None:
    """List photos to check, so that what is learned can be measured.

    One photo in five is held out: its words are never learned. Once you have checked it (`ocrsearch correct PHOTO --checked`), they measure what was learned.
    The newest photos come first.
    """
    from indexer.corrections.to_check import held_out_report

    with bootstrap.reading_only(load()) as (catalog, _):
        report = held_out_report(catalog, limit)
    if as_json:
        click.echo(reports.dumps(report))
        return
    for photo in report["to_check"]:
        click.echo(_named(photo))
    if not report["to_check"]:
        click.echo(
            "no held-out photo is left to check: one in five is held out; index more", err=True
        )
    there = f"{counted(report['words'], 'word')} of {counted(report['photos'], 'checked photo')}"
    needed = f"{report['words_needed']} words of {report['photos_needed']} photos are needed"
    click.echo(f"{there} measure what is learned; {needed}", err=True)


@learn.command()
@click.argument("run", required=False, type=click.IntRange(min=1))
@click.option("--anyway", is_flag=True, help="Use them even if the verdict on them is not: better.")
@json_option
@click.pass_obj
def use(load: Callable[..., Settings], run: int | None, *, anyway: bool, as_json: bool) -> None:
    """Read with the weights of RUN from now on (default: the last run).

    The next `index` or `watch` reads all photos again, the newest first. A `watch` that runs already goes on with the weights that it began with.
    """
    settings = load()
    own_weights.check_not_configured(settings.weights)
    known = [each["n"] for each in own_weights.runs(settings.own_weights)]
    if not known:
        msg = "nothing was learned yet; run: ocrsearch learn"
        raise UsageError(msg)
    number = run or max(known)
    own_weights.use(settings.own_weights, number, anyway=anyway)
    _say_used(number, as_json=as_json)


@learn.command()
@json_option
@click.pass_obj
def back(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Read with the weights that were used before.

    Only photos that were read since then are read again.
    """
    settings = load()
    own_weights.check_not_configured(settings.weights)
    _say_used(own_weights.back(settings.own_weights), as_json=as_json)


@learn.command()
@click.argument("run", type=click.IntRange(min=1))
@click.pass_obj
def forget(load: Callable[..., Settings], run: int) -> None:
    """Delete RUN with its weights.

    Not if they are in use, or would be after `learn back`.
    """
    own_weights.forget(load().own_weights, run)
    click.echo(f"run {run} is forgotten")


def _run(settings: Settings) -> tuple[dict[str, Any], list[PhotoToCheck]]:
    """The report of a run, and photos to check where too few words could be measured."""
    own_weights.check_not_configured(settings.weights)
    import torch  # noqa: F401 - an installation without it says so before anything is written

    from indexer import home
    from indexer.corrections.lessons import MIN_PHOTOS, MIN_WORDS
    from indexer.corrections.to_check import to_check
    from indexer.ocr import learning

    bootstrap.deliver(settings)  # images of words that were said a moment ago
    with bootstrap.reading_only(settings) as (catalog, _):
        words = list(catalog.inked_words())
        held = learning_words.held_out(words, catalog.checked())
        photos = {word.photo_hash for word in held.words}
        enough = len(held.words) >= MIN_WORDS and len(photos) >= MIN_PHOTOS
        missing = [] if enough else to_check(catalog, 5)
    if not held.words:
        log.warning(
            "no checked photo is held out, so nothing can be measured; see: ocrsearch learn photos"
        )
    with home.learning(settings):
        return learning.learn(settings, learning_words.learned(words), held), missing


def _say_used(number: int, *, as_json: bool) -> None:
    named = f"the weights of run {number}" if number else "the shipped weights"
    text = f"Photos are read with {named} from the next `ocrsearch index` on."
    click.echo(reports.dumps({"used": number}) if as_json else text)


def _line(run: RunReport) -> str:
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(run["created"]))
    used = " (in use)" if run["used"] else ""
    return printable(
        f"{run['n']:>3}  {day}  {counted(run['learned'], 'word')}  {run['verdict']}: {run['why']}{used}"
    )


def _text(report: dict[str, Any], missing: Sequence[PhotoToCheck]) -> str:
    """The report as lines of text, with photos to check."""
    low, high = (100 * bound for bound in report["interval"])
    lines = [f"run {report['n']}: {report['verdict']} ({report['why']})"]
    lines.append(
        f"learned from   {counted(report['learned'], 'word')} in {report['seconds']:.0f} s"
    )
    if report["left_out"]:
        lines.append(f"left out       {counted(report['left_out'], 'image')} of several words")
    lines.append(
        f"measured on    {counted(report['held_out'], 'word')} of {counted(report['photos'], 'checked photo')}"
    )
    if report["before"]:
        lines.append(
            f"wrong words    {_change(report, 'folded_wrong_words')}, change {low:+.1f} to {high:+.1f} (95 %)"
        )
        lines.append(f"wrong letters  {_change(report, 'folded_cer')}")
        lines.append(
            f"as written     words {_change(report, 'wrong_words')}, letters {_change(report, 'cer')}"
        )
    lines.append(f"other hands    letters {_change(report['guard'], 'folded_cer')}")
    if report["verdict"] == own_weights.BETTER:
        lines.append("To read with it: ocrsearch learn use")
    if missing:
        lines.append(
            "To measure more, correct these photos, then run: ocrsearch correct PHOTO --checked"
        )
        lines += map(_named, missing)
    return "\n".join(map(printable, lines))


def _named(photo: PhotoToCheck) -> str:
    """A photo to check, and how many words it has."""
    return f"{printed_name(photo['photo'])}  {counted(photo['words'], 'word')}"


def _change(report: dict[str, Any], figure: str) -> str:
    return f"{100 * report['before'][figure]:.1f} % → {100 * report['after'][figure]:.1f} %"
