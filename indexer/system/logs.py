"""Logging to stderr, as text or as JSON objects."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from recognizer.files.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("debug", "info", "warning", "error")
"""Names of the levels, the least important first."""

_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""Attributes of every record; all others were given with `extra`."""


class TextFormatter(logging.Formatter):
    """Time and message on one line, the lines of a stack trace below; file names are escaped."""

    def __init__(self) -> None:
        """Begin each line with the time."""
        super().__init__("%(asctime)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging calls it
        """The line of a record."""
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as logging has it
        """The stack trace of a record."""
        return "\n".join(map(printable, super().formatException(ei).split("\n")))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, message, and the fields given with `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _FIELDS}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(level: str, *, as_json: bool) -> None:
    """Log to stderr messages of `level` and above; replaces an earlier configuration."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("PIL").setLevel(logging.CRITICAL)  # it names no file, and we have the reason


def is_json() -> bool:
    """Whether the log is JSON."""
    handlers = logging.getLogger().handlers
    return any(isinstance(handler.formatter, JsonFormatter) for handler in handlers)


def as_now() -> Callable[[], None]:
    """A function that configures another process like this one; it can be pickled."""
    level = logging.getLevelName(logging.getLogger().level)
    return partial(configure, level, as_json=is_json())
