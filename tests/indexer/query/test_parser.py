from __future__ import annotations

import pytest

from indexer.errors import UsageError
from indexer.query.ast import And, Field, Not, Or, Pattern, Phrase, Term, leaves
from indexer.query.parser import parse


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
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text, reason):
    with pytest.raises(UsageError, match=reason):
        parse(text)


def test_negated_words_are_not_looked_for():
    assert leaves(parse("tree NOT java")) == [Term("tree")]
