"""The server: address, pairing code, and uvicorn until it is stopped."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import ssl
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from indexer import home
from indexer.errors import CatalogError, UsageError
from indexer.renditions.renderer import Renderer
from indexer.web.app import make
from indexer.web.daily_copy import DailyCopy
from indexer.web.devices import Devices
from indexer.web.learner import Learner
from indexer.web.live_library import LiveLibrary
from indexer.web.site import Site
from indexer.web.watch_process import Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from indexer.config import Settings

log = logging.getLogger("ocrsearch")

LOOPBACK = ("127.0.0.1", "::1")

ANY = ("0.0.0.0", "::")  # noqa: S104 - only where a user asks for it
"""Addresses that stand for all of a machine."""

MAX_CONNECTIONS = 1000
"""Connections that are open at a time; the guard bounds the requests."""

MAX_HEADERS = 16_384
"""Bytes of the headers of a request."""


@dataclass(frozen=True)
class Listening:
    """Where to listen, and by which names.

    Attributes:
        port: of TCP.
        lan: address of this machine in a network from which others may look too; "" for none.
        names: further names of this machine, as `host` or `host:port`, that requests may use.
        certificate: PEM file, for TLS; None for none.
        key: PEM file of its key; None if it is in the certificate's.

    """

    port: int
    lan: str = ""
    names: Sequence[str] = ()
    certificate: Path | None = None
    key: Path | None = None

    def check(self) -> None:
        """Check what can be checked before anything is opened.

        Raises:
            UsageError: there is no name to reach all addresses by, or no TLS with these files.

        """
        if self.lan in ANY and not self.names:
            msg = (
                f"--lan {self.lan} listens on every address of this machine, so name the one that "
                "browsers will use: --allow-host 192.168.1.20, or --allow-host NAME"
            )
            raise UsageError(msg)
        if self.key and not self.certificate:
            msg = f"--tls-key {self.key}: give its certificate too, with --tls-cert"
            raise UsageError(msg)
        if self.certificate:
            try:
                ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                    self.certificate, self.key
                )
            except OSError as error:  # that of ssl is one
                files = " and ".join(str(file) for file in (self.certificate, self.key) if file)
                said = error.strerror or "no such certificate"
                msg = f"{files}: no certificate with its key ({said}); give files in PEM form"
                raise UsageError(msg) from error

    @property
    def address(self) -> str:
        """What a browser opens."""
        host = self.names[0] if self.lan in ANY else _bracketed(self.lan or LOOPBACK[0])
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{host if _has_port(host) else f'{host}:{self.port}'}"

    @property
    def hosts(self) -> set[str]:
        """What a request may have in its Host header: whole names, with the port."""
        own = [_bracketed(address) for address in LOOPBACK] + ["localhost"]
        if self.lan:
            own = [] if self.lan in ANY else [_bracketed(self.lan.lower())]
            own.append(f"{socket.gethostname().lower()}.local")
        names = [name.lower() for name in self.names]
        return {f"{host}:{self.port}" for host in [*own, *names] if not _has_port(host)} | {*names}

    def bound(self) -> list[socket.socket]:
        """Sockets that are bound there. Raises UsageError where that cannot be."""
        if self.lan:
            return [_bound(self.lan, self.port)]
        sockets = [_bound(LOOPBACK[0], self.port)]
        try:
            sockets.append(_bound(LOOPBACK[1], self.port))
        except UsageError as error:
            if getattr(error.__cause__, "errno", None) == errno.EADDRINUSE:
                sockets[0].close()
                raise
            log.debug("%s", error)  # a machine without IPv6
        return sockets


@dataclass(frozen=True)
class Beside:
    """What starts processes beside the server.

    Attributes:
        learn: starts one that learns from corrections, and prints into `settings.learning_log`;
            None if nothing can be learned.
        watch: starts one that reads new photos; None if nothing is to be read.

    """

    learn: Callable[[], BaseProcess] | None = None
    watch: Callable[[], BaseProcess] | None = None


ALONE = Beside()
"""No other process."""


def serve(
    settings: Settings,
    listening: Listening,
    beside: Beside = ALONE,
    *,
    version: str,
    read_only: bool = False,
) -> None:
    """Serve the page until SIGTERM or Ctrl-C.

    Args:
        settings: those of the command line.
        listening: where to listen.
        beside: what starts other processes.
        version: of the program.
        read_only: whether nobody may change anything.

    Raises:
        UsageError: the port is taken, or the address is not one of this machine; see Listening.
        CatalogError: the home folder cannot be made.
        ConfigError: others can write to it.

    """
    listening.check()
    home.make(settings)
    home.check_private(settings)
    with ExitStack() as stack:
        sockets = [stack.enter_context(closing(bound)) for bound in listening.bound()]
        site = _site(settings, listening, stack, read_only=read_only)
        _announce(site, listening)
        stack.enter_context(closing(DailyCopy(settings)))
        if beside.learn:
            learner = Learner(beside.learn, settings.learning_log)
            site.learner = stack.enter_context(closing(learner))
        if beside.watch:
            site.watching = stack.enter_context(closing(Watching(beside.watch)))
        config = uvicorn.Config(
            make(site, listening.hosts, version),
            log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            http="h11", ws="none", lifespan="off", limit_concurrency=MAX_CONNECTIONS,
            h11_max_incomplete_event_size=MAX_HEADERS, timeout_graceful_shutdown=3,
            ssl_certfile=listening.certificate, ssl_keyfile=listening.key,
        )  # fmt: skip
        stack.enter_context(_signals_taken())
        uvicorn.Server(config).run(sockets=sockets)


def _site(settings: Settings, listening: Listening, stack: ExitStack, *, read_only: bool) -> Site:
    library = stack.enter_context(closing(LiveLibrary(settings)))
    try:
        settings.renditions.mkdir(mode=0o700, exist_ok=True)  # from now on, thumbnails are kept
    except OSError as error:
        msg = f"{settings.renditions}: cannot be made ({error.strerror})"
        raise CatalogError(msg) from error
    renderer = stack.enter_context(closing(Renderer.of(settings)))
    return Site(
        settings,
        listening.address,
        f"ocrsearch_{listening.port}",
        library,
        renderer,
        Devices(settings.home / "web.json"),
        is_local=not listening.lan,
        read_only=read_only,
    )


def _announce(site: Site, listening: Listening) -> None:
    """Say where the page is, and in a network what that means."""
    if listening.lan and not listening.certificate:
        log.warning(
            "%s: not encrypted; whoever listens in this network gets the photos that are looked at, "
            "and can do what your devices may. Use --tls-cert, or a proxy with TLS",
            site.address,
        )
    who = "this machine" if site.is_local else "the network"
    log.info("serving %s to paired devices of %s", site.address, who)
    site.announce_code()


@contextmanager
def _signals_taken() -> Iterator[None]:
    """Take the signals that uvicorn raises again once it has ended: what was opened is closed then."""
    before = {n: signal.signal(n, lambda *_: None) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _bracketed(host: str) -> str:
    """A host as addresses of the web have it."""
    return f"[{host}]" if ":" in host else host


def _has_port(host: str) -> bool:
    _, colon, port = host.rpartition("]")[2].rpartition(":")
    return bool(colon) and port.isdecimal()


def _bound(address: str, port: int) -> socket.socket:
    try:
        [(family, kind, _, _, place), *_] = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM
        )
        made = socket.socket(family, kind)
    except OSError as error:
        raise _cannot_listen(address, port, error) from error
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address not in ANY))
        made.bind(place)
        made.listen()  # who opens the address that is printed waits until uvicorn has started
    except OSError as error:
        made.close()
        raise _cannot_listen(address, port, error) from error
    return made


def _cannot_listen(address: str, port: int, error: OSError) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(f"port {port} is taken by another program; choose another with --port")
    msg = f"cannot listen on {address}, port {port} ({error.strerror}); give --lan an address of this machine"
    return UsageError(msg)
