"""The command line: options to settings, values to text or JSON. All work is done elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, config, logs
from indexer.cli import output
from indexer.cli import status as state
from indexer.cli.group import Commands
from indexer.errors import UsageError
from indexer.home import check_apart, check_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings
    from indexer.sync.library import Library
    from indexer.sync.run import Summary

log = logging.getLogger("ocrsearch")

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "OCRSEARCH"}
DATES = click.DateTime(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M:%S"])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(package_name="ocrsearch", prog_name="ocrsearch")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of catalog and index.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="Configuration file.")
@click.option("-v", "--verbose", is_flag=True, help="Log more: --log-level debug.")
@click.option(
    "--log-level",
    type=click.Choice(logs.LEVELS),
    default="info",
    show_default=True,
    help="Least important lines to log.",
)
@click.option("--log-json", is_flag=True, help="Log JSON objects, one a line.")
@click.option("--debug", is_flag=True, help="Show a trace when something unexpected happens.")
@click.pass_context
def main(
    ctx: click.Context,
    home: Path | None,
    file: Path | None,
    log_level: str,
    *,
    verbose: bool,
    log_json: bool,
    debug: bool,
) -> None:
    """Find photos of whiteboards and handwritten notes by the words on them.

    \b
    ocrsearch index ~/Pictures/boards     read what is new
    ocrsearch query "dijkstra queue"      find photos by words
    ocrsearch watch ~/Pictures/boards     keep the index up to date

    Every option is also a variable, for example OCRSEARCH_HOME. Exit codes: 0 done, 1 no hit or
    unexpected, 2 usage, 3 configuration, 4 catalog or index locked or damaged, 5 weights, 6 some
    photos failed.
    """
    del debug  # read by Commands.invoke
    logs.configure("debug" if verbose else log_level, as_json=log_json)
    ctx.obj = lambda **flags: _settings(file, **{"home": home, **flags})


def _settings(file: Path | None, **flags: Any) -> Settings:  # noqa: ANN401 - any setting
    settings = config.load(file, **flags)
    check_apart(settings.home, settings.folders)
    return settings


def _roots(settings: Settings, folders: tuple[Path, ...], library: Library) -> list[Path]:
    """The photo folders to look at: those named, else the configured and the known ones."""
    chosen = folders or (*settings.folders, *library.catalog.roots())
    roots = list(dict.fromkeys(path.resolve() for path in chosen))
    if not roots:
        msg = "no photo folder yet; run: ocrsearch index FOLDER"
        raise UsageError(msg)
    check_apart(settings.home, roots)
    # a folder inside another one is looked at once
    return [r for r in roots if not any(r != o and r.is_relative_to(o) for o in roots)]


def _finish(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(output.summary_json(summary)))
    elif logs.is_json():
        log.info(output.summary_line(summary), extra=output.summary_json(summary))
    else:
        click.echo(output.summary_text(summary), err=True)
    if summary.problems or summary.offline:
        sys.exit(6)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help="Read at most this many photos now.")
@click.option("--workers", type=click.IntRange(min=1), help="CPU threads (default: all cores).")
@click.option("--forget-missing", is_flag=True, help="Drop photos of missing or emptied folders.")
@json_option
@click.pass_obj
def index(
    load: Callable[..., Settings],
    folders: tuple[Path, ...],
    limit: int | None,
    workers: int | None,
    *,
    forget_missing: bool,
    as_json: bool,
) -> None:
    """Read the photos in FOLDERS that are new or changed, then exit.

    Without FOLDERS: the configured folders and those indexed before.

    \b
    ocrsearch index ~/Pictures/boards
    ocrsearch index --json | jq .read
    """
    settings = load()
    check_named(settings.home, folders)
    with bootstrap.writing(settings, workers) as library, output.progress(settings) as hooks:
        roots = _roots(settings, folders, library)
        summary = library.sync(roots, hooks, limit=limit, forget=forget_missing)
    _finish(summary, as_json=as_json)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(min=1), help="CPU threads (default: all cores).")
@click.pass_obj
def watch(load: Callable[..., Settings], folders: tuple[Path, ...], workers: int | None) -> None:
    """Follow FOLDERS until SIGTERM or Ctrl-C: new photos are found within seconds.

    \b
    ocrsearch watch ~/Pictures/boards
    """
    from indexer.daemon import service  # only this command needs watchdog

    settings = load()
    check_named(settings.home, folders)
    with bootstrap.writing(settings, workers) as library, service.stopping() as stop:
        roots = _roots(settings, folders, library)
        log.info("watching %s", ", ".join(map(str, roots)))
        service.follow(library, roots, stop)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--batch", type=click.File(encoding="utf-8"), help="One query a line; - is stdin.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Photos to show at most.",
)
@click.option("--exact", is_flag=True, help="Only what was read as the best reading.")
@click.option("--min-score", type=click.FloatRange(0, 1), help="Leave out less likely photos.")
@click.option("--folder", type=click.Path(path_type=Path), help="Only photos below this folder.")
@click.option(
    "--since",
    type=DATES,
    metavar="DATE",
    help="Only photos taken on this day (2026-03-01) or later.",
)
@click.option("--until", type=DATES, metavar="DATE", help="Only photos taken before this day.")
@click.option("--image", type=click.Path(path_type=Path), help="Write hits with marked words here.")
@json_option
@click.pass_obj
def query(load: Callable[..., Settings], /, words: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401
    """Find photos by the words on them, best first.

    All words must be on the photo. OR, NOT, "a phrase", prefix*, *part*, (brackets), folder:NAME,
    date:2026-03 and name:board* work as well.
    Misread words are found too: the score says how likely the photo holds what you ask for.

    \b
    ocrsearch query dijkstra
    ocrsearch query '"linked list" NOT java' --since 2026-01-01
    ocrsearch query --batch words.txt --json
    """
    from indexer.search.searcher import Filters  # type checked below

    batch, as_json, image = options.pop("batch"), options.pop("as_json"), options.pop("image")
    least, folder = options.pop("min_score"), options.pop("folder")
    if bool(words) == (batch is not None):
        msg = "give either words to look for or --batch FILE"
        raise UsageError(msg)
    if least is not None:
        options["least"] = least
    filters = Filters(folder=folder and folder.resolve(), **options)
    lines = [" ".join(words)] if words else [line.strip() for line in batch if line.strip()]
    with bootstrap.searching(load()) as searcher:
        found = [output.answer(searcher, line, filters, as_json=as_json) for line in lines]
    if image:
        output.write_hits(found, image)
    if words and not found[0].hits:
        sys.exit(1)


@main.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), help="Write the photo, words framed.")
@json_option
@click.pass_obj
def show(load: Callable[..., Settings], photo: Path, image: Path | None, *, as_json: bool) -> None:
    """Show what was read on PHOTO.

    \b
    ocrsearch show board.jpg --image /tmp/board.jpg
    """
    with bootstrap.reading_only(load()) as (catalog, _):
        known = catalog.photo_at(photo.resolve())
    if known is None:
        msg = f"{photo}: not in the catalog; run: ocrsearch index {photo.parent}"
        raise UsageError(msg)
    if image:
        output.draw(photo, [(word.box, word.text) for word in known.words], image)
    click.echo(output.photo_json(photo, known) if as_json else output.photo_text(known))


@main.command()
@click.option("--failed", is_flag=True, help="List the photos that could not be read, and why.")
@json_option
@click.pass_obj
def status(load: Callable[..., Settings], *, failed: bool, as_json: bool) -> None:
    """Show how many photos are read, waiting, failed or offline, and what `watch` is doing."""
    settings = load()
    with bootstrap.reading_only(settings) as (catalog, stores):
        report = state.report(settings, catalog, stores.index)
    click.echo(json.dumps(report) if as_json else state.as_text(report, failed=failed))


@main.command()
@json_option
@click.pass_obj
def retry(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Read the failed photos again now, whatever their waiting time."""
    settings = load()
    with bootstrap.writing(settings, None) as library, output.progress(settings) as hooks:
        library.catalog.retry_now()
        summary = library.sync(_roots(settings, (), library), hooks)
    _finish(summary, as_json=as_json)


