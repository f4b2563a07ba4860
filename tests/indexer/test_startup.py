from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

HEAVY = (
    "torch",
    "torchvision",
    "onnxruntime",
    "cv2",
    "alembic",
    "watchdog",
    "matplotlib",
    "numpy.ma",
    "PIL.Image",
    "pydantic",
    "wordfreq",
)


def imported_by(code):
    listing = f"import sys\n{code}\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_the_program_says_of_itself_needs_no_parts_of_it(option):
    code = (
        "import sys\n"
        "from indexer.cli.commands import main\n"
        f"main([{option!r}], standalone_mode=False)\n"
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert not loaded & {
        *HEAVY,
        "numpy",
        "PIL.Image",
        "psutil",
        "pydantic",
        "sqlalchemy",
        "tqdm",
        "whoosh",
    }


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

    assert not {"onnxruntime", "PIL.Image", "pydantic", "torch"} & set(heavy)


IMPORT_ALL = """
import importlib, logging, pkgutil, sys

opened = []

def watch(event, arguments):
    if event != "open":
        return
    frame = sys._getframe(1)
    # a file that the import system opens, for us or for an import of ours, is code
    while frame and "importlib" not in frame.f_code.co_filename:
        if frame.f_globals.get("__name__", "").split(".")[0] in sys.argv[1:]:
            opened.append(f"{frame.f_code.co_filename}:{frame.f_lineno} opens {arguments[0]}")
            return
        frame = frame.f_back

sys.addaudithook(watch)
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        if not found.name.endswith("migrations.env"):
            importlib.import_module(found.name)
assert not opened, opened
assert not logging.getLogger().handlers
"""


def import_all(*packages, folder=Path(__file__).parents[2]):
    """Import every module of `packages`, which may lie in `folder`, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *packages],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
    )


@pytest.mark.slow
def test_importing_any_module_prints_nothing_and_opens_nothing():
    done = import_all("indexer", "recognizer", "detector_stub")

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize(
    "line",
    ["open('/dev/null').close()", "import pathlib; pathlib.Path('/dev/null').read_text()"],
)
def test_a_module_that_opens_a_file_on_import_is_noticed(tmp_path, line):
    (tmp_path / "greedy").mkdir()
    (tmp_path / "greedy" / "__init__.py").touch()
    (tmp_path / "greedy" / "deep.py").write_text(f"import json\n{line}\n")

    done = import_all("greedy", folder=tmp_path)

    assert done.returncode == 1
    assert "deep.py:2 opens /dev/null" in done.stderr


def test_the_package_itself_loads_nothing_at_all():
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import indexer\n"
        "print(*sorted({m.split('.')[0] for m in set(sys.modules) - before}))\n"
        "print(*(m for m in sys.modules if m.startswith('indexer.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    outside, inside = done.stdout.split("\n")[:2]
    assert set(outside.split()) - set(sys.stdlib_module_names) == {"indexer"}
    assert inside == ""
