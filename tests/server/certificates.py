"""Certificates for tests, made by openssl; who asks for one is skipped where that is not installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def _run(*command: str | Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    subprocess.run(["openssl", *command], check=True, capture_output=True)


def authority(directory: Path) -> tuple[Path, Path]:
    """Return certificate and key of a server on this machine, which signs itself and may sign others."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", names)
    _run(*new, "-keyout", key, "-out", certificate)
    return certificate, key


def signed_by(authority: Path, authority_key: Path) -> tuple[Path, Path]:
    """Return certificate and key of a client."""
    request, certificate, key = (authority.parent / f"client.{suffix}" for suffix in ("csr", "pem", "key"))
    extensions = authority.parent / "client.ext"
    extensions.write_text("basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n")
    _run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=client", "-keyout", key, "-out", request)
    sign = ("x509", "-req", "-days", "2", "-CA", authority, "-CAkey", authority_key, "-CAcreateserial")
    _run(*sign, "-extfile", extensions, "-in", request, "-out", certificate)
    return certificate, key