@main.command()
@click.pass_obj
def rebuild(load: Callable[..., Settings]) -> None:
    """Make the full-text index anew from the catalog; no photo is read again."""
    with bootstrap.writing(load(), None) as library:
        count = library.rebuild()
    click.echo(f"{count} photos indexed", err=True)


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--image", type=click.Path(path_type=Path), help="Write PHOTO with boxes here.")
@json_option
@click.pass_obj
def detect(
    load: Callable[..., Settings], photos: tuple[Path, ...], image: Path | None, *, as_json: bool
) -> None:
    """Show where words stand on PHOTOS, without reading them.

    \b
    ocrsearch detect board.jpg --image /tmp/boxes.jpg
    """
    if image and len(photos) > 1:
        msg = "--image takes a single photo"
        raise UsageError(msg)
    detector, failed = bootstrap.detector(load()), False
    for photo in photos:
        failed |= not output.boxes(photo, detector, image, as_json=as_json)
    if failed:
        sys.exit(6)


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pictures.")
@click.pass_obj
def demo(load: Callable[..., Settings], out: Path | None) -> None:
    """Index the sample photos in a temporary home, run some queries, draw what was found."""
    from indexer.cli import demo as show_off  # only this command needs it

    show_off.run(load, out)


for command in bootstrap.engine_commands():
    main.add_command(command)
