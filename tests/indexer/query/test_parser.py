from __future__ import annotations

import pytest
from hypothesis import given, settings

from indexer.errors import UsageError
from indexer.query.ast import And, Field, Not, Or, Pattern, Phrase, Term, fields, leaves
from indexer.query.date_spans import date_span
from indexer.query.name_patterns import folder_matcher, name_matcher
from indexer.query.parser import parse

from .any_text import ANY_TEXT

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
        ('"date:" queue', And((Term("date"), Term("queue")))),
        ("tree folder:*", And((Term("tree"), Field("folder", "*")))),
        ("tree NOT name:*", And((Term("tree"), Not(Field("name", "*"))))),
        ("tree ANDNOT name:*", And((Term("tree"), Not(Field("name", "*"))))),
        ("tree name:* name:a", And((Term("tree"), Field("name", "*"), Field("name", "a")))),
        ("tree *", Term("tree")),
        ("tree؟", Term("tree")),
        ("(tree (tree list)) list", And((Term("tree"), Term("list")))),
        ("tree OR (tree OR list)", Or((Term("tree"), Term("list")))),
        ("tree list OR node", And((Term("tree"), Or((Term("list"), Term("node")))))),
        ("folder:notes", Field("folder", "notes")),
        ("name:a.jpg -tree", And((Field("name", "a.jpg"), Not(Term("tree"))))),
        ("name:IMG(1).jpg tree", And((Field("name", "IMG(1).jpg"), Term("tree")))),
        ("(name:a(1)(2) tree)", And((Field("name", "a(1)(2)"), Term("tree")))),
        ("(tree name:a)", And((Term("tree"), Field("name", "a")))),
        ("(tree)name:a", And((Term("tree"), Field("name", "a")))),
        ("NOT (NOT tree)", Term("tree")),
        ("tree ANDNOT (-list)", And((Term("tree"), Term("list")))),
        (
            "folder:(a OR b) tree",
            And((Or((Field("folder", "a"), Field("folder", "b"))), Term("tree"))),
        ),
        ("(((tree)))", Term("tree")),
        ("tree AND !", Term("tree")),
        ('"AND" tree', And((Term("and"), Term("tree")))),
        ("folder:AND tree", And((Field("folder", "AND"), Term("tree")))),
        ('5"x7"', And((Term("5"), Term("x7")))),
        ('3"-pipe 4"-pipe', And((Phrase(("3", "pipe")), Phrase(("4", "pipe"))))),
        ('"linked list", tree', And((Phrase(("linked", "list")), Term("tree")))),
        ('"linked list"~3', Phrase(("linked", "list"))),
        ("(tree)OR(list)", Or((Term("tree"), Term("list")))),
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
        ("NOT java", "NOT only leaves out what something else finds"),
        ("-java -c", "NOT only leaves out"),
        ("NOT folder:notes", "NOT only leaves out"),
        ("tree OR -java", "NOT only leaves out"),
        ("tree OR NOT name:a", "NOT only leaves out"),
        ("-java OR -c", "NOT only leaves out"),
        ("-(java OR c)", "as in tree NOT java"),
        ("!?", "at least one word"),
        ("date:march queue", "date:march: give a year, month or day"),
        ("date:* queue", "date:\\*: give a year, month or day"),
        ("“!”", "at least one word"),
        (") tree (", "closed that was never opened"),
        ("tree NOT NOT java", "NOT needs a word after it"),
        ("tree NOT -java", "NOT needs a word after it"),
        ("NOT OR tree", "NOT needs a word after it"),
        ("NOT", "NOT needs a word after it"),
        ("tree NOT", "NOT needs a word after it"),
        ("(tree AND) list", "AND needs a word after it"),
        ("tree AND", "AND needs a word after it"),
        ("tree OR", "OR needs a word after it"),
        ("OR tree", "OR needs a word before it"),
        ("(OR tree)", "OR needs a word before it"),
        ("AND", "AND needs a word before it"),
        ("tree AND OR list", "AND needs a word after it"),
        ("tree NOT AND list", "NOT needs a word after it"),
        ("tree ANDNOT ANDNOT ", "ANDNOT needs a word after it"),
        ("tree OR OR list", 'look for the word "or", put it in quotes'),
        ("-java", "NOT only leaves out"),
        ("tree date:2026-02-30", "date:2026-02-30: there is no such date"),
        ("tree date:2026-13", "date:2026-13: there is no such date"),
        ("tree date:0000", "date:0000: there is no such date"),
        ("tree date:2026-02-01..2026-02-29", "there is no such date"),
        ("tree date:2026-03..2026-02", "2026-02 lies before 2026-03"),
        ("tree date:x", "date:x: give a year, month or day"),
        ("tree date:٢٠٢٦", "give a year, month or day"),
        ("(" * 300 + "a" + ")" * 300, "more than 30 brackets within each other"),
        ("a " * 6000, "more than 5,000 characters"),
        (" ".join(f"w{n}" for n in range(700)), "it has 700 words; ask for at most 300"),
        ('"' + "a-b " * 400 + '"', "it has 800 words"),
        ("x" * 201, "has more than 200 letters; shorten it"),
        ("tree NOT " + "*a" * 101, "has more than 200 letters; shorten it"),
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text, reason):
    with pytest.raises(UsageError, match=reason):
        parse(text)


