"""Where a server is: from host, port and the rest to the URL of its interface."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import unquote, urlsplit

DEFAULT_PATH = "/api/v2"


def resolve_url(host: str, ssl: bool | None = False, default_api_path: str = DEFAULT_PATH, port: int = 8000) -> str:
    """Return the URL below which a server's calls are.

    host: a name or address, to which the port belongs; or a URL, which may have a port (``port`` then has no effect)
    and the path of a proxy, to which ``default_api_path`` is added unless it ends with it. ssl: whether a URL that says
    http is changed to https. Raises ValueError for what is neither.
    """
    scheme, separator, rest = host.strip().partition("://")
    if not separator:
        if "/" in host:
            # Written like this, a URL has no protocol, and a parser would take the host for one.
            raise ValueError(f"Invalid URL. Unrecognized protocol - {urlsplit(host).scheme}.")
        name = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
        scheme, rest = "http", f"{name.strip()}:{port}"
    if scheme.lower() not in ("http", "https"):
        raise ValueError(f"Invalid URL. Unrecognized protocol - {scheme}.")
    location, _, path = rest.partition("/")
    if not location.partition(":")[0] or not _has_port(location):
        # Before the sign for user and password, parts of a password may pass for the host.
        shown = "" if "@" in rest else f", got {location!r}"
        raise ValueError(f"Invalid URL. Expected a host name, a colon and a port{shown}.")
    path = f"/{path}".partition("?")[0].partition("#")[0].rstrip("/")
    if not path.endswith(default_api_path):
        path += default_api_path
    return f"{'https' if ssl else scheme.lower()}://{location}{path}"


def without_credentials(url: str) -> str:
    """Return a host or URL without user and password, to be shown."""
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    # A password may hold a slash that should have been encoded.
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def split_credentials(host: str) -> tuple[str, str | None]:
    """Return a host or URL without user and password, and the Authorization header that says them; None: it has none.

    They come percent-encoded, as httpx reads them.
    """
    scheme, separator, rest = host.partition("://") if "://" in host else ("", "", host)
    location, slash, path = rest.partition("/")
    credentials, sign, name = location.rpartition("@")
    if not sign:
        return host, None
    user, _, password = credentials.partition(":")
    encoded = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return f"{scheme}{separator}{name}{slash}{path}", f"Basic {encoded}"


def _has_port(location: str) -> bool:
    try:
        return urlsplit(f"//{location}").port is None or True
    except ValueError:
        return False
