"""Mutation operators: the smallest changes of a source file that a test should notice.

What only people read is left alone: docstrings, annotations, messages, log lines, `__repr__`.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
LOGGERS = {"debug", "info", "warning", "error", "exception", "critical"}


@dataclass(frozen=True)
class Change:
    """One change of a source: the bytes from `start` to `end` become `text`."""

    line: int
    operator: str
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        held = source.encode()
        return (held[: self.start] + self.text.encode() + held[self.end :]).decode()


def is_another_program(source: str, change: Change) -> bool:
    """Whether a change leaves something that compiles and differs in more than its form."""
    try:
        after = ast.parse(change.applied(source))
    except SyntaxError:
        return False
    return ast.dump(after) != ast.dump(ast.parse(source))


def changes(source: str) -> list[Change]:
    """Changes of `source` by every operator, in its order."""
    tree = ast.parse(source)
    lines = source.encode().splitlines(keepends=True)
    starts = [0, *accumulate(len(line) for line in lines)]
    found = []
    for node in _mutable(tree):
        for operator, old, new in _mutations(node):
            start = starts[old.lineno - 1] + old.col_offset
            end = starts[old.end_lineno - 1] + old.end_col_offset
            text = ast.unparse(ast.fix_missing_locations(new))
            if isinstance(new, ast.expr):
                text = f"({text})"
            found.append(Change(old.lineno, operator, start, end, text))
    return sorted(found, key=lambda change: (change.start, change.operator, change.text))


def _mutable(node: ast.AST) -> Iterator[ast.AST]:
    """Expressions and statements below `node` whose change changes what the program does."""
    for child in _children(node):
        if _only_read_by_people(child):
            continue
        yield child
        yield from _mutable(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        # a message is no behaviour, and types are checked by mypy
        if name in {"annotation", "returns", "decorator_list", "bases"}:
            continue
        if isinstance(node, ast.Raise) or (name == "value" and _is_type(node)):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":  # a check of the code itself
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child


def _is_type(node: ast.AST) -> bool:
    """Whether an assignment names a type: `Evidence = dict[PhotoId, float]`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Subscript)
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in {"dict", "list", "tuple", "set", "frozenset", "Callable"}
    )


def _only_read_by_people(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_logging(node.value)
    if isinstance(node, ast.FunctionDef):
        return node.name == "__repr__"
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _is_logging(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOGGERS
        and isinstance(node.func.value, ast.Name)
        and "log" in node.func.value.id.lower()
    )


def _mutations(node: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Names of operators, what each of them replaces, and by what."""
    for test in _tests(node):
        yield "condition negated", test, ast.UnaryOp(ast.Not(), test)
    for operator, new in (*_of_conditions(node), *_of_values(node), *_of_statements(node)):
        yield operator, node, new


def _tests(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with other fields."""
    fresh = copy.copy(node)
    for name, value in fields.items():
        setattr(fresh, name, value)
    return fresh


def _of_conditions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield "another comparison", _with(node, ops=[COMPARISONS[type(op)]()])
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and for or", _with(node, op=other)
            for left_out in range(len(values)):
                rest = values[:left_out] + values[left_out + 1 :]
                whole = _with(node, values=rest) if len(rest) > 1 else rest[0]
                yield "a condition less", whole
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", node.operand


def _of_values(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BinOp(op=op) if type(op) in ARITHMETIC and not _is_text(node):
            yield "another operation", _with(node, op=ARITHMETIC[type(op)]())
        case ast.Constant(value=bool(value)):
            yield "true for false", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "one more", ast.Constant(value + 1)
            yield "one less", ast.Constant(value - 1)
            yield "zero", ast.Constant(0)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            yield f"{FUNCTIONS[name]} for {name}", _with(node, func=ast.Name(FUNCTIONS[name]))


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )


def _of_statements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            yield "left out", ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "left out", ast.Pass()
        case ast.Break():
            yield "continue for break", ast.Continue()
        case ast.Continue():
            yield "break for continue", ast.Break()
            yield "left out", ast.Pass()
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield "nothing returned", ast.Return(ast.Constant(None))
            if isinstance(value, ast.List | ast.ListComp):
                yield "an empty list", ast.Return(ast.List([]))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