@pytest.mark.parametrize("minus", ["-", "‐", "‑", "–", "−", "－", "﹣"])
@pytest.mark.parametrize(
    ("negated", "part"),
    [
        ("java", Term("java")),
        ('"linked list"', Phrase(("linked", "list"))),
        ("“linked list”", Phrase(("linked", "list"))),
        ("(java OR c)", Or((Term("java"), Term("c")))),
        ("qu*", Pattern("qu*")),
        ("*que*", Pattern("*que*")),
        ("folder:march", Field("folder", "march")),
        ("date:2026-03", Field("date", "2026-03")),
        ("5", Term("5")),
        (".net", Term("net")),
        ("AND", Term("and")),
        ("well-known", Phrase(("well", "known"))),
    ],
)
def test_a_minus_before_a_word_is_a_not(minus, negated, part):
    assert parse(f"tree {minus}{negated}") == And((Term("tree"), Not(part)))
    assert parse(f"({minus}{negated}) tree") == And((Not(part), Term("tree")))
    assert parse(f"b (a OR {minus}{negated})") == And((Term("b"), Or((Term("a"), Not(part)))))


@pytest.mark.parametrize("text", ["tree -", "tree - -", "tree --", "- tree", "tree —"])
def test_a_minus_that_stands_alone_is_a_sign(text):
    assert parse(text) == Term("tree")


def test_a_dash_of_a_sentence_negates_nothing():
    assert parse("tree —list") == And((Term("tree"), Term("list")))


@pytest.mark.parametrize(
    "negated", ["list", '"list"', "(list)", "lis*", "name:list", '"linked list"', "5", "AND"]
)
def test_two_minuses_before_a_word_are_one(negated):
    assert parse(f"tree --{negated}") == parse(f"tree -{negated}")
    assert parse(f"(--{negated}) tree") == parse(f"(-{negated}) tree")


@pytest.mark.parametrize("text", ["tree--list", "tree -- list", "tree ---list"])
def test_other_runs_of_minuses_negate_nothing(text):
    assert leaves(parse(text)) == leaves(parse(text), negated=True)


@pytest.mark.parametrize(
    "mark",
    [
        *("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2061\u2066\u2069\ufeff"),
        *("\ufe0f\ufe0e\U000e0100\u034f\u061c\u180e\u180b\U000e0061"),
    ],
)
def test_what_is_invisible_makes_no_difference(mark):
    for place in (0, 3, 6):
        assert parse(mark.join(["linked"[:place], "linked"[place:]])) == Term("linked")
    assert parse(f"li{mark}nk*") == Pattern("link*")
    assert parse(f"tree A{mark}ND date:20{mark}26") == parse("tree AND date:2026")
    assert parse(f"tree {mark}-{mark}java{mark}") == parse("tree -java")
    assert parse(f'{mark}"linked list"{mark}') == parse('"linked list"')
    assert parse(f"tree folder:ma{mark}rch") == parse("tree folder:march")


@pytest.mark.parametrize(
    "quoted",
    [
        *("“linked list”", "“linked list“", "„linked list“", "„linked list”", "”linked list”"),
        *("«linked list»", "« linked list »", "«\u00a0linked list\u00a0»", "»linked list«"),
        *("»linked list»", "‚linked list‘", "‘linked list’", "‹linked list›", "›linked list‹"),
        *("「linked list」", "『linked list』", "＂linked list＂"),
    ],
)
def test_typographic_quotation_marks_quote(quoted):
    phrase = Phrase(("linked", "list"))
    assert parse(quoted) == phrase
    assert parse(f"tree ({quoted}) OR {quoted}, node") == And((Term("tree"), phrase, Term("node")))
    assert parse(f"tree folder:{quoted}") == parse('tree folder:"linked list"')


