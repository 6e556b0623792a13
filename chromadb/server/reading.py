"""From the bytes of a request to checked, typed values; every refusal is made here, before any work."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
import numpy as np

from chromadb.model.embeddings import Matrix
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.expression.request import SearchRequest
from chromadb.model.expression.request_json import read_request
from chromadb.model.filters import Filter, both, parse_where, parse_where_document
from chromadb.model.metadata import normalize_metadata
from chromadb.model.records import RecordBatch
from chromadb.model.results import ReadLevel
from chromadb.model.sparse import SPARSE_VECTOR_TYPE_VALUE, TYPE_KEY
from chromadb.model.wire import AddRecords, SearchRecords, UpdateRecords
from chromadb.server.responses import HttpError

T = TypeVar("T")

_SCALARS = frozenset({str, int, float, bool})
_NUMBERS = frozenset({int, float})
_INCONSISTENT = "Inconsistent number of IDs, embeddings, documents, URIs and metadatas"
_UNSIGNED_32 = 2**32
_VECTORS = msgspec.json.Decoder(list[list[float]])
_OPTIONAL_VECTORS = msgspec.json.Decoder(list[list[float] | None])
_TEXTS = msgspec.json.Decoder(list[str | None])


@cache
def _decoder(type_: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def read_body(body: bytes, type_: type[T]) -> T:
    """Return a JSON body as a wire type.

    Raises InvalidArgumentError for what is no JSON, HttpError 422 naming the place of what has another type.
    """
    decoder: msgspec.json.Decoder[T] = _decoder(cast(Any, type_))
    return _decoded(body, decoder)


def _decoded(body: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        if str(error).startswith("Number out of range"):
            raise InvalidArgumentError(f"Failed to parse the request body as JSON: {error}") from None
        raise _mistyped(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"Failed to parse the request body as JSON: {error}") from None
    except RecursionError:
        raise InvalidArgumentError("Failed to parse the request body as JSON: recursion limit exceeded") from None


def _mistyped(detail: str) -> HttpError:
    message = f"Failed to deserialize the JSON body into the target type: {detail}"
    return HttpError(422, "ChromaError", message)


@contextmanager
def deserializing(*members: str) -> Iterator[None]:
    """Turn an InvalidArgumentError that begins with the path of one of these members, which are read below, into 422.

    What a member says as a whole (two indexes, say) is refused with 400 as it is.
    """
    try:
        yield
    except InvalidArgumentError as error:
        message = error.message()
        if message.startswith(tuple(f"{member}{mark}" for member in members for mark in ".:")):
            raise _mistyped(message) from None
        raise


def read_uuid(text: str, complaint: str) -> UUID:
    """Return the UUID of a path segment; raises InvalidArgumentError with the given sentence."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidArgumentError(complaint) from None


def read_unsigned(query: Mapping[str, str], name: str) -> int | None:
    """Return a parameter of the query string as an int of 32 bits, None if absent; raises InvalidArgumentError."""
    text = query.get(name)
    if text is None:
        return None
    digits = text.removeprefix("+")
    if not text:
        complaint = "cannot parse integer from empty string"
    elif not (digits.isascii() and digits.isdigit()):
        complaint = "invalid digit found in string"
    elif len(digits.lstrip("0")) > 10 or int(digits) >= _UNSIGNED_32:
        complaint = "number too large to fit in target type"
    else:
        return int(digits)
    raise InvalidArgumentError(f"Failed to deserialize query string: {name}: {complaint}")


def check_read_level(query: Mapping[str, str]) -> None:
    """Raise InvalidArgumentError unless the read level is absent or a documented one: all read everything here."""
    text = query.get("read_level")
    levels = [level.value for level in ReadLevel]
    if text is not None and text not in levels:
        choice = ", ".join(f"`{level}`" for level in levels)
        raise InvalidArgumentError(
            f"Failed to deserialize query string: read_level: unknown variant `{text}`, expected one of {choice}"
        )


