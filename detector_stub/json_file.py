"""JSON that users and other programs write: sidecar files, and the descriptions of pages."""

from __future__ import annotations

import json

from detector_stub.boxes import DetectorError

_SHOWN = 60
"""Characters of a wrong value that a message shows."""


class NotJsonError(DetectorError):
    """Bytes that are no JSON; says in which line, and does not name the file."""


def parsed(content: bytes) -> object:
    """What JSON in UTF-8, or as its byte order mark says, holds.

    Raises:
        NotJsonError: it is damaged, or nested too deep.

    """
    try:
        held: object = json.loads(content)
    except UnicodeDecodeError as error:
        msg = "not UTF-8"
        raise NotJsonError(msg) from error
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        msg = f"not JSON{line}"
        raise NotJsonError(msg) from error
    return held


def shown(held: object) -> str:
    """A wrong value as a message shows it: in JSON, not all of a long one."""
    return json.dumps(held)[:_SHOWN] if held is not None else "nothing"
