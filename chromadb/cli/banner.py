"""What ``chroma run`` prints before it serves."""

from __future__ import annotations

from chromadb.server.configuration import ServerConfiguration

_BLUE, _RED, _YELLOW, _OFF, _BOLD = "\x1b[38;5;069m", "\x1b[38;5;203m", "\x1b[38;5;220m", "\x1b[0m", "\x1b[1m"
_LOGO = (
    f"    {_BLUE}.-###-.{_RED} .-(((-.{_OFF}",
    f"   {_BLUE}#########{_YELLOW}#{_RED}((((((({_OFF}",
    f"  {_BLUE}#########{_YELLOW}###{_RED}((((((({_OFF}",
    f"   {_BLUE}#######{_YELLOW}#####{_RED}(((((({_OFF}",
    f"    {_BLUE}'-###-'{_YELLOW}'#{_RED}'-(((-'{_OFF}",
)


def banner(configuration: ServerConfiguration) -> str:
    """Return the logo, where the data lies and how to connect."""
    scheme = "http" if configuration.tls is None else "https"
    lines = (
        "",
        *_LOGO,
        "",
        f"Saving data to: {_BOLD}{configuration.persist_path}{_OFF}",
        f"Connect to Chroma at: {_BOLD}{scheme}://localhost:{configuration.port}{_OFF}",
        "Getting started guide: https://docs.trychroma.com/docs/overview/getting-started",
        "",
        "\N{CLOUD}\N{VARIATION SELECTOR-16} To deploy your DB - try Chroma Cloud!",
        "- Sign up: https://trychroma.com/signup",
        "",
    )
    return "\n".join(lines)