@pytest.mark.parametrize("mark", "“”„«»‚‘’‹›「」＂′″")
def test_a_typographic_mark_without_its_other_half_is_a_sign(mark):
    assert parse(f"{mark}linked list") == parse(f"linked {mark}list") == parse("linked list")
    assert parse(f"linked{mark} list") == parse(f"linked list{mark}") == parse("linked list")


@pytest.mark.parametrize("apostrophe", "'’‘ʼ′＇`´")
def test_apostrophes_are_all_alike(apostrophe):
    assert parse(f"don{apostrophe}t ‘stop") == And((Phrase(("don", "t")), Term("stop")))
    assert parse(f"‘don{apostrophe}t stop’") == Phrase(("don", "t", "stop"))


@pytest.mark.parametrize("dash", "-‐‑‒–—−_/.·&+:=~")
def test_signs_within_a_word_make_its_parts_stand_side_by_side(dash):
    assert parse(f"well{dash}known") == Phrase(("well", "known"))


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("*-known", "*known"),
        ("c++*", "c*"),
        ("*.jpg", "*jpg"),
        ("Café*", "cafe*"),
        ("ﬁn*", "fin*"),
        ("ｑｕ*", "qu*"),
        ("qu＊", "qu*"),
        ("a**b", "a*b"),
    ],
)
def test_signs_at_the_ends_of_a_pattern_make_no_difference(typed, pattern):
    assert parse(typed) == Pattern(pattern)


@pytest.mark.parametrize(
    ("typed", "pattern", "apart"),
    [
        ("well-kn*", "wellkn*", ("well", "kn*")),
        ("well–kn*", "wellkn*", ("well", "kn*")),
        ("node.n*", "noden*", ("node", "n*")),
        ("don’t*", "dont*", ("don", "t*")),
        ("snake_c*", "snakec*", ("snake", "c*")),
        ("well-kn?wn", "wellkn?wn", ("well", "kn?wn")),
        ("*n-known", "*nknown", ("*n", "known")),
        ("a.bc.*", "abc*", ("a", "bc")),
        ("x-***-y", "x*y", ("x", "*", "y")),
    ],
)
def test_signs_within_a_pattern_may_part_two_boxes(typed, pattern, apart):
    assert parse(typed) == Or((Pattern(pattern), Phrase(apart)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ｌｉｎｋｅｄ ｌｉｓｔ", "linked list"),
        ("linked\u3000list", "linked list"),
        ("linked\u00a0list", "linked list"),
        ("linked\nlist\0", "linked list"),
        ("（ｔｒｅｅ　OR　ｌｉｓｔ）", "(tree OR list)"),
        ("tree ｆｏｌｄｅｒ：march", "tree folder:march"),
        ("tree date:２０２６－０３", "tree date:2026-03"),
        ("tree date:2026–03", "tree date:2026-03"),
        ("ﬁle ﬂow", "file flow"),
        ("cafe\u0301", "café"),
        ("caf\udce9", "caf"),
        ("tree？", "tree"),
    ],
)
def test_other_forms_of_the_same_letters_ask_for_the_same(typed, meant):
    assert parse(typed) == parse(meant)


def test_names_keep_the_letters_they_were_typed_with():
    assert fields(parse("tree name:ｔａｆｅｌ–1")) == [Field("name", "ｔａｆｅｌ–1")]


def test_a_long_query_is_not_repeated_whole_in_the_message():
    with pytest.raises(UsageError) as refused:
        parse("tree \x1b]0;\n " * 500 + "AND")
    assert len(str(refused.value)) < 250
    assert str(refused.value).isprintable()


def check(text):
    """A query is answered, or refused in one printable sentence."""
    try:
        node = parse(text)
    except UsageError as refused:
        message = str(refused)
    else:
        check_fields(node)
        return
    assert message.isprintable()
    assert len(message) < 500


def check_fields(node):
    assert leaves(node) or fields(node)
    for field in fields(node):
        MEANING[field.name](field.value)


@pytest.mark.thorough
@settings(max_examples=600, deadline=None, derandomize=True)
@given(ANY_TEXT)
def test_any_text_is_a_query_or_is_refused_in_one_sentence(text):
    check(text)


def test_negated_words_are_not_looked_for():
    assert leaves(parse("tree NOT java")) == [Term("tree")]
