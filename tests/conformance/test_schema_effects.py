"""Each setting of a schema does what it says: what is off is refused where it is needed, and everything else works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chromadb import (
    BoolInvertedIndexConfig,
    FloatInvertedIndexConfig,
    FtsIndexConfig,
    IntInvertedIndexConfig,
    K,
    Knn,
    Schema,
    Search,
    StringInvertedIndexConfig,
)
from chromadb.errors import ChromaError
from chromadb.execution.expression import And, GroupBy, MaxK, MinK, Or
from chromadb.execution.expression import SearchWhere as Where

TYPES: dict[str, tuple[Any, Any, Any]] = {
    "Str": (StringInvertedIndexConfig(), "x", "y"),
    "Int": (IntInvertedIndexConfig(), 1, 2),
    "Float": (FloatInvertedIndexConfig(), 1.5, 2.5),
    "Bool": (BoolInvertedIndexConfig(), True, False),
}


def filled(client: Any, schema: Schema, first: Any, second: Any) -> Any:
    collection = client.create_collection("things", embedding_function=None, schema=schema)
    collection.add(
        ids=["a", "b"],
        embeddings=[[0.0], [1.0]],
        documents=["first text", "second text"],
        metadatas=[{"k": first, "other": first, "list": [first]}, {"k": second, "other": second, "list": [second]}],
    )
    return collection


def refused(shown: str, key: str = "k") -> Any:
    text = rf"Cannot filter using metadata key '{key}' with type '{shown}' because indexing is disabled"
    return pytest.raises(ChromaError, match=text)


@pytest.mark.parametrize("shown", TYPES)
def test_a_type_disabled_for_a_key_is_refused_for_that_key_alone(client: Any, shown: str) -> None:
    config, first, second = TYPES[shown]
    collection = filled(client, Schema().delete_index(config, key="k"), first, second)
    conditions = [{"k": first}, {"k": {"$ne": first}}, {"k": {"$in": [first]}}, {"k": {"$nin": [first]}}]
    for condition in conditions:
        with refused(shown):
            collection.get(where=condition)
        with refused(shown):
            collection.query(query_embeddings=[[0.0]], where={"$and": [{"other": first}, condition]})
        with refused(shown):
            collection.delete(where={"$or": [{"other": first}, condition]})
    assert collection.get(where={"other": first})["ids"] == ["a"]
    assert collection.get()["ids"] == ["a", "b"]
    assert collection.get()["metadatas"][0]["k"] == first


@pytest.mark.parametrize("shown", TYPES)
def test_a_type_disabled_by_default_is_refused_but_for_keys_that_enable_it(client: Any, shown: str) -> None:
    config, first, second = TYPES[shown]
    schema = Schema().delete_index(config).create_index(config, key="k")
    collection = filled(client, schema, first, second)
    assert collection.get(where={"k": first})["ids"] == ["a"]
    with refused(shown, "other"):
        collection.get(where={"other": first})
    with refused(shown, "list"):
        collection.get(where={"list": {"$contains": first}})
    with refused(shown, "unseen"):
        collection.get(where={"unseen": first})


def test_the_type_of_the_operand_decides(client: Any) -> None:
    collection = filled(client, Schema().delete_index(IntInvertedIndexConfig(), key="k"), 1, 2)
    assert collection.get(where={"k": {"$gte": 1.0}})["ids"] == ["a", "b"]
    with refused("Int"):
        collection.get(where={"k": {"$gte": 1}})


def test_every_operand_of_a_search_counts(client: Any) -> None:
    collection = filled(client, Schema().delete_index(IntInvertedIndexConfig(), key="k"), 1.5, 2.5)
    with refused("Int"):
        collection.search(Search().where(K("k").is_in([1.5, 2])))


def test_without_full_text_documents_are_kept_but_not_searched(client: Any) -> None:
    collection = filled(client, Schema().delete_index(FtsIndexConfig(), key="#document"), "x", "y")
    for condition in ({"$contains": "first"}, {"$not_contains": "first"}, {"$regex": "^f"}, {"$not_regex": "^f"}):
        with pytest.raises(ChromaError, match="Cannot filter using full-text search because FTS indexing is disabled"):
            collection.get(where_document=condition)
        with pytest.raises(ChromaError, match="Cannot filter using full-text search because FTS indexing is disabled"):
            collection.query(query_embeddings=[[0.0]], where_document=condition)
    assert collection.get(where={"k": "x"})["documents"] == ["first text"]


class Given(Where):
    """A condition that is given as a dict, which ``from_dict`` would check for other things."""

    def __init__(self, where: Any = None, where_document: Any = None) -> None:
        self.where = where or {"#document": where_document}

    def to_dict(self) -> dict[str, Any]:
        return dict(self.where)


CALLS: dict[str, Callable[..., Any]] = {
    "get": lambda things, **given: things.get(**given),
    "ordered get": lambda things, **given: things.get(order_by="other", ids=["a"], **given),
    "query": lambda things, **given: things.query(query_embeddings=[[0.0]], **given),
    "exact query": lambda things, **given: things.query(query_embeddings=[[0.0]], exact=True, ids=["a"], **given),
    "search": lambda things, **given: things.search(Search(where=And([K("other") != "z", Given(**given)]))),
    "ranked search": lambda things, **given: things.search(
        [Search(), Search(where=Or([Given(**given)])).rank(Knn([0.0]))]
    ),
    "count": lambda things, **given: things.count(**given),
    "facets": lambda things, **given: things.facets("other", **given),
    "delete": lambda things, **given: things.delete(**given),
}


@pytest.mark.parametrize("shown", ["Str", "Int"])
def test_every_operator_of_every_call_asks_for_the_index(client: Any, shown: str) -> None:
    config, first, second = TYPES[shown]
    things = filled(client, Schema().delete_index(config, key="k").delete_index(config, key="list"), first, second)
    orders = [{"k": {operator: first}} for operator in ("$gt", "$gte", "$lt", "$lte")]
    conditions = [
        {"k": first}, {"k": {"$eq": first}}, {"k": {"$ne": first}}, {"k": {"$in": [first]}}, {"k": {"$nin": [first]}},
        {"list": {"$contains": first}}, {"list": {"$not_contains": first}}, *(orders if shown == "Int" else []),
    ]  # fmt: skip
    for call in CALLS.values():
        for condition in conditions:
            (key,) = condition
            with refused(shown, key):
                call(things, where=condition)
    assert things.count() == 2


def test_conditions_on_documents_ask_for_full_text_in_every_call(client: Any) -> None:
    things = filled(client, Schema().delete_index(FtsIndexConfig(), key="#document"), "x", "y")
    for call in CALLS.values():
        for operator in ("$contains", "$not_contains", "$regex", "$not_regex"):
            with pytest.raises(
                ChromaError, match="Cannot filter using full-text search because FTS indexing is disabl"
            ):
                call(things, where_document={operator: "f"})
    assert things.count() == 2


def test_counts_orders_and_groups_need_no_index(client: Any) -> None:
    schema = Schema().delete_index(IntInvertedIndexConfig(), key="k").delete_index(StringInvertedIndexConfig())
    collection = client.create_collection("things", embedding_function=None, schema=schema)
    metadatas = [{"k": 2, "t": "x"}, {"k": 1, "t": "y"}, {"t": "x", "k": 2.5}, None, {"k": [1, 3]}]
    collection.add(ids=list("abcde"), embeddings=[[float(n)] for n in range(5)], metadatas=metadatas)
    collection.delete(ids=["b"])
    collection.add(ids=["b"], embeddings=[[1.0]], metadatas=[{"k": 1, "t": "y"}])
    for _ in range(2):
        assert collection.facets("t") == [("x", 2), ("y", 1)]
        assert collection.facets("k") == [(1, 2), (2, 1), (3, 1), (2.5, 1)]
        assert collection.facets("k", where={"k": {"$lt": 2.6}}) == [(1, 1), (2, 1), (2.5, 1)]
        assert collection.get(order_by="k")["ids"] == ["b", "a", "c", "e", "d"]
        assert collection.get(order_by=("k", "desc"), ids=["a", "b", "d"])["ids"] == ["a", "b", "d"]
        for aggregate, expected in ((MinK("k", 1), ["a", "d", "b"]), (MaxK(["t", "k"], 1), ["c", "b", "e"])):
            found = collection.search(Search().rank(Knn([0.0])).group_by(GroupBy("t", aggregate)))
            assert sorted(found["ids"][0]) == sorted(expected)


def test_settings_hold_after_a_fork_and_show_in_the_schema(client: Any) -> None:
    collection = filled(client, Schema().delete_index(StringInvertedIndexConfig(), key="k"), "x", "y")
    copy = collection.fork("copy")
    with refused("Str"):
        copy.get(where={"k": "x"})
    keys = client.get_collection("copy").schema.keys
    assert not keys["k"].string.string_inverted_index.enabled
    assert keys["other"].string.string_inverted_index.enabled
    assert not keys["#document"].string.string_inverted_index.enabled


def test_vectors_are_found_without_a_vector_index(client: Any) -> None:
    schema = Schema()
    schema.keys["#embedding"].float_list.vector_index.enabled = False
    collection = filled(client, schema, "x", "y")
    assert collection.query(query_embeddings=[[1.0]], n_results=2)["ids"] == [["b", "a"]]
    assert not client.get_collection("things").schema.keys["#embedding"].float_list.vector_index.enabled


def test_documents_are_no_metadata_key(client: Any) -> None:
    collection = filled(client, Schema(), "x", "y")
    with refused("Str", "#document"):
        collection.get(where={"#document": "first text"})