def read_searches(body: SearchRecords) -> list[SearchRequest]:
    """Return the searches of a request; raises HttpError 422 naming the place of what has another form than searches
    have, InvalidArgumentError for what makes no sense.
    """
    try:
        return [read_request(source, position) for position, source in enumerate(body.searches)]
    except ValueError as error:
        raise _mistyped(str(error)) from None


def read_condition(where: Any, where_document: Any) -> Filter | None:
    """Return the filter of both conditions; raises InvalidArgumentError for a malformed one."""
    return both(parse_where(where), parse_where_document(where_document))


def read_added(request: AddRecords, *, none_deletes: bool) -> RecordBatch:
    """Return the records of an add or upsert; raises InvalidArgumentError or HttpError 422 for what is not taken.

    none_deletes: whether a metadata value may be null (it deletes the key).
    """
    embeddings, _ = read_embeddings(request.embeddings, nullable=False)
    return _batch(request, embeddings, None, len(embeddings), none_deletes=none_deletes)


def read_updated(request: UpdateRecords) -> RecordBatch:
    """Return the records of an update, as ``read_added`` does."""
    if bytes(request.embeddings).strip() == b"null":
        return _batch(request, None, None, len(request.ids), none_deletes=True)
    embeddings, present = read_embeddings(request.embeddings, nullable=True)
    has_embedding = np.array(present, dtype=np.bool_)
    if not has_embedding.any():
        return _batch(request, None, None, len(present), none_deletes=True)
    return _batch(request, embeddings, has_embedding, len(present), none_deletes=True)


def _batch(
    request: AddRecords | UpdateRecords,
    embeddings: Matrix | None,
    has_embedding: Any,
    vectors: int,
    *,
    none_deletes: bool,
) -> RecordBatch:
    columns = (request.documents, request.uris, request.metadatas)
    count = len(request.ids)
    if vectors != count or any(column is not None and len(column) != count for column in columns):
        raise InvalidArgumentError(_INCONSISTENT)
    return RecordBatch(
        ids=request.ids,
        embeddings=embeddings,
        has_embedding=has_embedding,
        documents=request.documents,
        uris=request.uris,
        metadatas=None if request.metadatas is None else read_metadatas(request.metadatas, none_deletes),
    )


def read_metadatas(metadatas: Sequence[dict[str, Any] | None], none_deletes: bool) -> list[dict[str, Any] | None]:
    """Return metadata with sparse vectors as such; raises HttpError 422 for a value of a kind that is not taken."""
    return [
        metadata
        if metadata is None or _SCALARS.issuperset(map(type, metadata.values()))
        else _checked(metadata, position, none_deletes)
        for position, metadata in enumerate(metadatas)
    ]


def _checked(metadata: dict[str, Any], position: int, none_deletes: bool) -> dict[str, Any]:
    tagged: dict[str, Any] = {}
    for key, value in metadata.items():
        if type(value) is list:
            kinds = set(map(type, value))
            fits = (len(kinds) < 2 and kinds <= _SCALARS) or kinds == _NUMBERS
        elif type(value) is dict:
            fits = _is_sparse(value)
            value = {**value, TYPE_KEY: SPARSE_VECTOR_TYPE_VALUE}
        else:
            fits = type(value) in _SCALARS or (value is None and none_deletes)
        if not fits:
            kind = "UpdateMetadataValue" if none_deletes else "MetadataValue"
            raise _mistyped(f"metadatas[{position}].{key}: data did not match any variant of untagged enum {kind}")
        tagged[key] = value
    try:
        return dict(normalize_metadata(tagged))
    except ValueError:
        raise InvalidArgumentError(f"Validation error: metadatas: Invalid metadata at index {position}") from None


