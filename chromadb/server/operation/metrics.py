"""The metrics page: the counts of all processes in the text format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from chromadb.auth.guard import Resource
from chromadb.model.version import __version__
from chromadb.server.operation.counts import BUCKETS, Counts, Tally
from chromadb.server.responses import Response
from chromadb.server.route import Call, Route

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")

Sample = tuple[str, Mapping[str, str | int | float], float]
"""Suffix of the name, labels, value."""


def metrics_route(counts: Counts) -> Route:
    """Return the route of the page; where there are credentials, its action is ``system:metrics``."""

    def metrics(call: Call) -> Response:
        """Answer with the metrics."""
        return Response(200, metrics_text(counts), ((b"content-type", CONTENT_TYPE),))

    return Route(
        "GET", "/metrics", "metrics", "System", metrics, str, action="system:metrics", resource=lambda call: Resource()
    )


def metrics_text(counts: Counts) -> bytes:
    """Return the page."""
    tallies = counts.tallies()
    in_flight = counts.in_flight()
    lines = [
        *_family("chroma_build_info", "gauge", "The version of this package.", [("", {"version": __version__}, 1)]),
        *_family("chroma_requests_total", "counter", "Answered requests.", _by_status(tallies)),
        *_family("chroma_request_duration_seconds", "histogram", "From the headers of a request to its answer.",
                 _durations(tallies)),
        *_family("chroma_request_body_bytes_total", "counter", "Bytes of the bodies of requests.",
                 [("", {"operation": name}, tally.received) for name, tally in tallies.items()]),
        *_family("chroma_response_body_bytes_total", "counter", "Bytes of the bodies of answers.",
                 [("", {"operation": name}, tally.sent) for name, tally in tallies.items()]),
        *_family("chroma_limited_requests_total", "counter", "Requests refused with 429, by the limit they met.",
                 [("", {"limit": limit}, count) for limit, count in counts.refusals().items()]),
        *_family("chroma_requests_in_flight", "gauge", "Requests being answered.",
                 [("", {"worker": pid}, count) for pid, count in in_flight.items()]),
        *_family("chroma_worker_resident_memory_bytes", "gauge", "Memory of a process, shared pages included.",
                 _of_processes(in_flight, _resident_bytes)),
        *_family("chroma_worker_cpu_seconds_total", "counter", "Processor time of a process, in user and system mode.",
                 _of_processes(in_flight, _cpu_seconds)),
        *_family("chroma_worker_open_files", "gauge", "Files and sockets that a process has open.",
                 _of_processes(in_flight, _open_files)),
    ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _family(name: str, kind: str, description: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {description}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        shown = ",".join(f'{label}="{content}"' for label, content in labels.items())
        yield f"{name}{suffix}{{{shown}}} {value!r}"


def _by_status(tallies: Mapping[str, Tally]) -> Iterator[Sample]:
    for name, tally in tallies.items():
        for status, count in tally.by_status.items():
            yield "", {"operation": name, "status": status}, count


def _durations(tallies: Mapping[str, Tally]) -> Iterator[Sample]:
    for name, tally in tallies.items():
        counts = list(accumulate(tally.in_buckets))
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
            yield "_bucket", {"operation": name, "le": bound}, count
        yield "_sum", {"operation": name}, tally.seconds
        yield "_count", {"operation": name}, counts[-1]


def _of_processes(pids: Iterable[int], measure: Callable[[int], float]) -> Iterator[Sample]:
    for pid in pids:
        try:
            yield "", {"worker": pid}, measure(pid)
        except OSError:
            continue  # it has ended since


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def _cpu_seconds(pid: int) -> float:
    # The name of the program, in parentheses, may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
