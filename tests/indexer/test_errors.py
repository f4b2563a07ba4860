"""Every expected error of the three packages is one that a user can act on."""

from __future__ import annotations

import ast
import errno
import importlib
from pathlib import Path

import pytest

from indexer import errors
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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EACCES, "Permission denied", "/a"), "/a: Permission denied; check its perm"),
        (OSError(errno.ENAMETOOLONG, "File name too long", b"/\xe9"), "too long; give a shorter"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files; close other"),
        (OSError(errno.EAGAIN, "Resource temporarily unavailable"), "ulimit -u"),
        (OSError(errno.ESTALE, "Stale file handle", "/nas/a"), "/nas/a: Stale file handle; check"),
        (OSError(errno.EEXIST, "File exists", "/a"), "/a: File exists; check this path"),
        (MemoryError(), "there is not enough memory; close other programs"),
        (RuntimeError("can't start new thread"), "starts no more threads; close"),
    ],
)
def test_a_refusal_of_the_system_is_a_sentence_with_advice(error, told):
    assert told in errors.told_by_system(error)


@pytest.mark.parametrize("error", [OSError("odd"), OSError(errno.EEXIST, "x"), ValueError("x")])
def test_what_may_be_a_fault_of_the_program_is_no_refusal_of_the_system(error):
    assert errors.told_by_system(error) is None
