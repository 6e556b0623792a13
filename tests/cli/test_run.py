"""The ``chroma`` command: help, version, and what ``run`` refuses before it starts."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from running_server import running
from typer.testing import CliRunner

from chromadb import __version__
from chromadb.cli.cli import app


def invoke(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", **environment})
    return result.exit_code, re.sub(r"\x1b\[[0-9;]*m", "", result.output)


def test_help_and_version() -> None:
    assert invoke("--version") == (0, f"chroma {__version__}\n")
    status, text = invoke("run", "--help")
    assert status == 0
    for word in ("--path", "--host", "--port", "--workers", "CONFIG_PATH", "CHROMA_PORT", "[default: 8000]"):
        assert word in text
    assert "run" in invoke("--help")[1]


def test_unknown_commands_and_flags_are_usage_errors() -> None:
    assert invoke("fly")[0] == 2
    assert invoke("run", "--fly")[0] == 2
    assert invoke("run", "--port", "many")[0] == 2


def test_a_file_excludes_the_flags_that_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "chroma.yaml"
    file.write_text("port: 9000")
    status, text = invoke("run", str(file), "--port", "9001")
    assert status == 2
    assert "--port" in text
    assert invoke("run", str(file), "--config", str(file))[0] == 2


def test_bad_settings_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "chroma.yaml"
    file.write_text("prot: 9000")
    for arguments, environment in ((["run", str(file)], {}), (["run"], {"CONFIG_PATH": str(file)})):
        status, text = invoke(*arguments, **environment)
        assert status == 1
        assert "prot" in text
    assert "does not exist" in invoke("run", str(tmp_path / "none.yaml"))[1]
    assert "port" in invoke("run", "--port", "70000")[1]


def test_an_address_in_use_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, text = invoke("run", "--host", "127.0.0.1", "--port", port, "--path", str(tmp_path / "data"))
    assert status == 1
    assert f"Address 127.0.0.1:{port} is not available" in text
    assert not (tmp_path / "data").exists()


def test_a_log_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    for log in (tmp_path / "none" / "log.txt", tmp_path):
        status, text = invoke("run", "--path", str(tmp_path / "data"), "--log-path", str(log))
        assert status == 1
        assert f"log_path: {log} cannot be written to" in text


def test_more_open_files_than_the_system_lets_it_are_refused(tmp_path: Path) -> None:
    status, text = invoke("run", "--path", str(tmp_path / "data"), CHROMA_SERVER_NOFILE=str(2**40))
    assert status == 1
    assert "server_nofile: 1099511627776 is not accepted; the system lets this process open" in text


@pytest.mark.parametrize("to_file", [False, True])
def test_banner_and_log(tmp_path: Path, to_file: bool) -> None:
    log = tmp_path / "log.txt"
    with running(tmp_path, f"log_path: {log}\n" if to_file else "") as server:
        assert server.stop() == 0
    printed = server.output.read_text()
    assert "Saving data to: " in printed
    assert "Connect to Chroma at: " in printed
    assert "Sign up: https://trychroma.com/signup" in printed
    assert "Started worker" in (log.read_text() if to_file else printed)


@contextmanager
def started(*flags: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``chroma run``, whose output is a pipe, until the block ends."""
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run", *flags]
    # Lines of a pipe arrive as they are written.
    whole = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=whole) as process:
        try:
            yield process
        finally:
            process.terminate()


def await_start(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the address that the banner names, and what was printed until a worker had started."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += re.sub(r"\x1b\[[0-9;]*m", "", line)
        if "Started worker" in line:
            break
    found = re.search(r"Connect to Chroma at: (\S+)", printed)
    assert found is not None, printed
    return found[1], printed


def is_answering(url: str) -> bool:
    with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
        return client.get(f"{url}/api/v2/heartbeat").is_success


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the status of a process that is told to end, and what it still had to print."""
    process.terminate()
    rest, _ = process.communicate()
    return process.returncode, rest


def test_a_port_that_the_system_chooses_is_shown_and_shared_by_the_workers(tmp_path: Path) -> None:
    flags = ("--path", str(tmp_path / "data"), "--host", "127.0.0.1", "--port", "0", "--workers", "2")
    with started(*flags) as process:
        url, printed = await_start(process)
        assert not url.endswith(":0")
        assert f"Listening at: http://127.0.0.1:{url.rpartition(':')[2]}" in printed
        assert is_answering(url)
        assert stop(process)[0] == 0


def test_the_file_that_the_environment_names_and_what_it_says_besides(tmp_path: Path) -> None:
    file = tmp_path / "chroma.yaml"
    file.write_text(f"port: 0\nlisten_address: 127.0.0.1\npersist_path: {tmp_path / 'from-file'}\n")
    environment = {
        "CONFIG_PATH": str(file),
        "CHROMA_PERSIST_PATH": str(tmp_path / "data"),
        "CHROMA_PROT": "1",
        "CHROMA_SERVER_NOFILE": "300",
    }
    with started(**environment) as process:
        url, printed = await_start(process)
        assert f"Saving data to: {tmp_path / 'data'}" in printed
        assert "Warning: CHROMA_PROT in the environment is no setting of a server" in printed
        assert re.search(r"Max open files +300 ", Path(f"/proc/{process.pid}/limits").read_text())
        assert is_answering(url)
        assert stop(process)[0] == 0
    assert (tmp_path / "data" / "chroma.sqlite3").exists()
    assert not (tmp_path / "from-file").exists()


def test_the_log_goes_to_the_file_of_a_flag(tmp_path: Path) -> None:
    log = tmp_path / "chroma.log"
    with started("--path", str(tmp_path / "data"), "--port", "0", "--log-path", str(log)) as process:
        while not log.exists() or "Started worker" not in log.read_text():
            assert process.poll() is None
            time.sleep(0.02)
        status, printed = stop(process)
    assert status == 0
    assert "Sign up" in printed
    assert "Started worker" not in printed
    assert "shutdown completed" in log.read_text()
