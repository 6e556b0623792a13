"""What chromadbx makes is what a collection takes."""

import pytest

import chromadb
from chromadbx import (
    IDGenerator,
    LogicalOperator,
    UUIDGenerator,
    and_,
    contains,
    eq,
    gt,
    in_,
    ne,
    nin,
    not_contains,
    or_,
    where,
    where_document,
)


@pytest.fixture
def collection():
    with chromadb.EphemeralClient() as client:
        made = client.create_collection("chromadbx", embedding_function=None)
        made.add(
            ids=["1", "2", "3"],
            embeddings=[[1, 0], [0, 1], [1, 1]],
            documents=["red apple", "green apple", "green pear"],
            metadatas=[{"n": 1, "kind": "a"}, {"n": 2, "kind": "a"}, {"n": 3}],
        )
        yield made
        client.delete_collection("chromadbx")


def test_generated_ids_are_taken_as_ids(collection):
    ids = UUIDGenerator(2)
    collection.add(ids=ids, embeddings=[[5, 5], [6, 6]])
    assert collection.get(ids=ids)["ids"] == ids
    collection.upsert(ids=IDGenerator(2, lambda: iter(["1", "2"])), documents=["x", "y"], embeddings=[[0, 0]] * 2)
    assert collection.get(ids=["1", "2"])["documents"] == ["x", "y"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (eq("n", 2), ["2"]),
        (ne("kind", "a"), ["3"]),
        (in_("n", [1, 3]), ["1", "3"]),
        (nin("n", [1, 3]), ["2"]),
        (and_(eq("kind", "a"), gt("n", 1)), ["2"]),
        (or_(eq("n", 1), eq("n", 3)), ["1", "3"]),
        (and_(gt("n", 2)), ["3"]),
        ((eq("n", 1) | eq("n", 2)) & eq("kind", "a"), ["1", "2"]),
    ],
)
def test_conditions_on_metadata_work_as_where(collection, query, ids):
    assert collection.get(where=where(query))["ids"] == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (contains("apple"), ["1", "2"]),
        (contains("apple", "green"), ["2"]),
        (contains("red", "pear", op=LogicalOperator.OR), ["1", "3"]),
        (not_contains("red", "pear"), ["2"]),
        (contains("green") & not_contains("apple"), ["3"]),
    ],
)
def test_conditions_on_documents_work_as_where_document(collection, query, ids):
    assert collection.get(where_document=where_document(query))["ids"] == ids
