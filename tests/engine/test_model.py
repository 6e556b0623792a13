"""Random histories of one directory, compared with a plain model after every step.

The model is a list of dicts and a brute-force search. Two clients work on the directory, each with a database of its
own, as two processes would have: each has to follow what the other writes, and the segments that the other seals. They
are reopened and made to forget what they hold of the collection now and then.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.engine.database import Database
from chromadb.engine.store import catalog, text

DIMENSION = 3
WIDE = 66
"""A dimension of which segments have codes."""

IDS = st.sampled_from([f"id-{number}" for number in range(12)])
SOME_IDS = st.lists(IDS, min_size=1, max_size=5, unique=True)
VECTOR = st.lists(st.integers(-3, 3).map(float), min_size=DIMENSION, max_size=DIMENSION)
DOCUMENT = st.none() | st.sampled_from(
    ["", "a cat sat", "the CAT sat", "dogs bark", "ünïcode café", "a\0b", "cats and dogs"]
)
KEY = st.sampled_from(["k", "m"])
SCALAR = st.integers(-2, 2) | st.sampled_from([-1.5, 0.5, 1.0, 2.0]) | st.booleans() | st.sampled_from(["x", "y", "1"])
ARRAY = st.lists(st.integers(0, 2), min_size=1, max_size=2) | st.lists(st.sampled_from("xy"), min_size=1, max_size=2)
METADATA = st.none() | st.dictionaries(KEY, SCALAR | ARRAY, min_size=1)
CHANGE = st.none() | st.dictionaries(KEY, st.none() | SCALAR | ARRAY, min_size=1)
TEXT = st.sampled_from(["cat", "CAT", "a", "dogs", "at s", "é", "zebra", "\0"])
NUMBER = st.integers(-2, 2) | st.sampled_from([-1.5, 0.5, 1.0])

CONDITION = st.one_of(
    st.builds(lambda key, value: {key: value}, KEY, SCALAR),
    st.builds(lambda key, op, value: {key: {op: value}}, KEY, st.sampled_from(["$eq", "$ne"]), SCALAR),
    st.builds(lambda key, op, value: {key: {op: value}}, KEY, st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), NUMBER),
    st.builds(
        lambda key, op, values: {key: {op: values}},
        KEY,
        st.sampled_from(["$in", "$nin"]),
        st.lists(st.integers(-2, 2), min_size=1, max_size=3) | st.lists(st.sampled_from("xy1"), min_size=1, max_size=2),
    ),
    st.builds(lambda key, op, value: {key: {op: value}}, KEY, st.sampled_from(["$contains", "$not_contains"]), SCALAR),
)
WHERE = st.recursive(
    CONDITION,
    lambda part: st.builds(
        lambda op, parts: {op: parts}, st.sampled_from(["$and", "$or"]), st.lists(part, min_size=2, max_size=3)
    ),
    max_leaves=4,
)
WHERE_DOCUMENT = st.one_of(
    st.builds(lambda op, text: {op: text}, st.sampled_from(["$contains", "$not_contains"]), TEXT),
    st.builds(
        lambda op, pattern: {op: pattern},
        st.sampled_from(["$regex", "$not_regex"]),
        st.sampled_from(["cat", "^a", "(?i)cat", r"s\b"]),
    ),
)


def same_kind(value: Any, operand: Any) -> bool:
    return type(value) is type(operand) or {type(value), type(operand)} == {int, float}


def holds(where: dict[str, Any], metadata: dict[str, Any]) -> bool:
    ((key, condition),) = where.items()
    if key == "$and":
        return all(holds(part, metadata) for part in condition)
    if key == "$or":
        return any(holds(part, metadata) for part in condition)
    if not isinstance(condition, dict):
        condition = {"$eq": condition}
    ((operator, operand),) = condition.items()
    value = metadata.get(key)
    match operator:
        case "$eq":
            return same_kind(value, operand) and value == operand
        case "$ne":
            return not holds({key: {"$eq": operand}}, metadata)
        case "$in":
            return any(holds({key: {"$eq": one}}, metadata) for one in operand)
        case "$nin":
            return not holds({key: {"$in": operand}}, metadata)
        case "$contains":
            return isinstance(value, list) and any(type(one) is type(operand) and one == operand for one in value)
        case "$not_contains":
            return not holds({key: {"$contains": operand}}, metadata)
    if not same_kind(value, operand) or isinstance(value, (bool, str)):
        return False
    return {"$gt": value > operand, "$gte": value >= operand, "$lt": value < operand, "$lte": value <= operand}[
        operator
    ]


def document_holds(where_document: dict[str, str], document: str | None) -> bool:
    ((operator, operand),) = where_document.items()
    if operator.startswith("$not_"):
        return not document_holds({operator.replace("not_", ""): operand}, document)
    if document is None:
        return False
    if operator == "$contains":
        return operand in document
    return {
        "cat": "cat" in document,
        "^a": document.startswith("a"),
        "(?i)cat": "cat" in document.lower(),
        r"s\b": any(word.endswith("s") for word in document.split()),
    }[operand]


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp()
        self.records: list[dict[str, Any]] = []
        self.space = "l2"
        self.repeats = 1

    @initialize(space=st.sampled_from(["l2", "cosine", "ip"]), dimension=st.sampled_from([DIMENSION, WIDE]))
    def create(self, space: str, dimension: int) -> None:
        self.space = space
        self.repeats = dimension // DIMENSION
        self.client = self.open()
        self.other = self.open()
        self.client.create_collection("records", embedding_function=None, configuration={"hnsw": {"space": space}})  # type: ignore[typeddict-item]

    def open(self) -> chromadb.ClientAPI:
        SharedSystemClient.clear_system_cache()
        return chromadb.PersistentClient(self.directory)

    def teardown(self) -> None:
        if hasattr(self, "client"):
            report = self.client.check()
            assert report.ok, report.problems
        for client in (getattr(self, "client", None), getattr(self, "other", None)):
            if client is not None:
                client._system.stop()
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(self.directory)

    def collection(self, other: bool) -> chromadb.Collection:
        return (self.other if other else self.client).get_collection("records", embedding_function=None)

    def find(self, id_: str) -> dict[str, Any] | None:
        return next((record for record in self.records if record["id"] == id_), None)

    @rule(other=st.booleans(), ids=SOME_IDS, data=st.data())
    def add(self, other: bool, ids: list[str], data: st.DataObject) -> None:
        columns = self.draw_columns(data, len(ids), METADATA)
        self.collection(other).add(ids=ids, **columns)
        for id_, record in zip(ids, self.rows(columns), strict=True):
            if self.find(id_) is None:
                self.records.append({"id": id_, **record, "metadata": self.merged({}, record["metadata"])})

    @rule(other=st.booleans(), ids=SOME_IDS, data=st.data())
    def upsert(self, other: bool, ids: list[str], data: st.DataObject) -> None:
        columns = self.draw_columns(data, len(ids), CHANGE)
        self.collection(other).upsert(ids=ids, **columns)
        for id_, record in zip(ids, self.rows(columns), strict=True):
            if self.find(id_) is None:
                self.records.append({"id": id_, "document": None, "metadata": {}, "embedding": None})
            self.change(id_, record)

    @rule(other=st.booleans(), ids=SOME_IDS, vectors=st.booleans(), data=st.data())
    def update(self, other: bool, ids: list[str], vectors: bool, data: st.DataObject) -> None:
        columns = self.draw_columns(data, len(ids), CHANGE)
        if not vectors:
            columns["embeddings"] = None
            columns["documents"] = None
        self.collection(other).update(ids=ids, **columns)
        for id_, record in zip(ids, self.rows(columns), strict=True):
            if self.find(id_) is not None:
                self.change(id_, record)

    @rule(other=st.booleans(), ids=SOME_IDS)
    def delete_ids(self, other: bool, ids: list[str]) -> None:
        assert self.collection(other).delete(ids=ids) == {"deleted": len(ids)}
        self.records = [record for record in self.records if record["id"] not in ids]

    @rule(other=st.booleans(), where=WHERE, limit=st.none() | st.integers(0, 3))
    def delete_where(self, other: bool, where: dict[str, Any], limit: int | None) -> None:
        chosen = [record["id"] for record in self.records if holds(where, record["metadata"])][:limit]
        assert self.collection(other).delete(where=where, limit=limit) == {"deleted": len(chosen)}
        self.records = [record for record in self.records if record["id"] not in chosen]

    @rule(other=st.booleans())
    def reopen(self, other: bool) -> None:
        name = "other" if other else "client"
        getattr(self, name)._system.stop()
        setattr(self, name, self.open())

    @rule(other=st.booleans())
    def compact(self, other: bool) -> None:
        (self.other if other else self.client).compact()

    @rule(other=st.booleans())
    def unload(self, other: bool) -> None:
        (self.other if other else self.client).unload_collection("records")

    @rule()
    def index_text(self) -> None:
        database = self.client._system.instance(Database)
        id_ = self.collection(False).id
        with database._store.write() as connection:
            text.index_next(connection, catalog.get_state(connection, id_), entries=3)

    @precondition(lambda self: self.records)
    @rule()
    def recreate_from_fork(self) -> None:
        fork = self.collection(True).fork("fork")
        self.other.delete_collection("records")
        fork.modify(name="records")

    @rule(
        other=st.booleans(),
        where=st.none() | WHERE,
        where_document=st.none() | WHERE_DOCUMENT,
        ids=st.none() | SOME_IDS,
        limit=st.none() | st.integers(0, 5),
        offset=st.none() | st.integers(0, 3),
    )
    def get(
        self,
        other: bool,
        where: dict[str, Any] | None,
        where_document: dict[str, str] | None,
        ids: list[str] | None,
        limit: int | None,
        offset: int | None,
    ) -> None:
        expected = self.selected(where, where_document, ids)[offset or 0 :][:limit]
        found = self.collection(other).get(
            ids=ids,
            where=where,
            where_document=where_document,
            limit=limit,
            offset=offset,
            include=["documents", "metadatas", "embeddings"],
        )
        self.check_records(found, expected)

    @rule(
        other=st.booleans(),
        vector=VECTOR,
        where=st.none() | WHERE,
        where_document=st.none() | WHERE_DOCUMENT,
        ids=st.none() | SOME_IDS,
        n_results=st.integers(1, 6),
    )
    def query(
        self,
        other: bool,
        vector: list[float],
        where: dict[str, Any] | None,
        where_document: dict[str, str] | None,
        ids: list[str] | None,
        n_results: int,
    ) -> None:
        vector = vector * self.repeats
        distances = {
            record["id"]: self.distance(vector, record["embedding"])
            for record in self.selected(where, where_document, ids)
        }
        found = self.collection(other).query(
            query_embeddings=vector, n_results=n_results, where=where, where_document=where_document, ids=ids
        )
        assert found["distances"] is not None
        np.testing.assert_allclose(found["distances"][0], sorted(distances.values())[:n_results], atol=1e-5)
        for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True):
            assert math.isclose(distances.pop(id_), distance, abs_tol=1e-5)

    @invariant()
    def both_see_everything(self) -> None:
        if not hasattr(self, "client"):
            return
        for other in (False, True):
            collection = self.collection(other)
            assert collection.count() == len(self.records)
            self.check_records(collection.get(include=["documents", "metadatas", "embeddings"]), self.records)

    def draw_columns(self, data: st.DataObject, count: int, metadata: Any) -> dict[str, Any]:
        return {
            "embeddings": [data.draw(VECTOR) * self.repeats for _ in range(count)],
            "documents": [data.draw(DOCUMENT) for _ in range(count)],
            "metadatas": [data.draw(metadata) for _ in range(count)],
        }

    def rows(self, columns: dict[str, Any]) -> list[dict[str, Any]]:
        count = len(columns["metadatas"])
        return [
            {
                "embedding": columns["embeddings"][row] if columns["embeddings"] else None,
                "document": columns["documents"][row] if columns["documents"] else None,
                "metadata": columns["metadatas"][row],
            }
            for row in range(count)
        ]

    def merged(self, metadata: dict[str, Any], change: dict[str, Any] | None) -> dict[str, Any]:
        return {key: value for key, value in {**metadata, **(change or {})}.items() if value is not None}

    def change(self, id_: str, change: dict[str, Any]) -> None:
        record = self.find(id_)
        assert record is not None
        record["metadata"] = self.merged(record["metadata"], change["metadata"])
        if change["document"] is not None:
            record["document"] = change["document"]
        if change["embedding"] is not None:
            record["embedding"] = change["embedding"]

    def selected(
        self, where: dict[str, Any] | None, where_document: dict[str, str] | None, ids: list[str] | None
    ) -> list[dict[str, Any]]:
        return [
            record
            for record in self.records
            if (where is None or holds(where, record["metadata"]))
            and (where_document is None or document_holds(where_document, record["document"]))
            and (ids is None or record["id"] in ids)
        ]

    def distance(self, query: list[float], vector: list[float]) -> float:
        q, v = np.array(query), np.array(vector)
        if self.space == "l2":
            return float(((q - v) ** 2).sum())
        if self.space == "ip":
            return float(1 - q @ v)
        norms = np.linalg.norm(q) * np.linalg.norm(v)
        return 1.0 if norms == 0 else float(1 - q @ v / norms)

    def check_records(self, found: Any, expected: list[dict[str, Any]]) -> None:
        assert found["ids"] == [record["id"] for record in expected]
        assert found["documents"] == [record["document"] for record in expected]
        assert [metadata or {} for metadata in found["metadatas"]] == [record["metadata"] for record in expected]
        for metadata, record in zip(found["metadatas"], expected, strict=True):
            for key, value in (metadata or {}).items():
                assert type(value) is type(record["metadata"][key])
        assert found["embeddings"].tolist() == [record["embedding"] for record in expected]


Histories.TestCase.settings = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)
TestHistories = Histories.TestCase
