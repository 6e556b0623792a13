"""The text index names candidates, never answers: filters are right whatever it has seen."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chromadb
import chromadb.errors
from chromadb.engine.store import catalog, text
from chromadb.engine.store.connection import Store, StoreOptions
from chromadb.engine.store.records import number_range

_LETTERS = "aAbBcé日😀 \0ıİßſ\n\"'%\ufffd\u0301"
_TEXTS = st.text(_LETTERS, max_size=12) | st.text(max_size=8)
_DOCUMENTS = st.none() | _TEXTS
_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["upsert", "update", "delete", "index", "add"]), st.integers(0, 30), st.integers(1, 8), _TEXTS
    ),
    max_size=6,
)


@contextmanager
def collection_in(directory: str) -> Iterator[tuple[Any, Any]]:
    """Give a collection and a function that indexes up to so many of its log entries."""
    with chromadb.PersistentClient(directory) as client:
        collection = client.create_collection("texts", embedding_function=None)
        store = Store(StoreOptions(Path(directory)))

        def index(entries: int) -> bool:
            with store.write() as connection:
                return text.index_next(connection, catalog.get_state(connection, collection.id), entries)

        yield collection, index
        store.close()


def check(collection: Any, documents: dict[str, str | None], wanted: list[str]) -> None:
    for part in wanted:
        expected = [id_ for id_, document in documents.items() if document is not None and part in document]
        found = collection.get(where_document={"$contains": part}, include=[])["ids"]
        assert sorted(found) == sorted(expected), part
        rest = collection.get(where_document={"$not_contains": part}, include=[])["ids"]
        assert sorted([*found, *rest]) == sorted(documents)
        if part.isascii() and part.isprintable():
            pattern = re.sub(r"([^\w\s<>]|_)", r"\\\1", part, flags=re.ASCII)
            assert collection.get(where_document={"$regex": pattern}, include=[])["ids"] == found, pattern
            for either in (f"{pattern}|zzzz", f"(?:zzzz|(?:yyyy|{pattern}))", f"(?i:{pattern})"):
                assert set(found) <= set(collection.get(where_document={"$regex": either}, include=[])["ids"]), either


@given(
    documents=st.lists(_DOCUMENTS, min_size=1, max_size=30),
    changes=_CHANGES,
    wanted=st.lists(_TEXTS.filter(bool), max_size=4),
    data=st.data(),
)
def test_filters_are_right_at_every_stage_of_indexing(
    documents: list[str | None], changes: list[tuple[str, int, int, str]], wanted: list[str], data: st.DataObject
) -> None:
    parts = list(wanted)
    for document in documents[:8]:
        if document:
            start = data.draw(st.integers(0, len(document) - 1))
            parts.append(document[start : start + data.draw(st.integers(1, 6))])
    with tempfile.TemporaryDirectory() as directory, collection_in(directory) as (collection, index):
        ids = [str(number) for number in range(len(documents))]
        held = dict(zip(ids, documents, strict=True))
        collection.add(ids=ids, embeddings=[[1.0]] * len(ids), documents=documents)
        check(collection, held, parts)
        index(len(ids) // 2 + 1)
        check(collection, held, parts)
        for change, start, count, new in changes:
            chosen = [str(number) for number in range(start, start + count)]
            columns = {"ids": chosen, "embeddings": [[2.0]] * count, "documents": [new] * count}
            if change == "index":
                index(count)
            elif change == "delete":
                collection.delete(ids=chosen)
                held = {id_: document for id_, document in held.items() if id_ not in chosen}
            else:
                getattr(collection, change)(**columns)
                for id_ in chosen:
                    if (change == "upsert") or (id_ in held) == (change == "update"):
                        held[id_] = new
            check(collection, held, [*parts, new[:4]] if new else parts)
        while index(7):
            pass
        check(collection, held, parts)


def test_an_index_that_has_caught_up_says_so(tmp_path: Path) -> None:
    with collection_in(str(tmp_path)) as (collection, index):
        assert not index(10)
        collection.add(ids=list("abc"), embeddings=[[1.0]] * 3, documents=["one two", "two three", None])
        assert index(2)
        assert index(2)
        assert not index(2)
        collection.update(ids=["a"], metadatas=[{"n": 1}])
        assert index(10)
        assert not index(10)
        assert collection.get(where_document={"$contains": "two"})["ids"] == ["a", "b"]


def test_few_candidates_are_looked_up_and_stale_ones_dropped(tmp_path: Path) -> None:
    """Here the index names few enough records for it to be used, with entries that are out of date."""
    with collection_in(str(tmp_path)) as (collection, index):
        ids = [str(number) for number in range(300)]
        collection.add(
            ids=ids, embeddings=[[1.0]] * 300, documents=[f"document number {number} NEEDLE" for number in range(300)]
        )
        collection.update(ids=ids[::2], documents=["plain"] * 150, embeddings=[[1.0]] * 150)
        collection.update(ids=ids[1:200:2], documents=["needle in lower case"] * 100, embeddings=[[1.0]] * 100)
        while index(100):
            pass
        collection.update(ids=["201"], documents=["nothing"], embeddings=[[1.0]])
        collection.update(ids=["0"], documents=["a new NEEDLE"], embeddings=[[1.0]])
        collection.delete(ids=["203"])
        collection.add(ids=["new"], embeddings=[[1.0]], documents=["another NEEDLE"])
        expected = ["0", *(str(number) for number in range(205, 300, 2)), "new"]

        assert collection.get(where_document={"$contains": "NEEDLE"})["ids"] == expected
        assert collection.get(where_document={"$regex": "NEEDLE$"})["ids"] == expected
        assert collection.get(where_document={"$regex": "number 29. NEEDLE$"})["ids"] == [
            "291",
            "293",
            "295",
            "297",
            "299",
        ]
        assert collection.get(where_document={"$contains": "needle"})["ids"] == ids[1:200:2]


def test_a_damaged_text_index_misleads_nobody_and_is_made_anew(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("things", embedding_function=None)
        ids = [str(number) for number in range(3_000)]
        documents = [f"document about {'owls' if number % 1000 == 7 else 'mice'}" for number in range(3_000)]
        collection.add(ids=ids, embeddings=[[0.0]] * 3_000, documents=documents)
        client.compact()
    with closing(apsw.Connection(str(tmp_path / "chroma.sqlite3"))) as connection:
        connection.execute("UPDATE embedding_fulltext_search_data SET block = x'00' WHERE id > 10")
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.get_collection("things", embedding_function=None)
        wanted = {"7", "1007", "2007"}
        assert set(collection.get(where_document={"$contains": "owls"})["ids"]) == wanted
        assert not client.check().ok
        client.compact()
        assert client.check().ok
        assert set(collection.get(where_document={"$contains": "owls"})["ids"]) == wanted


def test_documents_without_full_text_are_not_indexed_and_their_log_is_passed(tmp_path: Path) -> None:
    schema = chromadb.Schema().delete_index(chromadb.FtsIndexConfig(), key="#document")
    with chromadb.PersistentClient(tmp_path) as client, closing(Store(StoreOptions(tmp_path))) as store:
        indexed = client.create_collection("indexed", embedding_function=None)
        plain = client.create_collection("plain", embedding_function=None, schema=schema)
        for collection in (indexed, plain):
            collection.add(ids=["a"], embeddings=[[1.0]], documents=["some words"])

        entries = "SELECT count(*) FROM embedding_fulltext_search WHERE embedding_fulltext_search MATCH 'wor'"

        def counts() -> list[int]:
            found = []
            with store.read() as connection:
                for collection in (indexed, plain):
                    extent = number_range(catalog.get_state(connection, collection.id).number)
                    found += [count for (count,) in connection.execute(f"{entries} AND rowid BETWEEN ? AND ?", extent)]
            return found

        client.compact()
        assert counts() == [1, 0]
        with store.write() as connection:
            assert not text.index_next(connection, catalog.get_state(connection, plain.id), 10)
            text.rebuild(connection)
        assert counts() == [1, 0]
        with pytest.raises(chromadb.errors.InvalidArgumentError, match=r"because FTS indexing is disabled$"):
            plain.get(where_document={"$contains": "words"})
