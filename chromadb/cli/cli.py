"""The entry point of the ``chroma`` command."""

from __future__ import annotations

import typer

from chromadb.cli.run import run
from chromadb.model.version import __version__

app = typer.Typer(
    name="chroma",
    help="A CLI for Chroma",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # In marked-up help, square brackets would be taken for markup.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(
    help="Start a local Chroma server",
    epilog="Settings may also be given in a YAML file (CONFIG_PATH) and as CHROMA_<KEY> in the environment, with a "
    "double underscore between levels: CHROMA_PORT=9000, CHROMA_SQLITEDB__HASH_TYPE=sha256. A flag wins over the "
    "environment, and that over the file.",
)(run)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"chroma {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Read the options that come before the command."""
