"""What a schema given by a user may not say. Each refusal is an InvalidArgumentError that names the key.

Checked on the schema as sent, before it is merged with the factory settings. Malformed JSON is refused
earlier, when the schema is read.
"""

from __future__ import annotations

import json
import re

from msgspec.structs import fields

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.schema_values import (
    DOCUMENT_KEY,
    EMBEDDING_KEY,
    SchemaRecord,
    SparseIndex,
    ValueTypes,
    VectorIndex,
    sparse_index,
)

_CMEK_PATTERN = r"projects/.+/locations/.+/keyRings/.+/cryptoKeys/.+"


def refuse_invalid_schema(schema: SchemaRecord) -> None:
    """Raise InvalidArgumentError for the first rule that a schema breaks."""
    if schema.source_attached_function_id is not None:
        raise _refusal("Cannot set source_attached_function_id. This field is reserved for system use.")
    _check_defaults(schema.defaults)
    for key, types in schema.keys.items():
        if key == DOCUMENT_KEY:
            _check_document(types)
        elif key == EMBEDDING_KEY:
            _check_embedding(types)
        else:
            _check_metadata_key(key, types)
    if schema.cmek is not None and not re.fullmatch(_CMEK_PATTERN, schema.cmek.gcp):
        resource = json.dumps(schema.cmek.gcp, ensure_ascii=False)
        raise _refusal(f"CMEK does not match expected pattern: Gcp({resource})")


def _check_defaults(defaults: ValueTypes) -> None:
    vector = _vector_index(defaults)
    if vector is not None and vector.enabled:
        raise _refusal("Vector index cannot be enabled by default. It can only be enabled on #embedding field.")
    _check_vector_kind(defaults)
    if _has_enabled_full_text(defaults):
        raise _refusal(
            "Full text search / regular expression index cannot be enabled by default. "
            "It can only be enabled on #document field."
        )
    sparse = sparse_index(defaults)
    if sparse is not None and sparse.enabled:
        raise _refusal(
            "Sparse vector index cannot be enabled by default. Please enable sparse vector index on specific "
            "keys. At most one sparse vector index is allowed for the collection."
        )


def _check_document(types: ValueTypes) -> None:
    if _given_types(types) - {"string"}:
        raise _refusal(f"Document field cannot have any value types other than string: {DOCUMENT_KEY}")
    inverted = None if types.string is None else types.string.string_inverted_index
    if inverted is not None and inverted.enabled:
        raise _refusal(f"String inverted index can not be enabled on #document key: {DOCUMENT_KEY}")


def _check_embedding(types: ValueTypes) -> None:
    if _given_types(types) - {"float_list"}:
        raise _refusal(f"Embedding field cannot have any value types other than float_list: {EMBEDDING_KEY}")
    _check_vector_kind(types)
    _check_vector_source(types)


def _check_metadata_key(key: str, types: ValueTypes) -> None:
    if key.startswith("#"):
        raise _refusal(f"key cannot begin with '#'. Keys starting with '#' are reserved for system use: {key}")
    vector = _vector_index(types)
    if vector is not None and vector.enabled:
        raise _refusal(f"Vector index can only be enabled on #embedding field: {key}")
    _check_vector_source(types)
    if _has_enabled_full_text(types):
        raise _refusal(f"Full text search / regular expression index can only be enabled on #document field: {key}")
    sparse = sparse_index(types)
    if sparse is not None:
        _check_sparse(sparse)


def _check_vector_kind(types: ValueTypes) -> None:
    vector = _vector_index(types)
    if vector is None or vector.config.spann is None:
        return
    if vector.config.hnsw is not None:
        raise _refusal("Both spann and hnsw config cannot be present at the same time.")
    if vector.config.spann.quantize is not None:
        raise _refusal(
            "quantize field cannot be set in user schema. Quantization can only be enabled via frontend configuration."
        )


def _check_vector_source(types: ValueTypes) -> None:
    vector = _vector_index(types)
    if vector is not None and vector.config.source_key not in (None, DOCUMENT_KEY):
        raise _refusal("Vector index can only source from #document")


def _check_sparse(sparse: SparseIndex) -> None:
    source = sparse.config.source_key
    if source is not None and source.startswith("#") and source != DOCUMENT_KEY:
        raise _refusal(
            "source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'."
        )
    if sparse.enabled and source is not None and sparse.config.embedding_function is None:
        raise _refusal(
            "If source_key is provided then embedding_function must also be provided "
            "since there is no default embedding function."
        )


def _given_types(types: ValueTypes) -> set[str]:
    return {item.name for item in fields(types) if getattr(types, item.name) is not None}


def _vector_index(types: ValueTypes) -> VectorIndex | None:
    return None if types.float_list is None else types.float_list.vector_index


def _has_enabled_full_text(types: ValueTypes) -> bool:
    full_text = None if types.string is None else types.string.fts_index
    return full_text is not None and full_text.enabled


def _refusal(message: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"Validation error: schema: {message}")
