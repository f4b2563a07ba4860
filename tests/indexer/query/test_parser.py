from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import UsageError
from indexer.query.ast import And, Field, Not, Or, Pattern, Phrase, Term, fields, leaves
from indexer.query.date_spans import date_span
from indexer.query.name_patterns import folder_matcher, name_matcher
from indexer.query.parser import parse

PIECES = [*' "()*?؟é:', "tree", "AND ", "OR ", "NOT ", "ANDNOT ", "date:", "2026", "..", "name:"]
"""What the query language is made of."""

MEANING = {"date": date_span, "folder": folder_matcher, "name": name_matcher}


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("queue", Term("queue")),
        ("Queue", Term("queue")),
        ("linked list", And((Term("linked"), Term("list")))),
        ("linked OR list", Or((Term("linked"), Term("list")))),
        ("tree NOT java", And((Term("tree"), Not(Term("java"))))),
        ('"linked list"', Phrase(("linked", "list"))),
        ("linked-list", Phrase(("linked", "list"))),
        ("algo*", Pattern("algo*")),
        ("wom?n", Pattern("wom?n")),
        ("a AND (b OR c)", And((Term("a"), Or((Term("b"), Term("c")))))),
        ("café", Term("cafe")),
        ("*que*", Pattern("*que*")),
        ("name:board* queue", And((Field("name", "board*"), Term("queue")))),
        ('folder:"my notes" queue', And((Field("folder", "my notes"), Term("queue")))),
        ("queue NOT date:2026-03", And((Term("queue"), Not(Field("date", "2026-03"))))),
        ("date: queue", And((Term("date"), Term("queue")))),
        ("tree folder:*", And((Term("tree"), Field("folder", "*")))),
        ("tree NOT name:*", And((Term("tree"), Not(Field("name", "*"))))),
        ("tree ANDNOT name:*", And((Term("tree"), Not(Field("name", "*"))))),
        ("tree name:* name:a", And((Term("tree"), Field("name", "*"), Field("name", "a")))),
        ('tree folder:""', Term("tree")),
        ("tree *", Term("tree")),
        ("tree؟", Term("tree")),
        ("(tree (tree list)) list", And((Term("tree"), Term("list")))),
        ("tree OR (tree OR list)", Or((Term("tree"), Term("list")))),
    ],
)
def test_a_query_is_read_as_people_mean_it(text, node):
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"linked list', "quote"),
        ("(a OR b", "brackets"),
        ("", "at least one word"),
        ("NOT java", "at least one word"),
        ("!?", "at least one word"),
        ("folder:notes", "at least one word"),
        ("date:march queue", "date:march: give a year, month or day"),
        ("date:* queue", "date:\\*: give a year, month or day"),
        ("tree NOT NOT java", "write AND, OR and NOT before or between words"),
        ("tree ANDNOT ANDNOT ", "write AND, OR and NOT before or between words"),
        ("(" * 3000 + "a" + ")" * 3000, "few brackets deep"),
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text, reason):
    with pytest.raises(UsageError, match=reason):
        parse(text)


@settings(max_examples=2000, deadline=None)
@given(st.text(max_size=20) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_a_query_or_a_usage_error(text):
    try:
        node = parse(text)
    except UsageError:
        return
    assert leaves(node)
    for field in fields(node):
        MEANING[field.name](field.value)


def test_negated_words_are_not_looked_for():
    assert leaves(parse("tree NOT java")) == [Term("tree")]
