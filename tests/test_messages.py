"""All messages of the program: no controls in them, and no names of Python's exceptions."""

from __future__ import annotations

import builtins
import re
from functools import cache

import pytest

from recognizer.files.printable import printable
from tests.messages import messages

pytestmark = pytest.mark.thorough

EXCEPTIONS = {
    name for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}  # fmt: skip

UNEXPECTED = {"indexer/cli/group.py"}
"""Where faults that nobody expected are told; only there the kind of an exception is named."""


@cache
def every_message():
    return list(messages())


def test_the_messages_are_found():
    assert len(every_message()) > 200


def test_no_message_holds_a_control_character():
    # \b is how click is told to keep the lines of a help text
    odd = [
        m for m in every_message() if any(printable(x) != x for x in re.split("[\n\b\t]", m.text))
    ]

    assert odd == []


def test_no_message_names_an_exception_of_python():
    named = [
        m
        for m in every_message()
        if EXCEPTIONS & set(re.findall(r"\w+", re.sub(r"\{.*?\}", "", m.text)))
    ]

    assert named == []


def test_only_what_nobody_expected_is_told_by_the_kind_of_its_exception():
    kinds = re.compile(r"\{(error|e|fault)!r\}|\{.*(type\((error|e)\)|__class__).*\}")
    told = {m.file for m in every_message() if kinds.search(m.text)}

    assert told <= UNEXPECTED
