"""The site: library, renderer, devices and settings, which all endpoints share."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.web.folder_tree import FolderTree
from indexer.web.rate import Rate

if TYPE_CHECKING:
    from indexer.config import Settings
    from indexer.renditions.renderer import Renderer
    from indexer.web.devices import Devices
    from indexer.web.learner import Learner
    from indexer.web.live_library import LiveLibrary
    from indexer.web.watch_process import Watching

log = logging.getLogger("ocrsearch")

MAX_WRONG_CODES, WRONG_SECONDS = 10, 60.0
"""Wrong pairing codes of one peer in so many seconds, after which it has to wait."""

MAX_WRITES, WRITE_SECONDS = 240, 60.0
"""Requests of one device that change something, in so many seconds."""


def _wrong_codes() -> Rate:
    told = "too many wrong codes; wait a minute, then take the code that is shown now"
    return Rate(MAX_WRONG_CODES, WRONG_SECONDS, told)


def _writes() -> Rate:
    return Rate(MAX_WRITES, WRITE_SECONDS, "too many changes at once; wait a minute")


@dataclass
class Site:
    """One running `serve`.

    Attributes:
        settings: those of the command line.
        address: what a browser opens, for example `http://127.0.0.1:8377`.
        cookie: name of the cookie with the token; it carries the port, so that two programs on one
            machine keep theirs apart.
        library: catalog and stores.
        renderer: makes pictures.
        devices: who may look.
        is_local: whether only this machine can look.
        read_only: whether nobody may change anything.
        learner: the process that learns from corrections; None where none can be started.
        watching: the process that reads new photos beside the server, if there is one.

    """

    settings: Settings
    address: str
    cookie: str
    library: LiveLibrary
    renderer: Renderer
    devices: Devices
    is_local: bool = True
    read_only: bool = False
    learner: Learner | None = None
    watching: Watching | None = None
    folders: FolderTree = field(default_factory=FolderTree)
    wrong_codes: Rate = field(default_factory=_wrong_codes)
    writes: Rate = field(default_factory=_writes)

    def announce_code(self) -> None:
        """Print a new pairing code where the program was started, unless one is still valid."""
        if not self.devices.has_code():
            code = self.devices.new_code()
            log.info(
                "to pair a browser, open %s/pair#%s or enter the code %s", self.address, code, code
            )
