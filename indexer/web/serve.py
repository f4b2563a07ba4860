"""The server: address, pairing code, and uvicorn until it is stopped."""

from __future__ import annotations

import errno
import logging
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from indexer import home
from indexer.errors import UsageError
from indexer.ocr.photo_file import Limits
from indexer.renditions.renderer import Renderer
from indexer.web.app import make
from indexer.web.devices import Devices
from indexer.web.live_library import LiveLibrary
from indexer.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from indexer.config import Settings

log = logging.getLogger("ocrsearch")

LOOPBACK = "127.0.0.1"

MAX_CONNECTIONS = 100
"""Requests that are answered at a time; more are told to come again."""


def serve(
    settings: Settings, port: int, *, lan: str, names: Sequence[str], version: str, watch: bool
) -> None:
    """Serve the page until SIGTERM or Ctrl-C.

    Args:
        settings: those of the command line.
        port: where to listen.
        lan: address of this machine in a network from which others may look too; "" for none.
        names: further names of this machine, as `host` or `host:port`, that requests may use.
        version: of the program.
        watch: run `ocrsearch watch` meanwhile.

    Raises:
        UsageError: the port is taken, or the address is not one of this machine.
        CatalogError: the home folder cannot be made.
        ConfigError: others can write to it.

    """
    home.make(settings)
    home.check_private(settings)
    with ExitStack() as stack:
        bound = stack.enter_context(closing(_bound(lan or LOOPBACK, port)))
        address = f"http://{lan or LOOPBACK}:{port}"
        library = stack.enter_context(closing(LiveLibrary(settings)))
        limits, kept = Limits.of(settings), settings.home / "renditions"
        renderer = stack.enter_context(
            closing(Renderer(kept, limits, settings.renditions_megabytes))
        )
        devices = Devices(settings.home / "web.json")
        site = Site(settings, address, f"ocrsearch_{port}", library, renderer, devices)
        if lan:
            log.warning(
                "%s: whoever is in this network can see what is sent, the photos too; only paired "
                "devices are answered",
                address,
            )
        log.info("serving %s", address)
        site.announce_code()
        if watch:
            stack.enter_context(_watching(settings))
        app = make(site, allowed_hosts(port, lan, names), version)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            http="h11", ws="none", lifespan="off", limit_concurrency=MAX_CONNECTIONS,
            h11_max_incomplete_event_size=16_384, timeout_graceful_shutdown=3,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[bound])


def allowed_hosts(port: int, lan: str, names: Sequence[str]) -> set[str]:
    """What a request may have in its Host header: whole names, with the port."""
    hosts = [LOOPBACK, "localhost", "[::1]"]
    if lan:
        hosts = [lan, f"{socket.gethostname().lower()}.local"]
    allowed = {f"{host}:{port}" for host in hosts}
    return allowed | {name.lower() for name in names} | {f"{name.lower()}:{port}" for name in names}


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address, port))
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            msg = f"port {port} is taken by another program; choose another with --port"
        else:
            msg = f"cannot listen on {address}, port {port} ({error.strerror}); give --lan an address of this machine"
        raise UsageError(msg) from error
    return made


@contextmanager
def _watching(settings: Settings) -> Iterator[None]:
    """`ocrsearch watch` as a child, which ends with this program."""
    child = subprocess.Popen(  # noqa: S603 - this program
        [sys.executable, "-m", "indexer", "--home", str(settings.home), "watch"]
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()
