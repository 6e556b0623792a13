"""Basic authentication: users and bcrypt hashes in the format of htpasswd, and the client's header."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import threading
from pathlib import Path
from types import ModuleType

from pydantic import SecretStr

from chromadb.auth.credential_cache import CredentialCache
from chromadb.auth.providers import (
    AuthError,
    ClientAuthHeaders,
    ClientAuthProvider,
    ProviderSystem,
    ServerAuthenticationProvider,
)
from chromadb.model.identity import UserIdentity
from chromadb.processors import usable_processors

_COST_OF_NOBODY = 10
_DIGEST_CHARACTERS = 31


class BasicAuthClientProvider(ClientAuthProvider):
    """Sends ``user:password`` of the settings."""

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        self._credentials = SecretStr(str(system.settings.require("chroma_client_auth_credentials")))

    def authenticate(self) -> ClientAuthHeaders:
        encoded = base64.b64encode(self._credentials.get_secret_value().encode("utf-8")).decode("ascii")
        return {"Authorization": SecretStr(f"Basic {encoded}")}


class BasicAuthenticationServerProvider(ServerAuthenticationProvider):
    """Knows the users of lines ``user:bcrypt-hash``.

    With a file of groups a user's identity has the attribute ``team``: the first group that lists it, or ``public``.
    """

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        self._bcrypt = _bcrypt()
        self._hashes: dict[str, bytes] = {}
        for line in self.read_creds_or_creds_file():
            if line.strip():
                user, hashed = _read_line(line)
                if user in self._hashes:
                    raise ValueError(
                        "Duplicate username found in [chroma_server_authn_credentials]. Usernames must be unique."
                    )
                self._hashes[user] = hashed
        groups = getattr(system.settings, "chroma_server_authn_groups_file", None)
        self._teams = None if groups is None else read_groups(Path(groups))
        self._key = secrets.token_bytes(32)
        self._costs = [_cost(hashed) for hashed in self._hashes.values()] or [_COST_OF_NOBODY]
        self._known = CredentialCache()
        # However many passwords are tried, half of this process's processors are left to those who are known.
        self._turns = threading.BoundedSemaphore(max(1, usable_processors() // 2))

    def recognized(self, headers: dict[str, str]) -> UserIdentity | None:
        user, password = _sent(headers)
        return self._identity(user) if self._known.holds(f"{user}:{password}") else None

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        user, password = _sent(headers)
        if not self._known.holds(f"{user}:{password}"):
            with self._turns:
                self._check(user, password)
            self._known.add(f"{user}:{password}")
        return self._identity(user)

    def _identity(self, user: str) -> UserIdentity:
        team = None if self._teams is None else {"team": self._teams.get(user, "public")}
        return UserIdentity(user_id=user, attributes=team)

    def _check(self, user: str, password: str) -> None:
        try:
            is_right = self._bcrypt.checkpw(password.encode("utf-8"), self._hashes.get(user) or self._nobody(user))
        except ValueError:
            raise AuthError("the password is longer than bcrypt takes, or the stored hash is damaged") from None
        if not is_right or user not in self._hashes:
            raise AuthError("unknown user or wrong password")

    def _nobody(self, user: str) -> bytes:
        """Return the hash of no password, so that an unknown user takes as long as a wrong password of one of them.

        Which of the known costs it has is always the same for one name, as it would be if the user were known.
        """
        drawn = hashlib.blake2b(user.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).digest()
        salt: bytes = self._bcrypt.gensalt(self._costs[int.from_bytes(drawn, "big") % len(self._costs)])
        return salt + b"." * _DIGEST_CHARACTERS


def _sent(headers: dict[str, str]) -> tuple[str, str]:
    """Return user and password of a request; raises AuthError."""
    try:
        encoded = headers["authorization"].removeprefix("Basic ").strip()
        user, separator, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except KeyError:
        raise AuthError("no Authorization header") from None
    except (binascii.Error, ValueError):
        raise AuthError("the Authorization header holds no basic credentials") from None
    if not separator:
        raise AuthError("the Authorization header holds no basic credentials")
    return user, password


def read_groups(file: Path) -> dict[str, str]:
    """Return the first group of each user, from lines ``group: user, user``; raises ValueError naming the file."""
    teams: dict[str, str] = {}
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"The group file {file} cannot be read: {type(error).__name__}") from None
    for line in filter(str.strip, lines):
        group, separator, users = line.partition(":")
        if not separator or not group.strip():
            raise ValueError(
                f"Invalid Htpasswd group file found in [{file}]. "
                "Must be <groupname>:<username1>,<username2>,...,<usernameN>."
            )
        for user in filter(None, map(str.strip, users.split(","))):
            teams.setdefault(user, group.strip())
    return teams


def _read_line(line: str) -> tuple[str, bytes]:
    fields = line.strip().split(":")
    if len(fields) != 2 or not all(fields):
        # The fields themselves may hold a password that was written in the wrong place.
        raise ValueError(
            f"Invalid htpasswd credentials found: a line of {len(fields)} fields. "
            "Lines must be exactly <username>:<bcrypt passwd>."
        )
    user, hashed = fields
    if not hashed.startswith(("$2a$", "$2b$", "$2y$")):
        raise ValueError(f"The password of user {user!r} is no bcrypt hash; make it with htpasswd -B")
    return user, hashed.encode("ascii", "replace")


def _cost(hashed: bytes) -> int:
    """Return the logarithm of the rounds of a bcrypt hash; that of nobody for a damaged one."""
    found = re.match(rb"\$2[aby]\$(0[4-9]|[12]\d|3[01])\$", hashed)
    return _COST_OF_NOBODY if found is None else int(found[1])


def _bcrypt() -> ModuleType:
    try:
        import bcrypt
    except ImportError:
        raise ValueError(
            "Basic authentication needs the package bcrypt; install it with `pip install chromadb[auth]`"
        ) from None
    return bcrypt
