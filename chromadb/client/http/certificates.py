"""How a client checks the certificate of its server, and which one it shows itself."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

from chromadb.client.settings import Settings


def verification(settings: Settings, url: str) -> ssl.SSLContext | bool:
    """Return what httpx is to check certificates with; True: by the authorities that it brings, False: not at all.

    url: of the server. Raises ValueError for files that are missing or hold nothing of use, and for a certificate of
    the client where nobody would ask for it.
    """
    certificate, key = settings.chroma_client_ssl_certfile, settings.chroma_client_ssl_keyfile
    verified = _authorities(settings.chroma_server_ssl_verify)
    if certificate is None:
        if key is not None:
            raise ValueError(
                "chroma_client_ssl_keyfile is the key of a certificate: set chroma_client_ssl_certfile, too"
            )
        return verified
    if not url.startswith("https:"):
        raise ValueError("chroma_client_ssl_certfile is shown over HTTPS alone: use ssl=True or a host of https://")
    context = verified if isinstance(verified, ssl.SSLContext) else httpx.create_ssl_context(verify=verified)
    _show(context, certificate, key)
    return context


def _authorities(setting: bool | str | None) -> ssl.SSLContext | bool:
    if setting is None or isinstance(setting, bool):
        return setting is not False
    path = Path(setting)
    if path.is_dir():
        return ssl.create_default_context(capath=setting)
    if not path.is_file():
        raise ValueError(
            f"Expected chroma_server_ssl_verify to be True, False, or a file or directory of certificates, "
            f"got {setting!r}"
        )
    try:
        return ssl.create_default_context(cafile=setting)
    except ssl.SSLError as error:
        raise ValueError(f"chroma_server_ssl_verify={setting!r} holds no certificates: {error}") from error


def _show(context: ssl.SSLContext, certificate: str, key: str | None) -> None:
    for name, path in (("chroma_client_ssl_certfile", certificate), ("chroma_client_ssl_keyfile", key)):
        if path is not None and not Path(path).is_file():
            raise ValueError(f"Expected {name} to be a file (PEM), got {path!r}")
    files = certificate if key is None else f"{certificate} and {key}"
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise ValueError(f"{files} hold no certificate with its key: {error}") from error


def _no_password() -> str:
    # Without this, the program would stop to ask on the terminal.
    raise ValueError("The key of chroma_client_ssl_certfile is encrypted; name a file with the key in plain PEM")
