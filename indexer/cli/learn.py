"""`ocrsearch learn`: weights from corrected words, measured before they are used."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.cli.options import json_option
from indexer.corrections import own_weights, word_export
from indexer.errors import UsageError
from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings
    from indexer.corrections.own_weights import RunReport


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def learn(ctx: click.Context, *, as_json: bool) -> None:
    """Learn from corrections, and measure it.

    The weights in use are trained on the words that you corrected or confirmed, a minute or three on one core. Both read the words of
    the checked photos that are held out, as `index` reads. New weights read photos only after `learn use`. It needs the extra `train`.

    \b
    ocrsearch learn            train and measure
    ocrsearch learn use        read with what was learned
    ocrsearch learn back       read with the weights before
    """
    if ctx.invoked_subcommand is None:
        report = _run(ctx.obj())
        click.echo(reports.dumps(report) if as_json else _text(report))


@learn.command("list")
@json_option
@click.pass_obj
def list_(load: Callable[..., Settings], *, as_json: bool) -> None:
    """List the runs, the oldest first."""
    for run in own_weights.runs(load().own_weights):
        click.echo(reports.dumps(run) if as_json else _line(run))


@learn.command()
@click.argument("run", required=False, type=click.IntRange(min=1))
@click.option("--anyway", is_flag=True, help="Also if its verdict is not: better.")
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


def _run(settings: Settings) -> dict[str, Any]:
    own_weights.check_not_configured(settings.weights)
    import torch  # noqa: F401 - an installation without it says so before anything is written

    from indexer import home
    from indexer.ocr import learning

    bootstrap.deliver(settings)  # images of words that were said a moment ago
    with bootstrap.reading_only(settings) as (catalog, _):
        words = list(catalog.inked_words())
        held = word_export.held_out(words, catalog.checked())
    with home.learning(settings):
        return learning.learn(settings, word_export.learned(words), held)


def _say_used(number: int, *, as_json: bool) -> None:
    named = f"the weights of run {number}" if number else "the shipped weights"
    text = f"Photos are read with {named} from the next `ocrsearch index` on."
    click.echo(reports.dumps({"used": number}) if as_json else text)


def _line(run: RunReport) -> str:
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(run["created"]))
    used = " (in use)" if run["used"] else ""
    return printable(
        f"{run['n']:>3}  {day}  {run['learned']} words  {run['verdict']}: {run['why']}{used}"
    )


def _text(report: dict[str, Any]) -> str:
    """The report as lines of text."""
    low, high = (100 * bound for bound in report["interval"])
    lines = [f"run {report['n']}: {report['verdict']} ({report['why']})"]
    lines.append(f"learned from   {report['learned']} words in {report['seconds']:.0f} s")
    if report["left_out"]:
        lines.append(f"left out       {report['left_out']} images of several words")
    lines.append(f"measured on    {report['held_out']} words of {report['photos']} checked photos")
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
    return "\n".join(map(printable, lines))


def _change(report: dict[str, Any], figure: str) -> str:
    return f"{100 * report['before'][figure]:.1f} % → {100 * report['after'][figure]:.1f} %"
