"""From the arguments of a collection's methods to what the database is asked: pure checks, in the documented order.

The same for synchronous and asynchronous collections; the only work besides checking is the embedding function's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import index
from typing import Any

import numpy as np
from msgspec import Struct

from chromadb.client.sparse_embedding import SparseEmbedding
from chromadb.model.embeddings import Matrix, normalize_embeddings, validate_embeddings
from chromadb.model.errors import (
    ChromaError,
    DuplicateIDError,
    InvalidArgumentError,
    MistypedArgumentError,
    NegativeArgumentError,
)
from chromadb.model.filter_validation import validate_where, validate_where_document
from chromadb.model.filters import both, parse_where, parse_where_document
from chromadb.model.metadata import normalize_metadatas, validate_metadatas
from chromadb.model.records import (
    RecordBatch,
    matrix_of,
    maybe_cast_one_to_many,
    validate_aligned,
    validate_documents,
    validate_ids,
    validate_images,
    validate_uris,
)
from chromadb.model.selection import Order, Selection

Embed = Callable[[Any], Any]
_QUERY_SOURCES = ("documents", "images", "uris")
_LARGEST = 2**62

Load = Callable[[Any], Any]


class Sources(Struct, frozen=True):
    """What vectors can be made from; at most one is used. embed: the embedding function. load: the data loader.

    sparse: the functions that make sparse vectors of what is written, None where nothing is.
    """

    embed: Embed
    load: Load | None
    sparse: SparseEmbedding | None = None

    def vectors(self, documents: Any, images: Any, uris: Any) -> Matrix:
        """Return the vectors of whichever is given, float32 of shape (records, dimension).

        Raises InvalidArgumentError when the function returns another number of vectors than it was given inputs.
        """
        given = next(source for source in (documents, images, uris) if source is not None)
        # What a loader hands over is its function's business: it may have another length than the uris.
        inputs = self.loaded(uris) if documents is None and images is None else given
        vectors = matrix_of(validate_embeddings(normalize_embeddings(self.embed(inputs))))
        if len(vectors) != len(given):
            raise InvalidArgumentError(
                f"Expected the embedding function to return one embedding for each of the {len(given)} inputs, "
                f"got {len(vectors)}"
            )
        return vectors

    def loaded(self, uris: Any) -> Any:
        """Return what the data loader makes of the uris; raises ValueError when there is none."""
        if self.load is None:
            raise ValueError("You must set a data loader on the collection if loading from URIs.")
        return self.load(uris)


@contextmanager
def naming(call: str) -> Iterator[None]:
    """Say in which call an argument was refused: the same error, its text followed by `` in add.``

    Errors that the database itself would raise (InvalidArgumentError and the like) pass as they are, and so do those
    that cannot be made from a text.
    """
    try:
        yield
    except DuplicateIDError as error:
        raise DuplicateIDError(f"{error} in {call}.") from None
    except ChromaError:
        raise
    except Exception as error:
        try:
            named = type(error)(f"{error} in {call}.")
        except Exception:
            raise error from None
        raise named.with_traceback(error.__traceback__) from error.__cause__


def prepare_batch(
    ids: Any,
    embeddings: Any,
    metadatas: Any,
    documents: Any,
    images: Any,
    uris: Any,
    sources: Sources,
    *,
    embed_from: tuple[str, ...],
    vectors_required: bool,
    merges: bool,
) -> RecordBatch:
    """Return a batch of an add, update or upsert, with vectors made where they are missing, dense and sparse.

    embed_from: names of the arguments that vectors may be made from. vectors_required: whether each record needs one.
    merges: whether metadata goes into that of existing records.
    """
    if ids is None:
        validate_ids(ids)
    matrix = _matrix_argument(embeddings)
    columns: dict[str, Any] = {
        "ids": maybe_cast_one_to_many(ids),
        "embeddings": matrix,
        "metadatas": normalize_metadatas(metadatas),
        "documents": maybe_cast_one_to_many(documents),
        "images": _images_argument(images),
        "uris": maybe_cast_one_to_many(uris),
    }
    validate_aligned(columns, ("ids",))
    if columns["documents"] is not None:
        validate_documents(columns["documents"], nullable=matrix is not None)
    if columns["images"] is not None:
        validate_images(columns["images"])
    if columns["uris"] is not None:
        validate_uris(columns["uris"])
    checked_ids = validate_ids(columns["ids"])
    if columns["metadatas"] is not None:
        validate_metadatas(columns["metadatas"])
    if matrix is None:
        given = {name: columns[name] for name in embed_from if columns[name] is not None}
        if len(given) > 1 or (vectors_required and not given):
            raise ValueError(
                f"Exactly one of {', '.join(embed_from)} must be provided: without embeddings, vectors are made of them"
            )
        if given:
            matrix = sources.vectors(given.get("documents"), given.get("images"), given.get("uris"))
    if sources.sparse is not None:
        columns["metadatas"] = sources.sparse.filled(columns["metadatas"], columns["documents"], merges=merges)
    return RecordBatch(
        ids=checked_ids,
        embeddings=matrix,
        documents=columns["documents"],
        uris=columns["uris"],
        metadatas=columns["metadatas"],
    )


def prepare_queries(embeddings: Any, texts: Any, images: Any, uris: Any, sources: Sources) -> Matrix:
    """Return the query vectors, float32 of shape (queries, dimension), made from texts, images or uris if not given."""
    matrix = _matrix_argument(embeddings)
    columns: dict[str, Any] = {
        "embeddings": matrix,
        "documents": maybe_cast_one_to_many(texts),
        "images": _images_argument(images),
        "uris": maybe_cast_one_to_many(uris),
    }
    validate_aligned(columns, tuple(columns))
    if columns["documents"] is not None:
        validate_documents(columns["documents"])
    if columns["images"] is not None:
        validate_images(columns["images"])
    if columns["uris"] is not None:
        validate_uris(columns["uris"])
    if matrix is not None:
        return matrix
    given = [name for name in _QUERY_SOURCES if columns[name] is not None]
    if len(given) > 1:
        raise ValueError(f"Exactly one of {', '.join(_QUERY_SOURCES)} must be provided")
    return sources.vectors(columns["documents"], columns["images"], columns["uris"])


def prepare_selection(
    ids: Any,
    where: Any,
    where_document: Any,
    *,
    limit: Any = None,
    offset: Any = None,
    order_by: Any = None,
    max_distance: Any = None,
    exact: Any = False,
) -> Selection:
    """Return the selection that the arguments describe; raises the documented errors for a bad one."""
    if where is not None:
        validate_where(where)
    if where_document is not None:
        validate_where_document(where_document)
    return Selection(
        ids=ids,
        condition=both(parse_where(where), parse_where_document(where_document)),
        limit=None if limit is None else non_negative("limit", limit),
        offset=0 if offset is None else non_negative("offset", offset),
        order=None if order_by is None else _order(order_by),
        max_distance=None if max_distance is None else _distance(max_distance),
        exact=_flag("exact", exact),
    )


def prepare_key(key: Any) -> str:
    """Return the name of a metadata key given as str or `Key`; TypeError for another type, ValueError for no such."""
    # Search expressions are many classes, for which most programs should not wait.
    from chromadb.model.expression.key import name_of

    name = name_of(key, "key")
    if not name or name[0] in "#$":
        raise ValueError(f"Expected key to be a metadata key, got {name!r}")
    return name


def _order(order_by: Any) -> Order:
    from chromadb.model.expression.key import Key

    key, direction = (order_by, "asc") if isinstance(order_by, (str, Key)) else _pair(order_by)
    if direction not in ("asc", "desc"):
        raise ValueError(f"Expected the direction of order_by to be 'asc' or 'desc', got {direction!r}")
    return Order(prepare_key(key), descending=direction == "desc")


def _pair(order_by: Any) -> tuple[Any, Any]:
    if not isinstance(order_by, (list, tuple)) or len(order_by) != 2:
        raise TypeError(
            f"Expected order_by to be a metadata key or a pair of one and 'asc' or 'desc', got {order_by!r}"
        )
    return order_by[0], order_by[1]


def _distance(max_distance: Any) -> float:
    if isinstance(max_distance, bool) or not isinstance(max_distance, (int, float, np.integer, np.floating)):
        raise TypeError(f"Expected max_distance to be a number, got {max_distance!r}")
    try:
        distance = float(max_distance)
    except OverflowError:
        distance = math.inf if max_distance > 0 else -math.inf
    if math.isnan(distance) or distance == -math.inf:
        raise ValueError(f"Expected max_distance to be a number that distances may be compared with, got {distance}")
    return distance


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"Expected {name} to be a bool, got {value!r}")
    return value


def prepare_ids(ids: Any) -> list[str] | None:
    """Return the ids of a get or delete: None, one id, or distinct ids."""
    return None if ids is None else validate_ids(maybe_cast_one_to_many(ids))


def prepare_candidate_ids(ids: Any) -> list[str] | None:
    """Return the ids that a query is restricted to, which may be none, repeated or unknown."""
    if ids is None:
        return None
    candidates: list[str] = maybe_cast_one_to_many(ids)
    for id_ in candidates:
        if not isinstance(id_, str):
            raise TypeError(
                f"argument 'ids': '{type(id_).__name__}' object cannot be converted to 'PyString': expected a str, "
                f"got {id_!r}"
            )
    return candidates


def non_negative(name: str, value: Any) -> int:
    """Return the value as an int; MistypedArgumentError for another type, NegativeArgumentError for less than 0."""
    try:
        number = index(value)
    except TypeError:
        raise MistypedArgumentError(
            f"argument '{name}': '{type(value).__name__}' object cannot be interpreted as an integer"
        ) from None
    if number < 0:
        raise NegativeArgumentError(f"Expected {name} to be an integer of at least 0, got {value}")
    return min(number, _LARGEST)


def _matrix_argument(embeddings: Any) -> Matrix | None:
    vectors = normalize_embeddings(embeddings)
    if vectors is None:
        return None
    checked = validate_embeddings(vectors)
    if isinstance(embeddings, np.ndarray) and embeddings.ndim == 2:
        # Rows of one array are that array: no need to put them together again.
        return matrix_of(embeddings)
    return matrix_of(checked)


def _images_argument(images: Any) -> Any:
    if isinstance(images, np.ndarray):
        return [images]
    return maybe_cast_one_to_many(images)