def _is_sparse(value: dict[str, Any]) -> bool:
    indices, values, tokens = value.get("indices"), value.get("values"), value.get("tokens")
    return (
        value.get(TYPE_KEY, SPARSE_VECTOR_TYPE_VALUE) == SPARSE_VECTOR_TYPE_VALUE
        and _is_list_of(indices, lambda item: type(item) is int and 0 <= item < _UNSIGNED_32)
        and _is_list_of(values, lambda item: type(item) in _NUMBERS)
        and (tokens is None or _is_list_of(tokens, lambda item: type(item) is str))
    )


def _is_list_of(values: Any, fits: Callable[[Any], bool]) -> bool:
    return type(values) is list and all(map(fits, values))


def read_collection_metadata(metadata: dict[str, Any] | None, field: str, none_deletes: bool) -> dict[str, Any] | None:
    """Return the metadata of a collection; raises HttpError 422 for null (unless it deletes) and for objects."""
    for key, value in (metadata or {}).items():
        if type(value) in _SCALARS or type(value) is list or (value is None and none_deletes):
            continue
        if type(value) is dict and _is_sparse(value):
            raise InvalidArgumentError(
                f"Validation error: {field}: the value of {key!r} is a sparse vector; the metadata of a collection "
                "holds only strings, numbers and booleans"
            )
        raise _mistyped(f"{field}.{key}: data did not match any variant of untagged enum MetadataValue")
    return metadata


def read_embeddings(raw: msgspec.Raw, *, nullable: bool) -> tuple[Matrix, list[bool]]:
    """Return the vectors of a request, those that are not null, and which are not.

    Raises HttpError 422 for another type, InvalidArgumentError for unequal lengths, bad base64 and numbers that are
    not finite in binary32.
    """
    text = bytes(raw)
    mismatch = _mistyped("embeddings: data did not match any variant of untagged enum EmbeddingsPayload")
    vectors: Sequence[Any]
    try:
        if b'"' in text:
            texts = _TEXTS.decode(text)
            present = [item is not None for item in texts]
            vectors = [_unpacked(item, index) for index, item in enumerate(texts) if item is not None]
        elif nullable:
            found = _OPTIONAL_VECTORS.decode(text)
            present = [item is not None for item in found]
            vectors = [item for item in found if item is not None]
        else:
            vectors = _VECTORS.decode(text)
            present = [True] * len(vectors)
    except msgspec.ValidationError:
        raise mismatch from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"Failed to parse the request body as JSON: embeddings: {error}") from None
    if len(present) != len(vectors) and not nullable:
        raise mismatch
    matrix = matrix_of_rows(vectors)
    if len(vectors) and matrix.shape[1] == 0:
        raise InvalidArgumentError("Validation error: embeddings: Each embedding must have at least 1 dimension")
    if not np.isfinite(matrix).all():
        raise InvalidArgumentError("Validation error: embeddings: Embeddings must not contain NaN or Infinity values")
    return matrix, present


def matrix_of_rows(rows: Sequence[Any]) -> Matrix:
    """Return rows of numbers as one float32 matrix; raises InvalidArgumentError when their lengths differ."""
    lengths = set(map(len, rows))
    if len(lengths) > 1:
        raise InvalidArgumentError("Inconsistent dimensions in provided embeddings")
    width = lengths.pop() if lengths else 0
    with np.errstate(over="ignore"):
        if len(rows) == 1:
            return np.array(rows, dtype=np.float32)
        if rows and isinstance(rows[0], np.ndarray):
            return np.stack(rows)
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.float32, count=len(rows) * width)
    return flat.reshape(len(rows), width)


def _unpacked(text: str, index: int) -> Any:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidArgumentError(f"Invalid base64 string: {error}") from None
    if len(data) % 4:
        raise InvalidArgumentError(
            f"Invalid byte length: {len(data)} bytes cannot be converted to f32 values (must be divisible by 4)"
        )
    vector = np.frombuffer(data, dtype="<f4")
    if not np.isfinite(vector).all():
        first = str(vector[~np.isfinite(vector)][0]).replace("nan", "NaN")
        raise InvalidArgumentError(f"Non-finite float value at embedding index {index}: {first}")
    return vector
