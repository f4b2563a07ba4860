"""`kill -9` at any moment of a pass loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import draw_photo

PHOTOS = 24
KILLS = 20

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from tests_indexer_conftest import TileEngine
from indexer.bootstrap import stores
from pathlib import Path
from indexer import config
from indexer.catalog.catalog import Catalog
from indexer.sync.library import Library
from indexer.sync.hooks import Hooks
settings = config.load(home=Path(sys.argv[2]), batch_photos=2)
engine = TileEngine()
with Catalog(settings.database) as catalog:
    library = Library(settings, catalog, stores(settings), engine)
    print("ready", flush=True)
    def report(step):
        library.indexes.catch_up()
        print(step.done, flush=True)
    library.sync([Path(sys.argv[3])], Hooks(report=report))
"""


def start(tmp_path, home, photos):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), str(home), str(photos)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
    )


@pytest.mark.slow
def test_kills_lose_and_double_nothing(tmp_path, world, settings):
    world.library.catalog.close()
    (tmp_path / "tests_indexer_conftest.py").write_text(
        Path(__file__).parents[1].joinpath("conftest.py").read_text()
    )
    for number in range(PHOTOS):
        draw_photo(world.photos / f"{number}.png", f"word{number}", salt=number)
    chance = random.Random(7)

    for _ in range(KILLS):
        child = start(tmp_path, settings.home, world.photos)
        assert child.stdout.readline() == "ready\n", child.stderr.read()
        # kill between two steps, or in the middle of one: wherever the child happens to be
        for _ in range(chance.randrange(3)):
            child.stdout.readline()
        spin = chance.randrange(200_000)
        while spin:
            spin -= 1
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()
    last = start(tmp_path, settings.home, world.photos)
    _, problems = last.communicate()

    assert last.returncode == 0, problems
    assert world.counts() == {"read": PHOTOS, "words": PHOTOS}
    assert world.library.indexes.stores.index.count() == PHOTOS
    assert len(world.library.indexes.stores.posteriors.photos()) == PHOTOS
    assert [world.find(f"word{n}", exact=True) for n in range(PHOTOS)] == [
        [f"{n}.png"] for n in range(PHOTOS)
    ]
