"""``chroma run``: start a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from chromadb.cli.banner import banner
from chromadb.cli.settings_file import SettingError, read_settings, remarks_on_environment
from chromadb.server.configuration import ServerConfiguration
from chromadb.server.serve import AddressUnavailableError, serve

_ADDRESS_WITH_FILE = "0.0.0.0"


def run(
    config_path: Annotated[Path | None, typer.Argument(help="YAML file with settings.", show_default=False)] = None,
    config: Annotated[Path | None, typer.Option(help="The same as CONFIG_PATH.", show_default=False)] = None,
    path: Annotated[str | None, typer.Option(help="Directory of the data. [default: ./chroma]")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: localhost]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve the directory. [default: 1]")] = None,
    log_path: Annotated[str | None, typer.Option(help="File for the log, instead of the standard output.")] = None,
    ssl_certfile: Annotated[str | None, typer.Option(help="Certificate (PEM): serve HTTPS.")] = None,
    ssl_keyfile: Annotated[str | None, typer.Option(help="Private key (PEM) of the certificate.")] = None,
    ssl_ca_certs: Annotated[str | None, typer.Option(help="Certificates (PEM) that clients must be signed by.")] = None,
) -> None:
    """Start a server; returns when it has been stopped."""
    flags = {
        "persist_path": path, "listen_address": host, "port": port, "workers": workers, "log_path": log_path,
        "tls.certificate": ssl_certfile, "tls.key": ssl_keyfile, "tls.client_ca": ssl_ca_certs,
    }  # fmt: skip
    given: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    file = _settings_file(config_path, config, given)
    base = ServerConfiguration() if file is None else ServerConfiguration(listen_address=_ADDRESS_WITH_FILE)
    try:
        configuration = read_settings(file, os.environ, base, given)
    except SettingError as error:
        typer.echo(f"Error loading config: {error}", err=True)
        raise typer.Exit(1) from None
    for remark in remarks_on_environment(os.environ):
        typer.echo(f"Warning: {remark}", err=True)
    try:
        serve(configuration, lambda found: typer.echo(banner(found)))
    except (AddressUnavailableError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _settings_file(positional: Path | None, option: Path | None, given: dict[str, Any]) -> Path | None:
    """Return the file of settings that was named; ends the command when it cannot be used."""
    if positional is not None and option is not None:
        raise typer.BadParameter("the settings file is named twice, as CONFIG_PATH and as --config")
    file = positional or option
    for key, flag in (("persist_path", "--path"), ("listen_address", "--host"), ("port", "--port")):
        if file is not None and key in given:
            raise typer.BadParameter(f"the argument '[CONFIG_PATH]' cannot be used with '{flag}'")
    if file is None and os.environ.get("CONFIG_PATH"):
        file = Path(os.environ["CONFIG_PATH"])
    if file is not None and not file.is_file():
        typer.echo(f"Config file {file} does not exist", err=True)
        raise typer.Exit(1)
    return file
