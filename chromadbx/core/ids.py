"""Lists of fresh record ids, to be passed as `ids` to `add`, `upsert` and the like.

Every class is a plain list of str once it is made. ULIDs and NanoIDs need an optional package each; the
error that names it is raised when the first id is made.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice


def uuid_id_generator() -> Iterator[str]:
    """Make random (version 4) UUIDs without end."""
    while True:
        yield str(uuid.uuid4())


def generate_random_sha256_hash() -> Iterator[str]:
    """Make SHA-256 hashes (64 hexadecimal digits) of 16 random bytes without end."""
    while True:
        yield hashlib.sha256(os.urandom(16)).hexdigest()


def generate_documents_sha256_hash(documents: Sequence[str]) -> Iterator[str]:
    """Make the SHA-256 hash (64 hexadecimal digits) of each document's UTF-8 text, in order.

    Raises TypeError for a document that is not a str.
    """
    for position, document in enumerate(documents):
        if not isinstance(document, str):
            raise TypeError(f"Expected document {position} to be a str, got {type(document).__name__}")
        yield hashlib.sha256(document.encode("utf-8")).hexdigest()


def ulid_generator() -> Iterator[str]:
    """Make ULIDs (26 characters that sort by time, to the millisecond) without end.

    Raises ValueError when the package ulid-py is missing, or hidden by another package named ulid.
    """
    try:
        from ulid import new
    except ImportError as error:
        raise ValueError(
            "The ulid-py python package is not installed. Please install it with `pip install ulid-py`"
        ) from error
    while True:
        yield str(new())


def nano_id_generator(alphabet: str | None = None, size: int | None = None) -> Iterator[str]:
    """Make NanoIDs without end.

    alphabet: the characters to draw from; None: `_-0-9a-zA-Z`.  size: characters of one id; None: 21.
    Raises ValueError when the package nanoid is missing.
    """
    try:
        from nanoid import generate
        from nanoid.resources import alphabet as default_alphabet
        from nanoid.resources import size as default_size
    except ImportError as error:
        raise ValueError(
            "The nanoid python package is not installed. Please install it with `pip install nanoid`"
        ) from error
    characters = default_alphabet if alphabet is None else alphabet
    length = default_size if size is None else size
    while True:
        yield generate(characters, length)


class IDGenerator(list[str]):
    """The first ids of any source of ids.

    generator: called without arguments, returns an iterator of str; None: UUIDs. Bind arguments with
    `functools.partial`.
    Raises ValueError for a negative number of ids and RuntimeError when the source runs out early.
    """

    def __init__(self, ids_len: int, generator: Callable[[], Iterator[str]] | None = None) -> None:
        if ids_len < 0:
            raise ValueError(f"Expected the number of ids to be at least 0, got {ids_len}")
        source = uuid_id_generator if generator is None else generator
        super().__init__(islice(source(), ids_len))
        if len(self) < ids_len:
            raise RuntimeError(f"The generator made only {len(self)} of the {ids_len} ids that were asked for")


class UUIDGenerator(IDGenerator):
    """Random (version 4) UUIDs."""

    def __init__(self, ids_len: int) -> None:
        super().__init__(ids_len, uuid_id_generator)


class RandomSHA256Generator(IDGenerator):
    """SHA-256 hashes of random bytes."""

    def __init__(self, ids_len: int) -> None:
        super().__init__(ids_len, generate_random_sha256_hash)


class DocumentSHA256Generator(IDGenerator):
    """The SHA-256 hash of each document: equal documents get equal ids.

    Raises TypeError when a document is not a str, or when given one str instead of a list.
    """

    def __init__(self, documents: Sequence[str]) -> None:
        if isinstance(documents, str):
            raise TypeError("Expected documents to be a list of str, got a single str")
        super().__init__(len(documents), partial(generate_documents_sha256_hash, documents))


class ULIDGenerator(IDGenerator):
    """ULIDs: they sort by the time they were made. Needs the package ulid-py (ValueError without it)."""

    def __init__(self, ids_len: int) -> None:
        super().__init__(ids_len, ulid_generator)


class NanoIDGenerator(IDGenerator):
    """NanoIDs: short and URL-safe. Needs the package nanoid (ValueError without it).

    alphabet: the characters to draw from; None: `_-0-9a-zA-Z`.  size: characters of one id; None: 21.
    """

    def __init__(self, ids_len: int, alphabet: str | None = None, size: int | None = None) -> None:
        super().__init__(ids_len, partial(nano_id_generator, alphabet, size))
