"""What a block finds when it starts: the names, files and packages that the document takes for granted."""

from __future__ import annotations

import re
import sys
import types
import uuid
from collections.abc import Callable
from typing import Any

import pytest

import chromadb

from .blocks import Block, run_code
from .filters import telling_documents, telling_metadatas

Namespace = dict[str, Any]


def set_scene(block: Block, blocks: dict[int, Block], monkeypatch: pytest.MonkeyPatch) -> Namespace:
    """Return the namespace in which the block runs; skips the test when a package is missing.

    Raises LookupError for a need that nothing here provides.
    """
    namespace: Namespace = {"__name__": f"block_{block.number:04d}"}
    for need in block.needs:
        earlier = re.fullmatch(r"fixture: block (\d+)", need)
        if earlier:
            run_code(blocks[int(earlier[1])].code, f"<block {earlier[1]}>", namespace)
            continue
        provide = next((provide for phrase, provide in _PROVIDERS.items() if phrase in need), None)
        if provide is None:
            raise LookupError(f"no scene provides {need!r}, which block {block.number} needs")
        provide(block, namespace, monkeypatch)
    return namespace


def _nothing(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The need is met by the package itself, or by the empty working directory."""


def _client(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace["client"] = chromadb.EphemeralClient()
    if "OPENAI_API_KEY" in block.code:
        monkeypatch.setenv("OPENAI_API_KEY", "a key")


def _test_directory(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    with chromadb.PersistentClient(path="test") as client:
        client.create_collection("test")


def _padded_metadata(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    with chromadb.PersistentClient(path="test") as client:
        client.create_collection("test").add(
            ids=[str(number) for number in range(12)],
            documents=["text"] * 12,
            metadatas=[{"title": f"  number {number} "} for number in range(12)],
        )


def _collection(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection with records on both sides of every filter of the block."""
    documents = telling_documents(block.literals("where_document"))
    filters = [where for where in block.literals("where") if isinstance(where, dict)]
    metadatas = telling_metadatas([] if block.category == "raises" else filters)
    size = max(len(documents), len(metadatas), 4)
    ids = [f"record-{number}" for number in range(size)]
    named = [record_id for given in block.literals("ids") for record_id in given]
    ids[: len(named)] = named
    collection = chromadb.EphemeralClient().create_collection("collection")
    collection.add(
        ids=ids,
        documents=[documents[number % len(documents)] for number in range(size)],
        metadatas=[metadatas[number % len(metadatas)] for number in range(size)],
    )
    namespace["collection"] = collection


def _thirty_records(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = chromadb.EphemeralClient().create_collection("collection")
    collection.add(
        ids=[f"record-{number}" for number in range(30)],
        embeddings=[[number, 1] for number in range(30)],
    )
    namespace["collection"] = collection


def _collection_and_uuid(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace["uuid"] = uuid
    _collection(block, namespace, monkeypatch)


def _ulid_py(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ulid", reason="needs the package ulid-py")


def _py_ulid(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the package py-ulid, which has the module name of ulid-py and cannot be beside it."""
    ulid_py = pytest.importorskip("ulid", reason="needs the package ulid-py")
    stand_in = types.ModuleType("ulid")
    stand_in.ULID = type("ULID", (), {"generate": lambda self: str(ulid_py.new())})
    monkeypatch.setitem(sys.modules, "ulid", stand_in)


def _nanoid(block: Block, namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nanoid", reason="needs the package nanoid")


_PROVIDERS: dict[str, Callable[[Block, Namespace, pytest.MonkeyPatch], None]] = {
    "fresh working directory": _nothing,
    "importing it is harmless": _nothing,
    "plain assignments": _nothing,
    "fixture: `client`": _client,
    "default-embedding-function": _nothing,
    "documents embedded": _nothing,
    "Settings(allow_reset=True)": _nothing,
    "definition only": _nothing,
    "client attribute max_batch_size": _nothing,
    "class path chromadb.api.segment.SegmentAPI": _nothing,
    "missing `import time`": _nothing,
    "persistent dir 'test' holding a collection named 'test'": _test_directory,
    "collection 'test' (records need string-valued metadata": _padded_metadata,
    "`collection` with at least 30 records": _thirty_records,
    "`collection`, `import uuid`": _collection_and_uuid,
    "`collection`": _collection,
    "package py-ulid": _py_ulid,
    "ulid-py": _ulid_py,
    "nanoid": _nanoid,
    "package chromadbx": _nothing,
}
"""A phrase of a need to what provides it; the first phrase that occurs in the need counts."""
