"""How the parts of a query bind, fields with and without values, patterns in quotes."""

from __future__ import annotations

import re

import pytest

from indexer.errors import UsageError
from indexer.query.ast import And, Field, Not, Or, Pattern, Phrase, Term, fields, leaves
from indexer.query.parser import parse

X, Y, Z = Term("x"), Term("y"), Term("z")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("x y OR z", And((X, Or((Y, Z))))),
        ("x OR y z", And((Or((X, Y)), Z))),
        ("x NOT y OR z", And((X, Or((Not(Y), Z))))),
        ("x OR y NOT z", And((Or((X, Y)), Not(Z)))),
        ("x OR NOT y z", And((Or((X, Not(Y))), Z))),
        ("x OR y OR z", Or((X, Y, Z))),
        ("(x y) OR z", Or((And((X, Y)), Z))),
        ("x OR y OR z x", And((Or((X, Y, Z)), X))),
        ("x (y OR z) x", And((X, Or((Y, Z))))),
        ("x OR y x OR z", And((Or((X, Y)), Or((X, Z))))),
        ('"x y" z OR x', And((Phrase(("x", "y")), Or((Z, X))))),
        ("x OR y name:a", And((Or((X, Y)), Field("name", "a")))),
    ],
)
def test_a_gap_is_the_same_as_and_and_or_binds_tighter(text, node):
    written_out = re.sub(r'(?<!OR) (?!OR|y\b["\)])', " AND ", text).replace("NOT AND", "NOT")

    assert parse(text) == node
    assert parse(written_out) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("x ANDNOT y", And((X, Not(Y)))),
        ("x y ANDNOT z", And((X, Y, Not(Z)))),
        ("x ANDNOT y z", And((X, Not(Y), Z))),
        ("x ANDNOT y OR z", And((X, Not(Or((Y, Z)))))),
        ("x OR y ANDNOT z", And((Or((X, Y)), Not(Z)))),
        ("x ANDNOT y ANDNOT z", And((X, Not(Y), Not(Z)))),
    ],
)
def test_andnot_leaves_out_all_alternatives_behind_it(text, node):
    assert parse(text) == node


@pytest.mark.parametrize(
    "name", ["folder", "Folder", "FOLDER", "fOLDER", "ｆｏｌｄｅｒ", "Ｆｏｌｄｅｒ"]
)
@pytest.mark.parametrize("before", ["", "-", "NOT ", "x OR ", "("])
def test_names_of_fields_may_be_written_in_capitals(name, before):
    text = f"y {before}{name}:March" + ")" * before.count("(")

    assert parse(text) == parse(text.replace(name, "folder"))
    assert fields(parse(text)) == [Field("folder", "March")]
    assert fields(parse("x Name:a Date:2026")) == [Field("name", "a"), Field("date", "2026")]
    assert parse(f"x {name}") == And((X, Term("folder")))


@pytest.mark.parametrize("name", ["date", "folder", "name", "Date", "NAME"])
@pytest.mark.parametrize(
    "text",
    [
        "{}:", "{}: 2026", "x {}: 2026", "x {}:", "({}:) x", "x NOT {}:", "x -{}: 2026", "{}:\u00a02026", "x {} : 2026",
        "x {} :2026", 'x {}:""', 'x {}:"  "', "x {}:()", "x {}:( )", "x {}:“”", "x {}:\u200b", "x OR {}:\n",
        "x {}：", "x {}：\u30002026", "{}: 2026 OR x", "{}:\tx",
    ],
)  # fmt: skip
def test_a_field_without_a_value_is_refused_by_its_name(name, text):
    field = name.lower()

    with pytest.raises(UsageError, match=f"{field}: needs a value right behind its colon") as said:
        parse(text.format(name))
    assert f'to look for the word "{field}", put it in quotes' in str(said.value)


@pytest.mark.parametrize("text", ["update: x", "x filename:", "x my-date: y", "“date: x”", "x: y"])
def test_a_word_that_only_ends_like_a_field_is_a_word(text):
    assert leaves(parse(text))
    assert not fields(parse(text))


@pytest.mark.parametrize(
    ("quoted", "node"),
    [
        ("garden tab*", Phrase(("garden", "tab*"))),
        ("gard* table", Phrase(("gard*", "table"))),
        ("*den table", Phrase(("*den", "table"))),
        ("gar*en *abl*", Phrase(("gar*en", "*abl*"))),
        ("gard?n table", Phrase(("gard?n", "table"))),
        ("?arden table", Phrase(("?arden", "table"))),
        ("garde? table", Phrase(("garde?", "table"))),
        ("Gärd* TAB*", Phrase(("gard*", "tab*"))),
        ("garden * table", Phrase(("garden", "*", "table"))),
        ("garden * * table", Phrase(("garden", "*", "*", "table"))),
        ("garden, *, table", Phrase(("garden", "*", "table"))),
        ("* table", Term("table")),
        ("garden *", Term("garden")),
        ("tab*", Pattern("tab*")),
        ("*", None),
        ("?", None),
        ("well-kn* name", Phrase(("well", "kn*", "name"))),
        ("c++* code", Phrase(("c*", "code"))),
        ("a *.jpg", Phrase(("a", "*jpg"))),
        ("x-*-y z", Phrase(("x*y", "z"))),
        ("a**b c", Phrase(("a*b", "c"))),
        ("qu＊ x", Phrase(("qu*", "x"))),
        ("where is it ?", Phrase(("where", "is", "it"))),
        ("really ? yes", Phrase(("really", "yes"))),
        ("where is it？", Phrase(("where", "is", "it"))),
        ("where* is it？", Phrase(("where*", "is", "it"))),
        ("is it?", Or((Phrase(("is", "it")), Phrase(("is", "it?"))))),
        ("garden tabl?", Or((Phrase(("garden", "tabl")), Phrase(("garden", "tabl?"))))),
        ("is it?!", Or((Phrase(("is", "it")), Phrase(("is", "it?"))))),
    ],
)
def test_patterns_in_quotes_stand_side_by_side_with_words(quoted, node):
    expected = X if node is None else And((X, node))

    assert parse(f'x "{quoted}"') == parse(f"x “{quoted}”") == expected
    assert node is None or parse(f'x -"{quoted}"') == And((X, Not(node)))
