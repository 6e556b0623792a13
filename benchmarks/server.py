"""Measure the server beside the official one, on the same data and machine, one after the other.

    python -m benchmarks.server [--official PATH/TO/chroma] [--rows 100000] [--seconds 10] [--json PATH]

Needs wrk on the path. --official names the `chroma` command of a virtual environment with chromadb==1.5.9; without it
only ours is measured. Both are filled over HTTP with the same vectors of 384 numbers (of 20 latent dimensions); a table
of all figures goes to the standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson

_DIMENSION, _LATENT, _BATCH = 384, 20, 1000
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
_WARMING_SECONDS = 2
"""In which each worker opens the index, before what it does then is measured."""
_JSON = {"content-type": "application/json"}
_OURS = [sys.executable, "-c", "from chromadb.cli.cli import app; app()"]


def body_of_query(vector: Any, where: dict[str, Any] | None) -> bytes:
    body = {"query_embeddings": [vector], "n_results": 10} | ({} if where is None else {"where": where})
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def measured_by_wrk(url: str, bodies: list[bytes], seconds: int) -> dict[str, float]:
    """Return requests per second and latencies in milliseconds at 8 connections."""
    quoted = ",".join(f"[==[{body.decode()}]==]" for body in bodies)
    script = f"""local b = {{{quoted}}}
local i = 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function() i = i % {len(bodies)} + 1; return wrk.format(nil, nil, nil, b[i]) end
done = function(summary, latency)
  local e = summary.errors
  print(string.format("RESULT %d %f %f %f", e.connect + e.read + e.write + e.status + e.timeout,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", file.name, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors, rate, half, most = (float(part) for part in re.findall(r"RESULT (.*)", output)[0].split())
    return {"per second": rate, "p50 ms": half, "p99 ms": most, "errors": errors}


class Server:
    """A server in processes of its own, over one directory."""

    def __init__(self, command: list[str], directory: str, *flags: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        started = time.perf_counter()
        arguments = [*command, "run", "--path", directory, "--host", "127.0.0.1", "--port", str(port), *flags]
        # The official command must not find this checkout before its own package.
        hidden = () if command == _OURS else ("PYTHONPATH",)
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        self.client = httpx.Client(base_url=self.url, timeout=300, headers=_JSON)
        while True:
            try:
                self.client.get("/api/v2/heartbeat").raise_for_status()
                break
            except httpx.TransportError:
                if self.process.poll() is not None:
                    raise SystemExit(f"{command[0]} ended with status {self.process.returncode}") from None
                time.sleep(0.005)
        self.start_seconds = time.perf_counter() - started

    def megabytes(self) -> float:
        """Memory of all its processes: proportional set size, which counts shared pages once."""
        pids = [str(self.process.pid)]
        for pid in pids:
            pids += Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
        return sum(int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0]) for rollup in rollups) / 1024

    def stop(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def held_connections(url: str, path: str, queries: list[bytes], seconds: int) -> dict[str, float]:
    """Return requests and errors of 200 connections that read and write for a while."""

    def one(number: int) -> tuple[int, int]:
        requests = errors = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if requests % 10 == 9:
                body = {"ids": [f"held-{number}"], "embeddings": [[float(number)] * _DIMENSION]}
                target, content = f"{path}/upsert", orjson.dumps(body)
            else:
                target, content = f"{path}/query", queries[(number + requests) % len(queries)]
            requests += 1
            try:
                errors += client.post(target, content=content).status_code >= 300
            except httpx.HTTPError:
                errors += 1
        return requests, errors

    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    with (
        httpx.Client(base_url=url, timeout=60, headers=_JSON, limits=limits) as client,
        ThreadPoolExecutor(200) as pool,
    ):
        found = list(pool.map(one, range(200)))
    return {"requests": sum(count for count, _ in found), "errors": sum(wrong for _, wrong in found)}


def measure(command: list[str], rows: int, seconds: int, held_seconds: int, *, has_workers: bool) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    basis = generator.normal(size=(_LATENT, _DIMENSION)).astype(np.float32)
    queries = generator.normal(size=(200, _LATENT)).astype(np.float32) @ basis
    plain = [body_of_query(query, None) for query in queries]
    filtered = [body_of_query(query, {"tenth": 3}) for query in queries]
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        server = Server(command, directory)
        made = server.client.post(f"{_DATABASE}/collections", json={"name": "things"}).json()
        path = f"{_DATABASE}/collections/{made['id']}"
        spent = 0.0
        for start in range(0, rows, _BATCH):
            numbers = range(start, min(start + _BATCH, rows))
            batch = {
                "ids": [str(number) for number in numbers],
                "embeddings": generator.normal(size=(len(numbers), _LATENT)).astype(np.float32) @ basis,
                "metadatas": [{"tenth": number % 10} for number in numbers],
                "documents": [f"document {number}" for number in numbers],
            }
            content = orjson.dumps(batch, option=orjson.OPT_SERIALIZE_NUMPY)
            began = time.perf_counter()
            server.client.post(f"{path}/add", content=content).raise_for_status()
            spent += time.perf_counter() - began
        found["adds of 1,000, records per second"] = rows / spent
        server.stop()

        server = Server(command, directory)
        found["start to first answer, seconds"] = server.start_seconds
        server.client.post(f"{path}/query", content=plain[0]).raise_for_status()
        found["queries right after the start"] = measured_by_wrk(f"{server.url}{path}/query", plain, seconds)
        found["queries filtered to 10 %"] = measured_by_wrk(f"{server.url}{path}/query", filtered, seconds)
        found["queries"] = measured_by_wrk(f"{server.url}{path}/query", plain, seconds)
        found["memory, MiB"] = server.megabytes()
        found[f"200 connections, {held_seconds} s"] = held_connections(server.url, path, plain, held_seconds)
        found["memory after, MiB"] = server.megabytes()
        server.stop()

        if has_workers:
            server = Server(command, directory, "--workers", "2")
            measured_by_wrk(f"{server.url}{path}/query", plain, _WARMING_SECONDS)
            found["queries, two workers"] = measured_by_wrk(f"{server.url}{path}/query", plain, seconds)
            server.stop()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--official")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement by wrk")
    parser.add_argument("--held-seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    sizes = (arguments.rows, arguments.seconds, arguments.held_seconds)
    results = {"ours": measure(_OURS, *sizes, has_workers=True)}
    if arguments.official is not None:
        results["official"] = measure([arguments.official], *sizes, has_workers=False)
    for item in results["ours"]:
        print(item)
        for name, of_server in results.items():
            shown = of_server.get(item, "-")
            if isinstance(shown, dict):
                shown = ", ".join(f"{part} {value:,.1f}" for part, value in shown.items())
            print(f"    {name:9} {shown if isinstance(shown, str) else f'{shown:,.2f}'}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"cpus": os.cpu_count(), "rows": arguments.rows, **results}, indent=1))


if __name__ == "__main__":
    main()
