"""From what was found by several searches to what their callers selected of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from chromadb.model.expression import Key
from chromadb.model.results import Columns, Records

_SPECIAL = {Key.DOCUMENT.name, Key.EMBEDDING.name, Key.METADATA.name, Key.SCORE.name, Key.ID.name}


def columns_for(selected: Sequence[str]) -> Columns:
    """Return the columns that the selected keys of one search, or of several, need."""
    return Columns(
        documents=Key.DOCUMENT.name in selected,
        embeddings=Key.EMBEDDING.name in selected,
        metadatas=Key.METADATA.name in selected or bool(_fields(selected)),
    )


def projected(found: Records, selected: Sequence[str]) -> Records:
    """Return records with the selected columns alone, and of their metadata the selected fields alone."""
    wanted, metadatas = columns_for(selected), found.metadatas
    if not wanted.metadatas:
        metadatas = None
    elif metadatas is not None and Key.METADATA.name not in selected:
        metadatas = [_reduced(metadata, _fields(selected)) for metadata in metadatas]
    return replace(found, documents=found.documents if wanted.documents else None, metadatas=metadatas)


def _fields(selected: Sequence[str]) -> list[str]:
    return [key for key in selected if key not in _SPECIAL]


def _reduced(metadata: dict[str, Any] | None, fields: Sequence[str]) -> dict[str, Any] | None:
    if metadata is None:
        return None
    return {field: metadata[field] for field in fields if field in metadata} or None
