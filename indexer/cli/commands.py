"""Commands of the indexer: options to settings and calls, results to text or JSON."""

from __future__ import annotations

import logging
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer import bootstrap, reports
from indexer.bootstrap import ReadOnlyLibrary
from indexer.cli import progress
from indexer.cli.correct import correct
from indexer.cli.corrected_words import corrected_words
from indexer.cli.corrections import corrections
from indexer.cli.detected_boxes import print_boxes
from indexer.cli.export import export
from indexer.cli.folder_arguments import photo_folders
from indexer.cli.group import CommandGroup
from indexer.cli.learn import learn
from indexer.cli.options import (
    CONTEXT,
    INPUT_FILE,
    OUTPUT_FILE,
    OUTPUT_FOLDER,
    json_option,
    workers_option,
)
from indexer.cli.photo_text import photo_text
from indexer.cli.query import query
from indexer.cli.run_summary import INCOMPLETE, finish
from indexer.cli.skip import skip
from indexer.cli.status import status_text
from indexer.cli.teach import teach
from indexer.cli.weights import weights
from indexer.errors import CatalogError, UsageError
from indexer.ocr.photo_file import Limits
from indexer.system import logs
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.config import Settings

log = logging.getLogger("ocrsearch")


@click.group(cls=CommandGroup, context_settings=CONTEXT)
@click.version_option(package_name="ocrsearch", prog_name="ocrsearch")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder that holds the catalog and the index."
)
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="Read settings from this file instead of ~/.config/ocrsearch/config.toml.",
)
@click.option("-v", "--verbose", is_flag=True, help="The same as --log-level debug.")
@click.option(
    "--log-level",
    type=click.Choice(logs.LEVELS),
    default="info",
    show_default=True,
    help="Log messages of this level and of those after it.",
)
@click.option("--log-json", is_flag=True, help="Log one JSON object a line instead of text.")
@click.option("--debug", is_flag=True, help="Print a stack trace after an unexpected error.")
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

    Every option can be set by an environment variable: OCRSEARCH_HOME sets --home,
    OCRSEARCH_QUERY_LIMIT sets --limit of the command query.

    \b
    Exit codes:
      0  done
      1  no photo found, or an unexpected error
      2  wrong option, folder or query
      3  wrong setting or unsafe home folder
      4  catalog or index missing, locked or damaged
      5  weights, language model or word list missing or damaged
      6  some photos could not be read, or a folder is offline
    """
    del debug  # read by CommandGroup.invoke
    logs.configure("debug" if verbose else log_level, as_json=log_json)
    ctx.obj = lambda **flags: _settings(file, **{"home": home, **flags})
    ctx.meta.update(
        bootstrap.picture_limits(ctx.obj) | bootstrap.own_data(partial(corrected_words, ctx.obj))
    )


def _settings(file: Path | None, **flags: Any) -> Settings:  # noqa: ANN401 - any setting
    from indexer import config  # needed by no command that tells of itself
    from indexer.home import check_apart

    settings = config.load(file, **flags)
    check_apart(settings.home, settings.folders)
    return settings


def _check_named(settings: Settings, folders: tuple[Path, ...]) -> None:
    from indexer.home import check_named

    check_named(settings.home, folders)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--limit", type=click.IntRange(min=1), help="Read at most this many photos, then stop."
)
@workers_option
@click.option(
    "--forget-missing",
    is_flag=True,
    help="Forget the photos of folders that are missing or empty, and the missing folders; without it they are kept.",
)
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
    """Read the new and changed photos in FOLDERS, then exit.

    Without FOLDERS, the folders of the configuration and those indexed before are taken.

    \b
    ocrsearch index ~/Pictures/boards
    ocrsearch index --json | jq .read
    """
    settings = load()
    _check_named(settings, folders)
    with bootstrap.writing(settings, workers) as library, progress.progress(settings) as hooks:
        roots = photo_folders(settings, folders, library)
        summary = library.sync(roots, hooks, limit=limit, forget=forget_missing)
    finish(summary, as_json=as_json)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@workers_option
@click.pass_obj
def watch(load: Callable[..., Settings], folders: tuple[Path, ...], workers: int | None) -> None:
    """Keep the index of FOLDERS up to date until stopped.

    SIGTERM or Ctrl-C stops it. A new photo can be found some seconds after it was written. Without
    FOLDERS, the folders of the configuration and those indexed before are taken.

    \b
    ocrsearch watch ~/Pictures/boards
    """
    from indexer.daemon import shutdown, watch_loop  # only this command needs watchdog

    settings = load()
    _check_named(settings, folders)
    with bootstrap.writing(settings, workers) as library, shutdown.stopping() as stop:
        roots = photo_folders(settings, folders, library)
        log.info("watching %s", ", ".join(map(str, roots)))
        watch_loop.follow(library, roots, stop)


@main.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "--image",
    type=OUTPUT_FILE,
    help="Write PHOTO, words framed, and what they say beside it, to this file.",
)
@json_option
@click.pass_obj
def show(load: Callable[..., Settings], photo: Path, image: Path | None, *, as_json: bool) -> None:
    """Show what was read on PHOTO.

    \b
    ocrsearch show board.jpg --image /tmp/board.jpg
    """
    settings = load()
    limits = Limits.of(settings)
    with ReadOnlyLibrary(settings) as library:
        known = library.show(photo)
    if image:
        from indexer.cli import draw, labels  # load Pillow, which listing does not need

        words = [(word.box, word.text) for word in known.words]
        draw.annotate(photo, words, image, limits, labels.typed)
    from indexer.ocr.image import left_out  # loads Pillow

    more = left_out(photo.resolve(), limits)
    report = reports.photo_json(photo, known, more)
    click.echo(reports.dumps(report) if as_json else photo_text(known))
    if more and not as_json:
        click.echo(printable(f"{photo}: {more}"), err=True)


@main.command()
@click.option(
    "--failed", is_flag=True, help="List the photos that could not be read, with the reasons."
)
@json_option
@click.pass_obj
def status(load: Callable[..., Settings], *, failed: bool, as_json: bool) -> None:
    """Show what is indexed, what failed and what is going on.

    Photos are read, pending, empty (no text found), failed or offline (their folder is missing).
    While `index` or `watch` runs in another process, its progress is shown as well.
    """
    with ReadOnlyLibrary(load()) as library:
        report = library.status()
    click.echo(reports.dumps(report) if as_json else status_text(report, failed=failed))


@main.command()
@json_option
@click.pass_obj
def health(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Check the catalog and a running writer.

    Exits with 0 if the catalog can be read and the writer makes progress, and with 4 if not. It is for supervisors, such as that of a container. That
    neither `index` nor `watch` runs is no fault.
    """
    from indexer.cli.health import health as examine  # only this command needs it

    report = examine(load(), time.monotonic())
    if as_json:
        click.echo(reports.dumps(report))
    elif report["healthy"]:
        click.echo("healthy")
    if report["problem"]:
        raise CatalogError(report["problem"])


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8377,
    show_default=True,
    help="Listen on this port.",
)
@click.option(
    "--lan",
    metavar="ADDRESS",
    default="",
    help="Let paired devices of a network look as well, at this address of this machine.",
)
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="Answer requests for this name as well, such as that of a proxy. May be repeated.",
)
@click.option(
    "--tls-cert", type=INPUT_FILE, help="Encrypt what is sent, with this certificate (PEM)."
)
@click.option(
    "--tls-key", type=INPUT_FILE, help="Key of the certificate, if it is in a file of its own."
)
@click.option("--read-only", is_flag=True, help="Let nobody change anything by the page.")
@click.option("--watch", is_flag=True, help="Keep the index up to date meanwhile, as `watch` does.")
@click.pass_context
def serve(
    ctx: click.Context,
    port: int,
    lan: str,
    allow_host: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    *,
    read_only: bool,
    watch: bool,
) -> None:
    """Serve a page to search and look, until stopped.

    The address and a pairing code are printed; a browser that has entered the code may look from then on. Without --lan, only this machine can.

    \b
    ocrsearch serve
    ocrsearch serve --watch --lan 192.168.1.20
    """
    from indexer.cli.child_commands import starter  # only this command needs other processes
    from indexer.web.serve import Beside, Listening  # and a server
    from indexer.web.serve import serve as run

    settings = ctx.obj()
    listening = Listening(port, lan, allow_host, tls_cert, tls_key)
    learn = starter(ctx, "learn", settings.learning_log)
    beside = Beside(learn, starter(ctx, "watch") if watch else None)
    run(settings, listening, beside, version=reports.version(), read_only=read_only)


