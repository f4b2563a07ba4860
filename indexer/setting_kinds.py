"""Kinds of settings: what a value from a file, a variable or an option may be, and what it becomes.

Own code instead of pydantic-settings because every command begins with it: loading that takes a fifth of
the time of a query.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import IN_DELETED_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE = {"1", "on", "t", "true", "y", "yes"}
_FALSE = {"0", "off", "f", "false", "n", "no"}


@dataclass(frozen=True)
class Kind:
    """The kind of a setting."""

    convert: Callable[[object], object]
    """The setting of a value. Raises ValueError with what is wrong, or either of
    ValueError and TypeError without words if the value is not of the kind."""

    wanted: str = ""
    """What may stand for it, in words."""

    is_list: bool = False
    """Whether a variable holds it as JSON."""


def setting(kind: Kind, default: Any) -> Any:  # noqa: ANN401 - as that of `field`
    """A field of a dataclass that holds a setting; a function as its default makes it."""
    metadata = {"kind": kind}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


# numbers --------------------------------------------------------------------------------------


def number(low: float, high: float, *, above: bool = False) -> Kind:
    """A number from `low` to `high`; `above` excludes `low` itself."""

    def convert(value: object) -> float:
        return float(_within(_number(value), low, high, above=above))

    first = f"above {low:g} up to" if above else f"from {low:g} to"
    return Kind(convert, f"a number {first} {high:g}")


def whole(low: int, high: int) -> Kind:
    """A whole number from `low` to `high`."""

    def convert(value: object) -> int:
        found = _within(_number(value), low, high)
        if found != int(found):
            raise ValueError
        return int(found)

    return Kind(convert, f"a whole number from {low} to {high}")


def _number(value: object) -> float:
    """A number as it is, or the one that a text says. True and false are none, though Python's are."""
    if isinstance(value, str):
        for read in (int, float):
            with suppress(ValueError):
                return read(value)
        raise ValueError
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return value


def _within(value: float, low: float, high: float, *, above: bool = False) -> float:
    if not low <= value <= high or (above and value == low):
        raise ValueError
    return value


def _truth(value: object) -> bool:
    if value in (True, False) and isinstance(value, int | float):
        return bool(value)
    said = value.lower() if isinstance(value, str) else None
    if said in _TRUE or said in _FALSE:
        return said in _TRUE
    raise ValueError


TRUTH = Kind(_truth, "true or false")

# texts ----------------------------------------------------------------------------------------


def one_of(*names: str) -> Kind:
    """One of a few names."""

    def convert(value: object) -> str:
        if isinstance(value, str) and value in names:
            return value
        raise ValueError

    return Kind(convert, " or ".join(map(repr, names)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    _check_name(value)
    return value


def _at_home(value: object) -> str:
    """A name, or a file of which `~` is the home of the user; `./english` stays."""
    return os.path.expanduser(_text(value))  # noqa: PTH111 - that of Path would drop `./`


def _suffix(value: object) -> str:
    suffix = _text(value)
    if not suffix.startswith("."):
        msg = f"{suffix!r} must start with a dot, for example '.jpg'"
        raise ValueError(msg)
    return suffix.lower()


def _languages(value: object) -> object:
    if value is None or value in ("auto", "none"):
        return value
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(map(_at_home, value))
    msg = 'give "auto", "none" or a list such as ["en", "fr"]'
    raise ValueError(msg)


def _each(convert: Callable[[object], object]) -> Callable[[object], tuple[object, ...]]:
    """The settings of a list."""

    def converted(value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError
        return tuple(map(convert, value))

    return converted


TEXT = Kind(_text, "a text in quotes")
NAME = Kind(_at_home, "a text in quotes")
NAMES = Kind(_each(_at_home), 'a list such as ["one", "two"]', is_list=True)
SUFFIX_LIST = Kind(_each(_suffix), 'a list such as ["one", "two"]', is_list=True)
LANGUAGES = Kind(_languages, '"auto", "none" or a list', is_list=True)

# paths ----------------------------------------------------------------------------------------


def expanded(path: Path) -> Path:
    """The path with `~` as the home of the user; `~name` stays where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - that of Path raises for such a name


def _path(value: object) -> Path:
    """The path from the root on: the folder that the program was started in may be deleted later."""
    if not isinstance(value, str | Path):
        raise TypeError
    _check_name(Path(value))
    path = expanded(Path(value))
    try:
        return path if path.parts[:1] == ("~",) else path.absolute()
    except OSError as error:
        raise ValueError(IN_DELETED_FOLDER) from error


def _check_name(value: str | Path) -> None:
    """Refuse a name that no file can have, and a path that only a shell would replace. Raises ValueError."""
    if "\0" in str(value):
        msg = "holds a NUL character, which no name can have; remove it"
        raise ValueError(msg)
    first = value.parts[0] if isinstance(value, Path) and value.parts else ""
    if first.startswith("$"):
        msg = f"{first} is not replaced here; write the whole path, or ~ for your home"
        raise ValueError(msg)
    if first.startswith("~") and len(first) > 1 and expanded(Path(first)) == Path(first):
        msg = f"there is no user {first[1:]}; write the whole path"
        raise ValueError(msg)


PATH = Kind(_path, "a path in quotes")
PATHS = Kind(_each(_path), 'a list such as ["~/boards", "/media/notes"]', is_list=True)
