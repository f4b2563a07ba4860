"""The site: library, renderer, devices and settings, which all endpoints share."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.web.guard import Failures

if TYPE_CHECKING:
    from indexer.config import Settings
    from indexer.renditions.renderer import Renderer
    from indexer.web.devices import Devices
    from indexer.web.live_library import LiveLibrary

log = logging.getLogger("ocrsearch")


@dataclass
class Site:
    """One running `serve`.

    Attributes:
        settings: those of the command line.
        address: what a browser opens, for example `http://127.0.0.1:8377`.
        cookie: name of the cookie with the token; it carries the port, so that two programs on one
            machine keep theirs apart.

    """

    settings: Settings
    address: str
    cookie: str
    library: LiveLibrary
    renderer: Renderer
    devices: Devices
    failures: Failures = field(default_factory=Failures)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can look."""
        return "//127.0.0.1:" in self.address

    def announce_code(self) -> None:
        """Print a new pairing code where the program was started, unless one is still valid."""
        if not self.devices.has_code():
            code = self.devices.new_code()
            log.info(
                "to pair a browser, open %s/pair#%s or enter the code %s", self.address, code, code
            )
