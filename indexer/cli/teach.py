"""`ocrsearch teach`: let another program label words, if it reads the user's pages better."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer import bootstrap, reports
from indexer.cli.options import json_option
from indexer.errors import UsageError
from recognizer.files.printable import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.catalog.queries import CatalogReader
    from indexer.config import Settings
    from indexer.entities import PhotoId, Word
    from indexer.sync.teaching.labelling import Taught
    from indexer.sync.teaching.teacher_process import TeacherInfo
    from indexer.sync.teaching.trial import Trial


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--teacher",
    "spec",
    required=True,
    metavar="NAME",
    help="Who reads: rapidocr, tesseract, trocr:FOLDER, files:FOLDER, or one of another package.",
)
@click.option("--try", "only_try", is_flag=True, help="Only try it on checked words.")
@click.option("--yes", is_flag=True, help="Do not ask whether photos may leave this machine.")
@json_option
@click.pass_obj
def teach(
    load: Callable[..., Settings],
    folders: tuple[Path, ...],
    spec: str,
    *,
    only_try: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Let another program label words in FOLDERS.

    It is tried on the words of checked photos first, and refused if it is the weaker one. What it
    labels teaches the recogniser, never more than what people say. Without FOLDERS, all photos are
    read.

    \b
    ocrsearch teach --teacher rapidocr --try
    ocrsearch teach --teacher files:transcripts ~/Pictures/boards
    ocrsearch corrections undo --by teacher:rapidocr
    """
    from indexer.ocr.photo_file import Limits
    from indexer.sync.teaching.labelling import Labelling
    from indexer.sync.teaching.teacher_process import TeacherProcess

    settings = load()
    taught: Taught | None = None
    with (
        bootstrap.correcting(settings) as catalog,
        closing(TeacherProcess(spec, Limits.of(settings))) as room,
    ):
        posteriors = bootstrap.stores(settings).posteriors
        alphabet = catalog.alphabet()

        def chance(word: Word, text: str) -> float:
            return posteriors.chance(word.posteriorgram, alphabet, text)

        photos = _photos(catalog, folders)
        if not room.about.local and not yes:
            _ask(room.about, folders or tuple(catalog.roots()))
        labelling = Labelling(room, catalog, chance)
        trial = labelling.trial()
        if not only_try and not trial.refusal:
            taught = labelling.label(photos, trial)
    if taught is not None:
        bootstrap.deliver(settings)
    _print(room.about, trial, taught, as_json=as_json)
    if trial.refusal and not only_try:
        raise UsageError(f"{room.about.name} labels nothing: {trial.refusal}")  # noqa: EM102


def _photos(catalog: CatalogReader, folders: Sequence[Path]) -> list[PhotoId]:
    """Photos in folders, or all. Raises UsageError if a folder holds none."""
    if not folders:
        return [number for _, number in catalog.newest(limit=10**9)]
    found: dict[PhotoId, None] = {}
    for folder in folders:
        inside = [number for _, number in catalog.newest(folder=folder.resolve(), limit=10**9)]
        if not inside:
            msg = f"{folder}: holds no photo that is indexed; run: ocrsearch index {folder}"
            raise UsageError(msg)
        found |= dict.fromkeys(inside)
    return list(found)


def _ask(about: TeacherInfo, folders: Sequence[Path]) -> None:
    """Ask for each folder whether its photos may leave the machine; stop at the first no."""
    for folder in folders:
        question = f"{about.name} sends photos to another machine. Send those of {folder}?"
        click.confirm(printable(question), abort=True, err=True)


def _print(about: TeacherInfo, trial: Trial, taught: Taught | None, *, as_json: bool) -> None:
    if as_json:
        report = {
            "teacher": about.name,
            "version": about.version,
            "trial": {**dataclasses.asdict(trial), "refusal": trial.refusal or None},
            "labelled": None if taught is None else dataclasses.asdict(taught),
        }
        click.echo(reports.dumps(report))
        return
    click.echo(
        printable(f"{about.name} {about.version}, tried on {counted(trial.words, 'checked word')}")
    )
    rows = [
        ("right", trial.right, trial.ours_right),
        ("says the same", trial.agreement, None),
        ("right where both say the same", trial.agreed_right, None),
        ("right where they differ", trial.differing_right, trial.ours_differing_right),
        ("would be taken", trial.taken, None),
        ("right of what would be taken", trial.taken_right, None),
    ]
    for name, theirs, ours in rows:
        beside = "" if ours is None else f"   read here: {ours:.1%}"
        click.echo(f"  {name:<30} {'-' if theirs is None else f'{theirs:.1%}'}{beside}")
    if trial.refusal:
        click.echo(printable(f"It may not label: {trial.refusal}"))
    elif taught is None:
        click.echo("It may label.")
    else:
        click.echo(
            f"{counted(taught.taken, 'word')} labelled on {counted(taught.photos, 'photo')}, "
            f"{counted(taught.failed, 'photo')} failed"
        )
