"""The guard of all outputs: nothing that is read or belongs to the user is ever written over.

An option or argument is an output if its type is `click.Path(writable=True)`, with
`file_okay=False` for a folder. `CommandGroup` guards its copy of every command that has one.
"""

from __future__ import annotations

import copy
import functools
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from indexer import bootstrap
from indexer.cli import deleted_folder
from indexer.corrections.learning_words import LABELS
from indexer.errors import CatalogError, ConfigError, UsageError
from indexer.system.places import identity, is_inside
from recognizer.files.textfile import NotTextError, decode, lines, stripped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from indexer.config import Settings

PHOTOS = ("photo", "photos")
"""Parameters whose values are photos; nothing is written into their folders."""

_OF_DATA = {
    *(".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"),
    *(".json", ".npz", ".otf", ".tsv", ".ttf", ".txt", ".xml", ".zip"),
}
"""Endings of the files that commands read in the folders that are named for them."""

_FORCE = "indexer.cli.output_guard.force"


def is_output(parameter: click.Parameter) -> bool:
    """Whether a command writes to the path that is given for `parameter`."""
    return isinstance(parameter.type, click.Path) and parameter.type.writable


def is_folder(parameter: click.Parameter) -> bool:
    """Whether an output is a folder."""
    return isinstance(parameter.type, click.Path) and not parameter.type.file_okay


