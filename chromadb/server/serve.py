"""Running a server: the processes, their sockets, TLS, signals."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ctypes import CDLL, c_double
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian.constants import Interfaces, Loops, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from chromadb.auth.guard import guard_from
from chromadb.server.application import Application
from chromadb.server.configuration import ServerConfiguration, TlsConfiguration
from chromadb.server.operation.logs import log_settings
from chromadb.telemetry.exporting import check_tracing

_STOP_SECONDS = 30
"""How long a worker that is told to stop may take beyond the wait for a body, until it is killed."""

_LONGEST_STOP_SECONDS = 24 * 60 * 60

_POLL_SECONDS = 0.01

_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""

_HEADERS_BYTES = 64 * 1024
"""Of one request over HTTP/2, of which one connection may begin many at a time."""


class AddressUnavailableError(Exception):
    """The address cannot be listened on."""


class _Server(MPServer):
    """Gives each worker its processors, stops all, and tells them when that began.

    stopped_at: that moment, shared with them.
    """

    stopped_at: c_double

    def _spawn_worker(self, idx: Any, target: Any, callback_loader: Any, *args: Any) -> Any:
        on_its_own = partial(_on_its_processors, idx, self.workers, callback_loader)
        return super()._spawn_worker(idx, target, on_its_own, *args)

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        self.stopped_at.value = min(self.stopped_at.value, time.monotonic())
        for worker in self.wrks:
            # One that hears of the signal itself may end before it is told to.
            worker.interrupt_by_parent = True
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    def _stop_workers(self) -> None:
        # Granian, of which a thread waits for each worker too, may take one that has just ended for alive, and kill it.
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        latest = time.monotonic() + (self.workers_kill_timeout or 0)
        alive = list(self.wrks)
        while alive and time.monotonic() < latest:
            time.sleep(_POLL_SECONDS)
            alive = [worker for worker in alive if worker.is_alive()]  # type: ignore[no-untyped-call]
        self.workers_kill_timeout = 1
        super()._stop_workers()  # type: ignore[no-untyped-call]


def serve(configuration: ServerConfiguration, announce: Callable[[ServerConfiguration], None]) -> None:
    """Serve until SIGTERM or SIGINT; running requests are then finished and the database is closed.

    announce: is told before the start what is served, with the port that is listened on.
    Raises AddressUnavailableError, and ValueError for authentication, traces, TLS, a log or a number of open files that
    cannot be set up, before anything is started.
    """
    if (trial := guard_from(configuration.auth)) is not None:
        trial.close()
    if configuration.tracing is not None:
        check_tracing(configuration.tracing)
    if configuration.tls is not None:
        _check_tls(configuration.tls)
    if configuration.log_path is not None:
        _check_log(configuration.log_path)
    if configuration.open_files is not None:
        _limit_open_files(configuration.open_files)
    with _reserved(configuration) as (address, port):
        announced = replace(configuration, port=port)
        announce(announced)
        _serve_at(address, announced)


def _serve_at(address: str, configuration: ServerConfiguration) -> None:
    tls = configuration.tls
    # Queries run beside one another, one to a thread; a team of threads in each would only have them wait.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    server = _Server(
        "chromadb.server",
        address=address,
        port=configuration.port,
        interface=Interfaces.ASGI,
        workers=configuration.workers,
        loop=Loops.auto,
        websockets=False,
        http1_settings=HTTP1Settings(keep_alive=True, header_read_timeout=30_000),
        # A client that no longer answers to a ping is let go.
        http2_settings=HTTP2Settings(max_headers_size=_HEADERS_BYTES, keep_alive_interval=30_000),
        log_enabled=True,
        log_level=LogLevels(configuration.log_level),
        log_dictconfig=log_settings(configuration.log_format, configuration.log_level, configuration.log_path),
        ssl_cert=None if tls is None else tls.certificate,
        ssl_key=None if tls is None else tls.key,
        ssl_protocol_min=SSLProtocols.tls12,
        ssl_ca=None if tls is None else tls.client_ca,
        ssl_client_verify=tls is not None and tls.client_ca is not None,
        workers_kill_timeout=math.ceil(min(configuration.body_timeout_seconds + _STOP_SECONDS, _LONGEST_STOP_SECONDS)),
        respawn_failed_workers=configuration.workers > 1,
    )
    server.stopped_at = multiprocessing.RawValue(c_double, math.inf)
    with ExitStack() as stack:
        counts = None
        if configuration.metrics and configuration.workers > 1:
            counts = Path(stack.enter_context(TemporaryDirectory(prefix="chroma-counts-")))
        server.serve(target_loader=partial(_application, configuration, counts, server.stopped_at), wrap_loader=False)


def _application(configuration: ServerConfiguration, counts: Path | None, stopped_at: c_double) -> Application:
    _stop_without_parent()
    return Application(configuration, guard_from(configuration.auth), counts, lambda: stopped_at.value)


def _on_its_processors(number: int, workers: int, load: Callable[[], Application]) -> Application:
    """Load the application in a worker that keeps to its share of the processors.

    Two threads of one interpreter on two processors wake each other time and again to take turns; on its own one,
    each of two workers answered 60 % more queries.
    """
    processors = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
    if 1 < workers <= len(processors):
        first, stop = (one * len(processors) // workers for one in (number, number + 1))
        os.sched_setaffinity(0, processors[first:stop])
    return load()


def _stop_without_parent() -> None:
    """Have the system stop this worker once the process that started it is gone, however that ended; on Linux."""
    # Until it has handlers of its own, it has those of the process that started it, which would not end it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():
        sys.exit("the process that started this worker is gone")


def _check_tls(tls: TlsConfiguration) -> None:
    """Raise ValueError for files that hold no certificates, or no key that fits."""
    for key, file in (("tls.certificate", tls.certificate), ("tls.client_ca", tls.client_ca)):
        if file is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(file)
            except OSError as error:
                raise ValueError(f"{key}: {file} holds no certificates in PEM that can be read: {error}") from None
    try:
        # Without a password, the terminal would be asked for that of an encrypted key.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key, password="")
    except OSError as error:
        raise ValueError(
            f"tls.key: {tls.key} holds no unencrypted private key in PEM that belongs to tls.certificate: {error}"
        ) from None


def _check_log(path: Path) -> None:
    """Raise ValueError for a file that cannot be written to."""
    try:
        path.open("a").close()
    except OSError as error:
        raise ValueError(f"log_path: {path} cannot be written to: {error.strerror}") from None


def _limit_open_files(most: int) -> None:
    """Let this process and its workers open so many files; raises ValueError for more than the system lets them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and most > hard:
        raise ValueError(
            f"server_nofile: {most} is not accepted; the system lets this process open {hard} files at most"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@contextmanager
def _reserved(configuration: ServerConfiguration) -> Iterator[tuple[str, int]]:
    """Return the IP address and the port to listen on, which for 0 is one that is kept free meanwhile.

    Raises AddressUnavailableError.
    """
    host, port = configuration.listen_address, configuration.port
    unavailable = AddressUnavailableError(f"Address {host}:{port} is not available")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    except (OSError, UnicodeError):
        raise unavailable from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            # Every worker binds the port beside this socket, which thus may keep one that the system chose.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if port else socket.SO_REUSEPORT, 1)
            probe.bind(address)
        except OSError:
            raise unavailable from None
        chosen = int(probe.getsockname()[1])
        if port:
            probe.close()
        yield str(address[0]), chosen
