"""The smallest changes: each is another program, and none is of what only people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from .draw import FOLDERS, ROOT, drawn
from .operators import changes, is_another_program
from .table import Excepted


def changed(source):
    return {change.applied(source) for change in changes(source)}


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("a < b", "(a <= b)"),
        ("a in b", "(a not in b)"),
        ("a and b", "(a or b)"),
        ("a and b and c", "(a and c)"),
        ("not a", "(a)"),
        ("a + 2", "(a - 2)"),
        ("a + 2", "a + (3)"),
        ("a + 2", "a + (1)"),
        ("a + 2", "a + (0)"),
        ("f(wait=True)", "f(wait=(False))"),
        ("max(a, b)", "(min(a, b))"),
        ("f()", "pass"),
        ("if a:\n    b()", "if (not a):\n    b()"),
        ("[a for a in b if a.c]", "[a for a in b if (not a.c)]"),
        ("for a in b:\n    break", "for a in b:\n    continue"),
        ("def f():\n    return a", "def f():\n    return None"),
        ("if a:\n    raise ValueError('é')", "if a:\n    pass"),
        ("é = 'é'; a.b = é", "é = 'é'; pass"),
    ],
)
def test_an_operator_makes_a_small_change(source, mutant):
    assert mutant in changed(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Three words."""',
        "a = 'text' + b'bytes'",
        "a: dict[int, bool]",
        "def f(a: Literal[3]) -> Literal[True]: ...",
        "if TYPE_CHECKING:\n    a = 3",
        "log.info('%s of %d', a, 3)",
        "a = f'{3 * b}'",
        "def __repr__(self):\n    return 3",
        "for a, b in zip(c, d, strict=True): ...",
    ],
)
def test_what_only_people_and_checkers_read_is_left_alone(source):
    assert changed(source) == set()


def test_an_error_may_go_unnoticed_but_its_message_is_not_changed():
    assert changed("raise ValueError(f'{a} of {3}')") == {"pass"}


def test_a_change_that_is_none_or_does_not_compile_is_no_mutant():
    source = "a = 0\n"
    zero = [change for change in changes(source) if change.operator == "zero"]

    assert [is_another_program(source, change) for change in zero] == [False]


@pytest.mark.thorough
def test_the_same_seed_draws_the_same_mutants_and_no_two_of_one_line():
    one, again, other = (drawn(seed, 12) for seed in (1, 1, 2))

    assert one == again
    assert one != other
    assert len({(mutant.file, mutant.line) for mutant in one}) == 12


@pytest.mark.thorough
def test_a_drawn_mutant_is_of_the_folders_that_must_not_err_and_knows_their_tests():
    for mutant in drawn(3, 12):
        assert mutant.file.startswith(FOLDERS)
        assert mutant.tests
        assert all((ROOT / test).exists() for test in mutant.tests)
        assert mutant.source != Path(ROOT, mutant.file).read_text(encoding="utf-8")


def test_what_is_drawn_of_a_line_does_not_depend_on_other_lines(tmp_path):
    def draw(source):
        (tmp_path / "indexer/ocr").mkdir(parents=True, exist_ok=True)
        (tmp_path / "indexer/ocr/a.py").write_text(source, encoding="utf-8")
        return [mutant.diff(tmp_path).splitlines()[-1] for mutant in drawn(1, 9, tmp_path)]

    before = draw("first = 3 * 4\nsecond = 5 * 6\n")
    after = draw("# a comment\nfirst = 3 * 4\nnew = 7 * 8\nsecond = 5 * 6\n")

    assert [line for line in after if "7" not in line] == before


def test_excepted_lines_are_not_drawn(tmp_path, monkeypatch):
    (tmp_path / "indexer/ocr").mkdir(parents=True)
    (tmp_path / "indexer/ocr/a.py").write_text("LIMIT = 3\nother = 4\n", encoding="utf-8")
    excepted = (Excepted("indexer/ocr/a.py", "^LIMIT", "no promise"),)
    monkeypatch.setattr(drawn.__module__ + ".EXCEPTED", excepted)

    assert {mutant.line for mutant in drawn(1, 9, tmp_path)} == {2}