def guarded(command: click.Command) -> click.Command:
    """A copy of `command` that checks its paths, and above all its outputs, before it does anything.

    If it writes a file, it also takes --force. The command itself, which may be another package's,
    stays as it is.
    """
    command = copy.copy(command)
    if isinstance(command, click.Group):
        command.commands = {name: guarded(inner) for name, inner in command.commands.items()}
        return command
    if command.callback is None:
        return command
    written = [parameter for parameter in command.params if is_output(parameter)]
    callback: Callable[..., Any] = command.callback

    @functools.wraps(callback)
    def checked(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the command takes
        ctx = click.get_current_context()
        if deleted_folder.leave(_given(ctx), ctx.find_root().obj):
            for path in _inputs(ctx):  # such as those in DATA, which would be others now
                deleted_folder.refuse_relative(path)
        check(ctx)
        return callback(*args, **options)

    command.callback = checked
    if all(is_folder(parameter) for parameter in written):
        return command  # what a folder holds of other programs is never replaced
    command.params = [
        *command.params,
        click.Option(
            ["--force"],
            is_flag=True,
            expose_value=False,
            callback=lambda ctx, _, value: ctx.meta.__setitem__(_FORCE, value),
            help="Replace files that exist. Photos, and files that are read, are never replaced.",
        ),
    ]
    return command


def check(ctx: click.Context) -> None:
    """Check the outputs of the command that is about to run.

    Raises:
        UsageError: one is a file that the command reads, lies in a photo folder, in the home folder
            or in none that exists, or is a file that exists, without --force.
        ConfigError: the configuration cannot be read, so the photo folders are not known.

    """
    outputs = list(_outputs(ctx))
    if not outputs:
        return
    read, own = list(_inputs(ctx)), []
    photo_folders = list(_named_photo_folders(ctx))
    if load := ctx.find_root().obj:  # else the command runs without the program around it
        settings = load()
        own.append(settings.home)
        photo_folders += known_photo_folders(settings)
    for out, holds_files in outputs:
        for folder in own:
            _refuse_home(out, folder)
        refuse_below(out, photo_folders)
        if holds_files:
            _refuse_folder_of_inputs(out, ctx)
        else:
            _require_folder(out)
            refuse_replacing(out, read, own)


def refuse_below(out: Path, folders: Iterable[Path]) -> None:
    """Refuse an output at or below one of the photo `folders`. Raises UsageError."""
    for folder in folders:
        if is_inside(out, folder):
            msg = (
                f"{out}: lies in {folder}, and nothing is ever written into a folder of photos; "
                "choose another place"
            )
            raise UsageError(msg)


def _refuse_home(out: Path, home: Path) -> None:
    """Refuse an output in the home folder, whose files are trusted. Raises UsageError."""
    if is_inside(out, home):
        msg = f"{out}: lies in the home folder {home}, which holds the index; choose another place"
        raise UsageError(msg)


def _require_folder(out: Path) -> None:
    """Refuse a file in a folder that does not exist, before any work. Raises UsageError."""
    if not os.path.isdir(out.parent):  # noqa: PTH112 - that of Path raises where it may not look
        msg = f"{out}: there is no folder {out.parent}; make it first, or choose another place"
        raise UsageError(msg)


def refuse_replacing(out: Path, read: Iterable[Path] = (), own: Iterable[Path] = ()) -> None:
    """Refuse to write over a file: never over one that is read, over others only as allowed.

    Files are read that are among `read` or, if they are of a kind that data consist of, below a
    folder of it, and all below the folders `own`. What else lies beside them is no input.
    A picture that this program has drawn may be replaced, and with --force other files. A file
    with a second name (a hard link) never, because that may be a photo anywhere.

    Raises:
        UsageError: the file must not be replaced.

    """
    try:
        status = out.stat()
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(status.st_mode):
        return  # a pipe or a terminal holds nothing; a folder is refused by whoever writes
    if any(identity(path) == (status.st_dev, status.st_ino) for path in read):
        msg = f"{out}: this command reads that file; choose another name"
        raise UsageError(msg)
    kept = [*own, *(read if out.suffix.lower() in _OF_DATA else ())]
    folder = next((path for path in kept if path.is_dir() and is_inside(out, path)), None)
    if folder is not None and not is_drawn(out):
        msg = f"{out}: a file in {folder}, which this command reads; choose another name"
        raise UsageError(msg)
    if status.st_nlink > 1:
        msg = f"{out}: exists under another name as well (a hard link); choose another name"
        raise UsageError(msg)
    ctx = click.get_current_context(silent=True)
    if not is_drawn(out) and not (ctx and ctx.meta.get(_FORCE)):
        advice = ", or give --force to replace it" if ctx and _FORCE in ctx.meta else ""
        msg = f"{out}: exists; choose another name{advice}"
        raise UsageError(msg)


def is_drawn(path: Path) -> bool:
    """Whether a file is a picture that this program has drawn; such a file says so itself."""
    from indexer.cli import draw  # loads Pillow, which is needed only if there is a file

    return draw.is_drawn(path)


def _outputs(ctx: click.Context) -> Iterator[tuple[Path, bool]]:
    """Each output and whether it is a folder; defaults only where no other one is given."""
    found = [(p, ctx.params.get(p.name or "")) for p in ctx.command.params if is_output(p)]
    given = [
        pair
        for pair in found
        if pair[1] is not None
        and ctx.get_parameter_source(pair[0].name or "") is not ParameterSource.DEFAULT
    ]
    for parameter, value in given or found:
        if value is not None:
            yield Path(value), is_folder(parameter)


def _values(ctx: click.Context) -> Iterator[object]:
    """What is given for the other parameters, except for the words of a query."""
    for parameter in ctx.command.params:
        free_text = isinstance(parameter, click.Argument) and parameter.name == "words"
        if not is_output(parameter) and not free_text:
            value = ctx.params.get(parameter.name or "")
            yield from value if isinstance(value, tuple | list) else [value]


def _given(ctx: click.Context) -> Iterator[object]:
    """All that is given for the command and the group above it, outputs included."""
    here: click.Context | None = ctx
    while here is not None:
        for value in here.params.values():
            yield from value if isinstance(value, tuple | list) else [value]
        here = here.parent


def _inputs(ctx: click.Context) -> Iterator[Path]:
    """Files and folders that are named for the command and the group above it to read."""
    here: click.Context | None = ctx
    while here is not None:
        for value in _values(here):
            yield from _paths(value)
        here = here.parent
    if named := os.environ.get("OCRSEARCH_CONFIG"):
        yield Path(named)


def _paths(value: object) -> Iterator[Path]:
    """The existing paths that the value of an option may name: a path, a file, or DATA."""
    texts = []
    if isinstance(value, os.PathLike):
        texts = [os.fspath(value)]
    elif isinstance(value, str):
        plain = value.rpartition("#")[0] if "#" in value else value
        inner = plain.partition(":")[2]
        texts = [inner, inner.rpartition(":")[0]]
        for table in filter(None, {value, plain}):
            yield from _labelled(Path(table))
    elif isinstance(name := getattr(value, "name", None), str):
        texts = [name]
    yield from (path for text in filter(None, texts) if identity(path := Path(text)))


def _labelled(data: Path) -> Iterator[Path]:
    """A file or folder of data; where a table of labels names the images, the table and those."""
    if not identity(data):
        return
    table = data / LABELS if data.is_dir() else data
    if not identity(table):
        yield data
        return
    yield table
    if table.suffix.lower() != ".tsv":
        return
    try:
        rows = lines(decode(table.read_bytes()))
    except (OSError, NotTextError):  # whoever reads it will say so
        return
    for row in rows:
        name = row.partition("\t")[0]
        yield from (table.parent / spelled for spelled in {name, stripped(name)} - {""})


def _refuse_folder_of_inputs(out: Path, ctx: click.Context) -> None:
    """Refuse a folder that holds what the command reads. Raises UsageError."""
    place = identity(out)
    for value in _values(ctx):
        for path in _paths(value) if isinstance(value, os.PathLike | str) else ():
            if place and place == identity(path if path.is_dir() else path.parent):
                msg = f"{out}: holds {path}, which this command reads; choose another folder"
                raise UsageError(msg)


def _named_photo_folders(ctx: click.Context) -> Iterator[Path]:
    for name in PHOTOS:
        value = ctx.params.get(name)
        for photo in value if isinstance(value, tuple) else [value]:
            if isinstance(photo, Path):
                yield photo.parent
                yield Path(os.path.realpath(photo)).parent


def known_photo_folders(settings: Settings) -> list[Path]:
    """The photo folders of the configuration and of the catalog."""
    try:
        with bootstrap.reading_only(settings) as (catalog, _):
            return [*settings.folders, *catalog.roots()]
    except (CatalogError, ConfigError):  # nothing is indexed yet, or nothing can be read of it
        return list(settings.folders)
