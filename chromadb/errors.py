"""The errors a caller can meet; defined in ``chromadb.model.errors``."""

from chromadb.model.errors import (
    AlreadyExistsError,
    AuthorizationError,
    BatchSizeExceededError,
    ChromaAuthError,
    ChromaError,
    DuplicateIDError,
    IDAlreadyExistsError,
    InternalError,
    InvalidArgumentError,
    InvalidDimensionException,
    InvalidHTTPVersion,
    InvalidUUIDError,
    MistypedArgumentError,
    NegativeArgumentError,
    NotFoundError,
    QuotaError,
    RateLimitError,
    StorageError,
    UniqueConstraintError,
    VersionMismatchError,
    error_types,
)

__all__ = [
    "AlreadyExistsError", "AuthorizationError", "BatchSizeExceededError", "ChromaAuthError", "ChromaError",
    "DuplicateIDError", "IDAlreadyExistsError", "InternalError", "InvalidArgumentError", "InvalidDimensionException",
    "InvalidHTTPVersion", "InvalidUUIDError", "MistypedArgumentError", "NegativeArgumentError", "NotFoundError",
    "QuotaError", "RateLimitError", "StorageError", "UniqueConstraintError", "VersionMismatchError", "error_types",
]  # fmt: skip
