"""Print every message of the program, read from its source: `python -m tests.messages`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = ("indexer", "recognizer", "detector_stub")

_SINKS = {"debug", "info", "warning", "error", "exception", "echo", "say", "fail", "write"}
_KEYWORDS = {"help", "short_help", "desc"}


class Message(NamedTuple):
    """A text that a user may see; what is filled in stands in braces, as in the source."""

    file: str
    line: int
    text: str


def messages() -> Iterator[Message]:
    """All texts of errors, logs, output and help."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                for text in _texts(node):
                    yield Message(str(path.relative_to(ROOT)), node.lineno, text)


def _texts(node: ast.AST) -> Iterator[str]:
    values: list[ast.expr] = []
    match node:
        case ast.Assign(targets=[ast.Name(id="msg" | "text" | "advice" | "fault")], value=value):
            values = [value]
        case ast.Raise(exc=ast.Call(args=arguments)):
            values = list(arguments)
        case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name in _SINKS:
            values = list(arguments)
    if isinstance(node, ast.Call):
        values += [k.value for k in node.keywords if k.arg in _KEYWORDS]
    if isinstance(node, ast.FunctionDef) and "command" in "".join(
        map(ast.dump, node.decorator_list)
    ):
        values.append(ast.Constant(ast.get_docstring(node, clean=False) or ""))
    for value in values:
        if text := _text(value):
            yield text


def _text(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue():
            return (
                "{"
                + ast.unparse(value.value)
                + (f"!{chr(value.conversion)}" if value.conversion > 0 else "")
                + "}"
            )
        case ast.BinOp(left=left, right=right):
            return _text(left) + _text(right)
        case ast.IfExp(body=body, orelse=orelse):
            return " | ".join(filter(None, (_text(body), _text(orelse))))
    return ""


if __name__ == "__main__":
    for message in messages():
        print(f"{message.file}:{message.line}: {message.text}")  # noqa: T201 - printing is all it does
