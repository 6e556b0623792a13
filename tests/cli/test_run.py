"""The ``chroma`` command: help, version, and what ``run`` refuses before it starts."""

from __future__ import annotations

import re
import socket
from pathlib import Path

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
    for word in ("--path", "--host", "--port", "--workers", "CONFIG_PATH", "CHROMA_PORT"):
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


@pytest.mark.parametrize("to_file", [False, True])
def test_banner_and_log(tmp_path: Path, to_file: bool) -> None:
    log = tmp_path / "log.txt"
    with running(tmp_path, f"log_path: {log}\n" if to_file else "") as server:
        assert server.stop() == 0
    printed = server.output.read_text()
    assert "Saving data to: " in printed
    assert "Connect to Chroma at: " in printed
    assert "Started worker" in (log.read_text() if to_file else printed)
