"""Everything a database holds, as plain values that compare."""

from __future__ import annotations

from typing import Any


def records(collection: Any) -> list[tuple[Any, ...]]:
    """Return (id, document, metadata, uri, vector) of every record, in order."""
    found = collection.get(include=["documents", "metadatas", "uris", "embeddings"])
    return list(
        zip(
            found["ids"],
            found["documents"],
            found["metadatas"],
            found["uris"],
            [tuple(vector) for vector in found["embeddings"].tolist()],
            strict=True,
        )
    )


def everything(backend: Any) -> dict[str, Any]:
    """Return every database of the default tenant with its collections, their descriptions and their records."""
    content: dict[str, Any] = {}
    for database in backend.admin().list_databases():
        client = backend.client(database=database["name"])
        content[database["name"]] = [
            (
                collection.id,
                collection.name,
                collection.metadata,
                collection.configuration_json,
                collection.get_model().dimension,
                records(collection),
            )
            for collection in client.list_collections()
        ]
    return content
