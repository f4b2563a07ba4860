"""Python API: search the indexed photos of a home folder.

    import indexer

    with indexer.open() as library:
        for hit in library.search("dijkstra queue", limit=10):
            print(hit.photo, hit.score, [word.text for word in hit.words])

docs/api.md tells the rest. What is not in `__all__` may change with any version. Importing this
package loads and opens nothing: each name is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.bootstrap import ReadOnlyLibrary, open  # noqa: A004 - read as indexer.open
    from indexer.entities import Box, Hit, Match, Photo, Word
    from indexer.errors import (
        CatalogError,
        ConfigError,
        DamageError,
        EngineError,
        OcrsearchError,
        PhotoError,
        UsageError,
    )
    from indexer.reports import StatusReport

__all__ = [
    "Box",
    "CatalogError",
    "ConfigError",
    "DamageError",
    "EngineError",
    "Hit",
    "Match",
    "OcrsearchError",
    "Photo",
    "PhotoError",
    "ReadOnlyLibrary",
    "StatusReport",
    "UsageError",
    "Word",
    "open",
]

_MODULES = {
    "bootstrap": ("ReadOnlyLibrary", "open"),
    "entities": ("Box", "Hit", "Match", "Photo", "Word"),
    "reports": ("StatusReport",),
}
"""Where the names are; all others are in `errors`."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    module = next((module for module, names in _MODULES.items() if name in names), "errors")
    found: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
