"""The errors a caller can meet.

    ChromaError (400)
    ├── InvalidArgumentError (400)        a value that cannot be accepted
    │   └── NegativeArgumentError         a limit or offset below 0; an OverflowError, too
    ├── MistypedArgumentError (400)       a name or metadata of a wrong type; a TypeError, too
    ├── InvalidDimensionException (400)
    ├── InvalidUUIDError (400)
    ├── InvalidHTTPVersion (400)
    ├── DuplicateIDError (400)            the same id twice in one call
    ├── QuotaError (400)
    ├── AuthorizationError (401)
    ├── ChromaAuthError (403)
    ├── NotFoundError (404)               no such tenant, database or collection
    ├── IDAlreadyExistsError (409)
    ├── UniqueConstraintError (409)
    ├── BatchSizeExceededError (413)
    ├── RateLimitError (429)
    ├── VersionMismatchError (500)
    └── InternalError (500)
        ├── AlreadyExistsError            a name that is taken (embedded clients have always seen InternalError)
        └── StorageError                  the directory, file or disk under the database cannot be used

Names, codes and keys are those of Chroma 1.5. A caller's mistake that Python has a type for (a wrong shape, a
wrong type) is a plain ``ValueError`` or ``TypeError``, as in Chroma. Where embedded clients and those of a server have
always raised different ones, an error is both.
"""

from __future__ import annotations


class ChromaError(Exception):
    """Base of every error that this package defines."""

    trace_id: str | None = None

    def code(self) -> int:
        """Return the HTTP status that carries this error."""
        return 400

    def message(self) -> str:
        """Return the arguments joined by commas."""
        return ", ".join(str(argument) for argument in self.args)

    @classmethod
    def name(cls) -> str:
        """Return the name of the error on the wire."""
        return cls.__name__


class InvalidDimensionException(ChromaError):  # noqa: N818 - the published name
    """A vector's length differs from the collection's dimension."""

    @classmethod
    def name(cls) -> str:
        return "InvalidDimension"


class IDAlreadyExistsError(ChromaError):
    """A record id exists already."""

    def code(self) -> int:
        return 409

    @classmethod
    def name(cls) -> str:
        return "IDAlreadyExists"


class DuplicateIDError(ChromaError):
    """One call names the same record id more than once."""

    @classmethod
    def name(cls) -> str:
        return "DuplicateID"


class InvalidArgumentError(ChromaError):
    """A value that the database cannot accept."""

    @classmethod
    def name(cls) -> str:
        return "InvalidArgument"


class InvalidUUIDError(ChromaError):
    """A text that should be a UUID is not one."""

    @classmethod
    def name(cls) -> str:
        return "InvalidUUID"


class InvalidHTTPVersion(ChromaError):  # noqa: N818 - the published name
    """The server was spoken to in an HTTP version it does not serve."""

    @classmethod
    def name(cls) -> str:
        return "InvalidHTTPVersion"


class ChromaAuthError(ChromaError):
    """The caller is not known; the message never says why."""

    def code(self) -> int:
        return 403

    @classmethod
    def name(cls) -> str:
        return "AuthError"

    def message(self) -> str:
        return "Forbidden"


class AuthorizationError(ChromaError):
    """The caller is known but may not do this."""

    def code(self) -> int:
        return 401


class NotFoundError(ChromaError):
    """The tenant, database, collection or function does not exist."""

    def code(self) -> int:
        return 404


class UniqueConstraintError(ChromaError):
    """A name that must be unique is taken."""

    def code(self) -> int:
        return 409


class BatchSizeExceededError(ChromaError):
    """One request holds more records than the server takes."""

    def code(self) -> int:
        return 413


class VersionMismatchError(ChromaError):
    """Stored data or a peer speaks another version."""

    def code(self) -> int:
        return 500


class InternalError(ChromaError):
    """The database could not do what it should."""

    def code(self) -> int:
        return 500


class AlreadyExistsError(InternalError):
    """A tenant, database or collection of this name exists already."""

    def code(self) -> int:
        return 409

    @classmethod
    def name(cls) -> str:
        return "InternalError"


class NegativeArgumentError(InvalidArgumentError, OverflowError):
    """A limit or offset below 0: embedded clients have always raised OverflowError, servers answered the other."""

    @classmethod
    def name(cls) -> str:
        return "InvalidArgumentError"


class MistypedArgumentError(ChromaError, TypeError):
    """A name or metadata of a wrong type: embedded clients have always raised TypeError, servers answered the other."""

    @classmethod
    def name(cls) -> str:
        return "ChromaError"


class StorageError(InternalError):
    """The directory, file or disk under the database cannot be used; nothing was changed."""

    @classmethod
    def name(cls) -> str:
        return "InternalError"


class RateLimitError(ChromaError):
    """Too many requests in too little time."""

    def code(self) -> int:
        return 429


class QuotaError(ChromaError):
    """A limit of the tenant is reached."""


error_types: dict[str, type[ChromaError]] = {
    "InvalidDimension": InvalidDimensionException,
    "InvalidArgumentError": InvalidArgumentError,
    "IDAlreadyExists": IDAlreadyExistsError,
    "DuplicateID": DuplicateIDError,
    "InvalidUUID": InvalidUUIDError,
    "InvalidHTTPVersion": InvalidHTTPVersion,
    "AuthorizationError": AuthorizationError,
    "NotFoundError": NotFoundError,
    "BatchSizeExceededError": BatchSizeExceededError,
    "VersionMismatchError": VersionMismatchError,
    "RateLimitError": RateLimitError,
    "AuthError": ChromaAuthError,
    "UniqueConstraintError": UniqueConstraintError,
    "QuotaError": QuotaError,
    "InternalError": InternalError,
    "ChromaError": ChromaError,
}
"""Wire name of an error to its class."""

# The path that callers import them from, and that tracebacks should therefore show.
for _error in (*error_types.values(), AlreadyExistsError, MistypedArgumentError, NegativeArgumentError, StorageError):
    _error.__module__ = "chromadb.errors"
