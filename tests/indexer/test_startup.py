from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "torchvision",
    "onnxruntime",
    "cv2",
    "alembic",
    "watchdog",
    "matplotlib",
    "wordfreq",
)


def imported_by(code):
    listing = f"import sys\n{code}\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()


def test_looking_for_a_word_loads_nothing_heavy(world, settings):
    from .conftest import draw_photo

    draw_photo(world.photos / "a.png", "helios")
    world.sync()

    heavy = imported_by(
        "from indexer.cli.commands import main\n"
        f"main(['--home', {str(settings.home)!r}, 'query', 'helios'], standalone_mode=False)"
    )

    assert heavy == []


def test_status_loads_no_network(settings, world):
    world.sync()

    heavy = imported_by(
        "from indexer.cli.commands import main\n"
        f"main(['--home', {str(settings.home)!r}, 'status', '--json'], standalone_mode=False)"
    )

    assert "torch" not in heavy
    assert "cv2" not in heavy


def test_whoever_writes_leaves_the_networks_to_the_process_that_reads(settings, world):
    heavy = imported_by(
        "from indexer.cli.commands import main\n"
        f"main(['--home', {str(settings.home)!r}, 'index', {str(world.photos)!r}], "
        "standalone_mode=False)"
    )

    assert "torch" not in heavy
    assert "onnxruntime" not in heavy


@pytest.mark.slow
def test_importing_any_module_prints_nothing_and_opens_nothing():
    code = (
        "import pkgutil, importlib, builtins, indexer, recognizer, detector_stub\n"
        "for package in (indexer, recognizer, detector_stub):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not found.name.endswith('migrations.env'):\n"
        "            importlib.import_module(found.name)\n"
        "import logging\n"
        "assert not logging.getLogger().handlers\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
