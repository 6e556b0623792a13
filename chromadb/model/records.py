"""Records on their way in: the shapes that callers may use, checked and turned into one batch of aligned columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chromadb.model.embeddings import Embeddings, Matrix
from chromadb.model.errors import DuplicateIDError, InvalidArgumentError
from chromadb.model.metadata import Metadata

T = TypeVar("T")
Positions: TypeAlias = npt.NDArray[np.int64]


class RecordBatch(Struct, frozen=True):
    """Records of one write, as aligned columns; a column that is None changes nothing.

    embeddings: float32 of shape (rows of has_embedding that are set, dimension).
    has_embedding: which records carry a vector; None: all, when embeddings is given.
    documents, uris, metadatas: one element a record, None for one that has none.
    """

    ids: list[str]
    embeddings: Matrix | None = None
    has_embedding: npt.NDArray[np.bool_] | None = None
    documents: Sequence[str | None] | None = None
    uris: Sequence[str | None] | None = None
    metadatas: Sequence[Metadata | None] | None = None

    def take(self, positions: Positions) -> RecordBatch:
        """Return the records at the given positions, ascending; this very batch when these are all."""
        if len(positions) == len(self.ids):
            return self
        embeddings, has_embedding = self.embeddings, self.has_embedding
        if embeddings is not None:
            if has_embedding is None:
                embeddings = embeddings[positions]
            else:
                row_of = np.cumsum(has_embedding) - 1
                has_embedding = has_embedding[positions]
                embeddings = embeddings[row_of[positions[has_embedding]]]
        order = positions.tolist()
        return RecordBatch(
            ids=[self.ids[position] for position in order],
            embeddings=embeddings,
            has_embedding=has_embedding,
            documents=_taken(self.documents, order),
            uris=_taken(self.uris, order),
            metadatas=_taken(self.metadatas, order),
        )


def _taken(column: Sequence[T] | None, positions: list[int]) -> list[T] | None:
    return None if column is None else [column[position] for position in positions]


def maybe_cast_one_to_many(target: Any) -> Any:
    """Return a single value wrapped in a list, a tuple as a list; lists and None are returned as they are."""
    if target is None or isinstance(target, list):
        return target
    if isinstance(target, tuple):
        return list(target)
    return [target]


def validate_ids(ids: Any) -> list[str]:
    """Return the ids when they are a non-empty list of distinct strings.

    Raises ValueError, or DuplicateIDError naming the duplicates.
    """
    if not isinstance(ids, list):
        raise ValueError(f"Expected IDs to be a list, got {type(ids).__name__} as IDs")
    if len(ids) == 0:
        raise ValueError(f"Expected IDs to be a non-empty list, got {len(ids)} IDs")
    for id_ in ids:
        if not isinstance(id_, str):
            raise ValueError(f"Expected ID to be a str, got {id_}")
    if len(set(ids)) != len(ids):
        raise DuplicateIDError(_duplicates_message(ids))
    return list(ids)


def _duplicates_message(ids: list[str]) -> str:
    duplicates = [id_ for id_, count in Counter(ids).items() if count > 1]
    if len(duplicates) < 10:
        return f"Expected IDs to be unique, found duplicates of: {', '.join(duplicates)}"
    shown = f"{', '.join(duplicates[:5])}, ..., {', '.join(duplicates[-5:])}"
    return f"Expected IDs to be unique, found {len(duplicates)} duplicated IDs: {shown}"


def validate_documents(documents: Any, nullable: bool = False) -> None:
    """Raise ValueError unless the documents are a non-empty list of str (or None where nullable)."""
    if not isinstance(documents, list):
        raise ValueError(f"Expected documents to be a list, got {type(documents).__name__}")
    if len(documents) == 0:
        raise ValueError(f"Expected documents to be a non-empty list, got {len(documents)} documents")
    for document in documents:
        if document is None and nullable:
            continue
        if not isinstance(document, str):
            raise ValueError(f"Expected document to be a str, got {document}")


def validate_uris(uris: Any) -> None:
    """Raise ValueError unless each uri is a str or None."""
    for uri in uris:
        if uri is not None and not isinstance(uri, str):
            raise ValueError(f"Expected uri to be a str or None, got {uri}")


def validate_images(images: Any) -> None:
    """Raise ValueError unless the images are a non-empty list of arrays of at least two dimensions."""
    if not isinstance(images, list):
        raise ValueError(f"Expected images to be a list, got {type(images).__name__}")
    if len(images) == 0:
        raise ValueError(f"Expected images to be a non-empty list, got {len(images)} images")
    for image in images:
        if not is_image(image):
            raise ValueError(f"Expected image to be a numpy array, got {image}")


def validate_batch(batch: tuple[Sequence[str], Any, Any, Any, Any], limits: dict[str, int]) -> None:
    """Raise ValueError if a batch, ids first, holds more records than ``limits["max_batch_size"]``."""
    size, largest = len(batch[0]), limits["max_batch_size"]
    if size > largest:
        raise ValueError(f"Batch size {size} exceeds maximum batch size {largest}")


def is_image(target: Any) -> bool:
    """Return whether the value is an array of at least two dimensions."""
    return isinstance(target, np.ndarray) and len(target.shape) >= 2


def is_document(target: Any) -> bool:
    """Return whether the value is a text."""
    return isinstance(target, str)


def validate_aligned(columns: dict[str, Sequence[Any] | None], content: Sequence[str]) -> None:
    """Raise ValueError unless something of the content is given and all given columns have one length above 0.

    columns: name to column, None for one not given. content: the names of which at least one is needed.
    """
    if all(columns[name] is None for name in content):
        raise ValueError(f"At least one of one of {', '.join(content)} must be provided")
    given = {name: len(column) for name, column in columns.items() if column is not None}
    empty = [name for name, length in given.items() if length == 0]
    if empty:
        raise ValueError(f"Non-empty lists are required for {empty}")
    if len(set(given.values())) > 1:
        shown = ", ".join(f"{name}: {length}" for name, length in given.items())
        raise ValueError(f"Unequal lengths for fields: {shown}")


def matrix_of(embeddings: Embeddings | npt.NDArray[Any]) -> Matrix:
    """Return checked vectors, a list of arrays or one array of a row each, as one float32 matrix.

    Raises InvalidArgumentError when their lengths differ or a value is NaN, infinite or too large for float32.
    """
    if isinstance(embeddings, list):
        if len({len(embedding) for embedding in embeddings}) != 1:
            raise InvalidArgumentError("Inconsistent dimensions in provided embeddings")
        if len(embeddings) == 1:
            # One row is a matrix as it is: a query does not wait for a list to be put together.
            embeddings = embeddings[0][None]
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(embeddings, dtype=np.float32)
    if not np.isfinite(matrix).all():
        raise InvalidArgumentError("Validation error: embeddings: Embeddings must not contain NaN or Infinity values")
    return matrix
