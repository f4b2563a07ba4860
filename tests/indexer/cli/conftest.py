"""Commands as a user runs them, in a home of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import config
from indexer.cli.commands import main
from indexer.ocr import builtin

from ..conftest import TileEngine, draw_photo


class Shell:
    """Runs commands in a private home with the tile engine."""

    def __init__(self, folder: Path, engine: TileEngine) -> None:
        self.folder, self.engine = folder, engine
        self.photos = folder / "photos"
        self.photos.mkdir()

    def __call__(self, *arguments, code=0, **options):
        result = CliRunner().invoke(
            main, ["--home", str(self.folder / "home"), *map(str, arguments)], **options
        )
        assert result.exit_code == code, result.output
        return result


@pytest.fixture
def shell(tmp_path, monkeypatch):
    engine = TileEngine()
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "absent.toml")
    monkeypatch.setattr(builtin, "BuiltInEngine", lambda *_: engine)
    monkeypatch.setattr(builtin, "make_detector", lambda *_, **__: engine.detector)
    return Shell(tmp_path, engine)


@pytest.fixture
def board(shell: Shell) -> Path:
    """A photo of two words that is indexed: "quene" above "depth"."""
    photo = draw_photo(shell.photos / "board.png", "quene", "depth")
    shell("index", shell.photos)
    return photo
