"""get, peek and count: which records, in which order, with which columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

_KEYS = ["ids", "embeddings", "documents", "uris", "included", "data", "metadatas"]


@pytest.fixture
def numbered(collection: Any) -> Any:
    """Give a collection of the records 0 to 19, whose order of insertion is not that of their ids."""
    ids = [str((7 * number) % 20) for number in range(20)]
    collection.add(
        ids=ids,
        embeddings=[[int(id_), 1, 0] for id_ in ids],
        documents=[f"number {id_}" for id_ in ids],
        metadatas=[{"n": int(id_), "even": int(id_) % 2 == 0} for id_ in ids],
    )
    return collection


_ORDER = [str((7 * number) % 20) for number in range(20)]


def test_everything_comes_in_insertion_order(numbered: Any) -> None:
    found = numbered.get()

    assert found["ids"] == _ORDER
    assert found["documents"] == [f"number {id_}" for id_ in _ORDER]
    assert [metadata["n"] for metadata in found["metadatas"]] == [int(id_) for id_ in _ORDER]


def test_ids_choose_but_do_not_order(numbered: Any) -> None:
    assert numbered.get(ids=["3", "0", "14", "unknown"])["ids"] == ["0", "14", "3"]
    assert numbered.get(ids="5")["documents"] == ["number 5"]
    assert numbered.get(ids=["unknown"])["ids"] == []


@pytest.mark.parametrize("limit", [None, 0, 1, 7, 20, 2**70])
def test_pages(numbered: Any, limit: int | None) -> None:
    even = [id_ for id_ in _ORDER if int(id_) % 2 == 0]
    some = [id_ for id_ in _ORDER if int(id_) < 9]
    for offset in (None, 0, 1, 13, 20, 2**70):

        def page(found: list[str], start: int = offset or 0) -> list[str]:
            return found[start:] if limit is None else found[start:][:limit]

        assert numbered.get(limit=limit, offset=offset)["ids"] == page(_ORDER)
        assert numbered.get(where={"even": True}, limit=limit, offset=offset)["ids"] == page(even)
        assert numbered.get(ids=sorted(some), limit=limit, offset=offset)["ids"] == page(some)
        # Again where the vectors are in memory.
        found = numbered.get(include=["embeddings"], limit=limit, offset=offset)
        assert found["ids"] == page(_ORDER)
        assert [str(int(vector[0])) for vector in found["embeddings"]] == page(_ORDER)


def test_ids_and_filters_must_both_hold(numbered: Any) -> None:
    found = numbered.get(ids=["1", "2", "3", "4"], where={"even": True}, where_document={"$contains": "4"})

    assert found["ids"] == ["4"]
    assert numbered.get(ids=["1"], where={"even": True})["ids"] == []


@pytest.mark.parametrize(
    "include",
    [[], ["documents"], ["metadatas"], ["uris"], ["embeddings"], ["documents", "embeddings"],
     ["embeddings", "metadatas", "documents", "uris"]],
    ids=repr,
)  # fmt: skip
def test_get_returns_the_columns_asked_for(numbered: Any, include: list[Any]) -> None:
    found = numbered.get(limit=2, include=include)

    assert list(found) == _KEYS
    assert found["included"] == include
    for column in ("documents", "metadatas", "uris", "embeddings"):
        assert (found[column] is not None) == (column in include)
        if column in include:
            assert len(found[column]) == 2
    assert found["data"] is None


def test_by_default_get_returns_documents_and_metadatas(numbered: Any) -> None:
    found = numbered.get(limit=1)

    assert sorted(found["included"]) == ["documents", "metadatas"]
    assert found["embeddings"] is None


def test_vectors_come_as_one_array_of_float64(numbered: Any) -> None:
    found = numbered.get(ids=["3", "0"], include=["embeddings"])["embeddings"]

    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float64
    assert found.tolist() == [[0, 1, 0], [3, 1, 0]]
    nothing = numbered.get(ids=["unknown"], include=["embeddings"])["embeddings"]
    assert nothing.shape == (0,)


def test_an_empty_collection_reads_as_nothing(collection: Any) -> None:
    found = collection.get(include=["embeddings", "documents", "metadatas", "uris"])

    assert (found["ids"], found["documents"], found["metadatas"], found["uris"]) == ([], [], [], [])
    assert found["embeddings"].shape == (0,)
    assert collection.count() == 0
    assert collection.get(where={"a": 1})["ids"] == []
    assert collection.get(where_document={"$regex": ".*"})["ids"] == []
    assert collection.get(ids=["a"])["ids"] == []
    assert collection.peek()["ids"] == []


def test_peek_shows_the_first_records(numbered: Any) -> None:
    found = numbered.peek()

    assert found["ids"] == _ORDER[:10]
    assert sorted(found["included"]) == ["documents", "embeddings", "metadatas"]
    assert found["embeddings"].shape == (10, 3)
    assert numbered.peek(limit=3)["documents"] == [f"number {id_}" for id_ in _ORDER[:3]]
    assert numbered.peek(limit=0)["ids"] == []


def test_count_counts_what_is_there(numbered: Any) -> None:
    numbered.delete(ids=["0", "1", "unknown"])
    numbered.add(ids=["2", "20"], embeddings=[[1, 1, 1]] * 2)
    numbered.upsert(ids=["3", "21"], embeddings=[[1, 1, 1]] * 2)
    numbered.update(ids=["4", "22"], embeddings=[[1, 1, 1]] * 2)

    assert numbered.count() == 20 == len(numbered.get()["ids"])


def test_a_deleted_record_is_gone_from_every_answer(numbered: Any) -> None:
    numbered.query(query_embeddings=[[0, 1, 0]], where={"even": True})
    numbered.delete(ids=["0"])

    assert numbered.get(ids=["0"])["ids"] == []
    assert "0" not in numbered.get(where={"even": True})["ids"]
    assert "0" not in numbered.get(where={"n": {"$nin": [7]}})["ids"]
    assert "0" not in numbered.get(where_document={"$not_contains": "zzz"})["ids"]
    assert "0" not in numbered.query(query_embeddings=[[0, 1, 0]], n_results=99)["ids"][0]
    assert "0" not in numbered.peek(99)["ids"]