@main.command()
@json_option
@click.pass_obj
def retry(load: Callable[..., Settings], *, as_json: bool) -> None:
    """Try to read the failed photos again now.

    `index` and `watch` also try them again, but only after the time set by `retry_minutes`.
    """
    settings = load()
    with bootstrap.writing(settings, None) as library, progress.progress(settings) as hooks:
        library.catalog.retry_now()
        summary = library.sync(photo_folders(settings, (), library), hooks)
    finish(summary, as_json=as_json)


@main.command()
@click.pass_obj
def rebuild(load: Callable[..., Settings]) -> None:
    """Rebuild the search index from the catalog.

    No photo is read again. Do this when a message asks for it: the index is damaged or was deleted.
    """
    with bootstrap.writing(load(), None) as library, progress.bar("indexing") as show:

        def report(done: int) -> None:
            if show is not None:  # while a rebuild runs, these are all photos
                show(done, sum(library.catalog.count_searchable()))

        count = library.rebuild(report)
    click.echo(f"{counted(count, 'photo')} indexed", err=True)


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--image",
    type=OUTPUT_FILE,
    help="Write the photo, words framed, to this file; takes a single photo.",
)
@json_option
@click.pass_obj
def detect(
    load: Callable[..., Settings], photos: tuple[Path, ...], image: Path | None, *, as_json: bool
) -> None:
    """Find where words are on PHOTOS, without reading them.

    \b
    ocrsearch detect board.jpg --image /tmp/boxes.jpg
    """
    if image and len(photos) > 1:
        msg = "--image takes a single photo"
        raise UsageError(msg)
    settings = load()
    detector, limits = bootstrap.detector(settings), Limits.of(settings)
    opened = [print_boxes(photo, detector, image, limits, as_json=as_json) for photo in photos]
    if not all(opened):
        sys.exit(INCOMPLETE)


@main.command()
@click.option(
    "--out",
    type=OUTPUT_FOLDER,
    help="Write pictures of the photos found into this folder (default: a temporary one).",
)
@click.pass_obj
def demo(load: Callable[..., Settings], out: Path | None) -> None:
    """Try the program on the sample photos.

    Index them in a temporary home, run some queries and write pictures of the photos found. In the
    end it names the command that shows them in a browser.
    """
    from indexer.cli.demo import run  # only this command needs it

    run(load, out)


_OTHERS = (query, export, correct, corrections, learn, teach, weights)

corrections.add_command(skip)
for command in (*_OTHERS, *bootstrap.engine_commands()):
    main.add_command(command)
