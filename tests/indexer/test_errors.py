"""Every expected error of the three packages is one that a user can act on."""

from __future__ import annotations

import ast
import errno
import importlib
from pathlib import Path

import pytest

from indexer.errors import PhotoError, UserError, concerns_one_photo, is_resource_exhausted

ROOT = Path(__file__).parents[2]


def error_names():
    """Module and name of each class that is called an error."""
    for package in ("indexer", "recognizer", "detector_stub"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and is_expected_error(node):
                    yield ".".join(path.relative_to(ROOT).with_suffix("").parts), node.name


def is_expected_error(node):
    """Those of click end the command line themselves."""
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    return node.name.endswith("Error") and bases and "Protocol" not in bases


NAMES = list(error_names())


def test_there_are_errors_in_all_three_packages():
    assert {module.split(".")[0] for module, _ in NAMES} == {
        "indexer",
        "recognizer",
        "detector_stub",
    }


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_each_error_has_an_exit_code_that_the_command_line_promises(module, name):
    error = getattr(importlib.import_module(module), name)("a message")

    assert isinstance(error, UserError)
    assert error.exit_code in {1, 2, 3, 4, 5, 6}
    assert str(error) == "a message"


@pytest.mark.parametrize("error", [ValueError("x"), OSError(2, "x"), KeyboardInterrupt()])
def test_a_fault_of_the_program_is_no_user_error(error):
    assert not isinstance(error, UserError)


def test_an_error_of_any_package_about_one_photo_lets_the_others_be_read():
    from detector_stub.boxes import DetectorError
    from detector_stub.inference.pretrained import WeightsError

    assert concerns_one_photo(PhotoError("damaged"))
    assert concerns_one_photo(DetectorError("sidecar"))
    assert not concerns_one_photo(WeightsError("missing"))
    assert not concerns_one_photo(ValueError("a bug"))


@pytest.mark.parametrize(
    ("error", "exhausted"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.EMFILE, "files"), True),
        (MemoryError(), True),
        (OSError(errno.EIO, "a damaged disk"), False),
        (ValueError("damaged"), False),
    ],
)
def test_want_of_space_memory_or_handles_is_told_from_damage(error, exhausted):
    assert is_resource_exhausted(error) is exhausted
