"""What add, upsert, update and delete do to the records."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .contents import records


@pytest.fixture
def filled(collection: Any) -> Any:
    """Give a collection with the records a, b and c."""
    collection.add(
        ids=["a", "b", "c"],
        embeddings=[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        documents=["one", "two", None],
        metadatas=[{"n": 1, "s": "x"}, None, {"l": [1, 2]}],
    )
    return collection


def record(collection: Any, id_: str) -> tuple[Any, ...]:
    """Return (document, metadata, vector) of one record."""
    found = collection.get(ids=[id_], include=["documents", "metadatas", "embeddings"])
    return found["documents"][0], found["metadatas"][0], found["embeddings"][0].tolist()


def test_add_adds_every_column(filled: Any) -> None:
    assert records(filled) == [
        ("a", "one", {"n": 1, "s": "x"}, None, (1, 0, 0)),
        ("b", "two", None, None, (0, 1, 0)),
        ("c", None, {"l": [1, 2]}, None, (0, 0, 1)),
    ]
    assert filled.count() == 3


def test_add_leaves_records_that_exist_as_they_are(filled: Any) -> None:
    filled.add(ids=["d", "a"], embeddings=[[4, 4, 4], [9, 9, 9]], documents=["four", "nine"], metadatas=[{"n": 4}] * 2)

    assert record(filled, "a") == ("one", {"n": 1, "s": "x"}, [1, 0, 0])
    assert filled.get()["ids"] == ["a", "b", "c", "d"]
    assert filled.query(query_embeddings=[[9, 9, 9]], n_results=1)["ids"] == [["d"]]


def test_update_passes_over_unknown_ids(filled: Any) -> None:
    filled.update(ids=["zzz", "b"], embeddings=[[5, 5, 5], [6, 6, 6]])

    assert filled.get()["ids"] == ["a", "b", "c"]
    assert record(filled, "b") == ("two", None, [6, 6, 6])


def test_update_with_nothing_to_change_changes_nothing(filled: Any) -> None:
    before = records(filled)
    filled.update(ids=["a", "b"])
    filled.update(ids=["a"], metadatas=[None])

    assert records(filled) == before


def test_update_of_one_column_leaves_the_others(filled: Any) -> None:
    filled.update(ids=["a"], embeddings=[[7, 7, 7]])
    assert record(filled, "a") == ("one", {"n": 1, "s": "x"}, [7, 7, 7])
    filled.update(ids=["a"], metadatas=[{"n": 2}])
    assert record(filled, "a") == ("one", {"n": 2, "s": "x"}, [7, 7, 7])
    filled.update(ids=["a"], documents=["uno"], embeddings=[[8, 8, 8]])
    assert record(filled, "a") == ("uno", {"n": 2, "s": "x"}, [8, 8, 8])


def test_a_new_document_is_embedded_anew(filled: Any) -> None:
    filled.update(ids=["a"], documents=["a b c a"])

    assert record(filled, "a") == ("a b c a", {"n": 1, "s": "x"}, [2, 1, 1])


def test_metadata_is_merged_key_by_key(collection: Any) -> None:
    collection.add(ids=["a"], embeddings=[[1, 0, 0]], metadatas=[{"a": 1, "b": "x", "l": [1, 2]}])
    for write in (collection.update, lambda **arguments: collection.upsert(embeddings=[[1, 0, 0]], **arguments)):
        write(ids=["a"], metadatas=[{"c": 3, "a": None}])
        assert record(collection, "a")[1] == {"b": "x", "c": 3, "l": [1, 2]}
        write(ids=["a"], metadatas=[{"a": 1, "c": None}])
        assert record(collection, "a")[1] == {"a": 1, "b": "x", "l": [1, 2]}


def test_a_value_of_another_type_replaces_the_old_one(collection: Any) -> None:
    olds = [7, 7.5, False, "x", [3], ["x", "z"], [2.5], [True]]
    news = [5, 5.5, True, "y", [1, 2], ["y"], [1.5], [False]]
    pairs = {f"{old} to {new}": (old, new) for old in olds for new in news}
    vectors = [[1, 0, 0]] * len(pairs)
    collection.add(ids=list(pairs), embeddings=vectors, metadatas=[{"k": old} for old, _ in pairs.values()])
    assert collection.get(where={"k": {"$ne": "-"}})["metadatas"] == [{"k": old} for old, _ in pairs.values()]
    collection.update(ids=list(pairs), metadatas=[{"k": new} for _, new in pairs.values()])

    values = [metadata["k"] for metadata in collection.get()["metadatas"]]
    assert values == [new for _, new in pairs.values()]
    assert [type(value) for value in values] == [type(new) for _, new in pairs.values()]
    for new in news:
        condition = {"$contains": new[0]} if isinstance(new, list) else {"$eq": new}
        assert set(collection.get(where={"k": condition})["ids"]) == {f"{old} to {new}" for old in olds}
    for old in olds:
        condition = {"$contains": old[0]} if isinstance(old, list) else {"$eq": old}
        assert collection.get(where={"k": condition})["ids"] == []


def test_metadata_without_keys_reads_back_as_none(filled: Any) -> None:
    filled.update(ids=["a"], metadatas=[{"n": None, "s": None}])
    filled.upsert(ids=["d"], embeddings=[[1, 1, 1]], metadatas=[{"never": None}])

    assert record(filled, "a")[1] is None
    assert record(filled, "d")[1] is None
    assert filled.get(where={"n": {"$ne": 1}})["ids"] == ["a", "b", "c", "d"]


def test_an_empty_document_is_a_document(filled: Any) -> None:
    filled.update(ids=["a"], documents=[""])

    assert record(filled, "a")[0] == ""
    assert record(filled, "c")[0] is None
    assert filled.get(where_document={"$regex": "^$"})["ids"] == ["a"]


def test_upsert_adds_and_changes(filled: Any) -> None:
    filled.upsert(
        ids=["d", "a"], embeddings=[[4, 4, 4], [9, 9, 9]], documents=["four", None], metadatas=[{"n": 4}, {"m": 5}]
    )

    assert filled.get()["ids"] == ["a", "b", "c", "d"]
    assert record(filled, "a") == ("one", {"n": 1, "s": "x", "m": 5}, [9, 9, 9])
    assert record(filled, "d") == ("four", {"n": 4}, [4, 4, 4])


def test_delete_by_id_counts_the_ids_given(filled: Any) -> None:
    assert filled.delete(ids=["a", "unknown"]) == {"deleted": 2}
    assert filled.get()["ids"] == ["b", "c"]
    assert filled.delete(ids="b") == {"deleted": 1}
    assert filled.delete(ids=["b"]) == {"deleted": 1}
    assert filled.count() == 1


def test_delete_by_filter_counts_what_matched(filled: Any) -> None:
    filled.add(
        ids=["d", "e"], embeddings=[[1, 1, 0], [0, 1, 1]], metadatas=[{"n": 1}, {"n": 2}], documents=["one", "x"]
    )

    assert filled.delete(where={"n": 7}) == {"deleted": 0}
    assert filled.delete(ids=["a", "e"], where={"n": 1}) == {"deleted": 1}
    assert filled.delete(where_document={"$contains": "one"}) == {"deleted": 1}
    assert filled.delete(where={"n": 2}, where_document={"$contains": "y"}) == {"deleted": 0}
    assert filled.get()["ids"] == ["b", "c", "e"]


def test_delete_with_a_limit_takes_the_earliest(collection: Any) -> None:
    ids = [str(number) for number in range(10)]
    collection.add(ids=ids, embeddings=[[1, 0, 0]] * 10, metadatas=[{"even": number % 2 == 0} for number in range(10)])

    assert collection.delete(where={"even": True}, limit=0) == {"deleted": 0}
    assert collection.delete(where={"even": True}, limit=2) == {"deleted": 2}
    assert collection.get()["ids"] == ["1", "3", "4", "5", "6", "7", "8", "9"]
    assert collection.delete(where={"even": True}, limit=99) == {"deleted": 3}
    assert collection.get()["ids"] == ["1", "3", "5", "7", "9"]


def test_a_record_added_again_goes_to_the_end(filled: Any) -> None:
    filled.delete(ids=["a"])
    filled.add(ids=["a"], embeddings=[[2, 2, 2]])

    assert filled.get()["ids"] == ["b", "c", "a"]
    assert record(filled, "a") == (None, None, [2, 2, 2])
    assert filled.query(query_embeddings=[[2, 2, 2]], n_results=9)["ids"][0][0] == "a"


def test_changed_records_keep_their_place(filled: Any) -> None:
    filled.upsert(ids=["c", "a"], embeddings=[[5, 5, 5], [6, 6, 6]], metadatas=[{"f": 1}, {"f": 1}])
    filled.update(ids=["b"], embeddings=[[7, 7, 7]], metadatas=[{"f": 1}])

    assert filled.get()["ids"] == ["a", "b", "c"]
    assert filled.get(where={"f": 1})["ids"] == ["a", "b", "c"]
    assert filled.get(include=["embeddings"])["embeddings"].tolist() == [[6] * 3, [7] * 3, [5] * 3]


def test_the_first_vector_sets_the_dimension_for_good(client: Any) -> None:
    collection = client.create_collection("things")
    assert client.get_collection("things").get_model().dimension is None
    assert collection.query(query_embeddings=[[1.0] * 9])["ids"] == [[]]
    collection.update(ids=["unknown"], embeddings=[[1, 2]])

    assert client.get_collection("things").get_model().dimension == 2
    assert collection.count() == 0
    collection.add(ids=["a"], embeddings=[[1, 2]])
    collection.delete(ids=["a"])
    assert client.get_collection("things").get_model().dimension == 2
    assert collection.query(query_embeddings=[[1, 2]])["ids"] == [[]]


def test_uris_are_stored_and_read(filled: Any) -> None:
    filled.add(ids=["d", "e"], embeddings=[[1, 1, 1]] * 2, uris=["file:///d", None])
    filled.update(ids=["a", "d"], uris=["file:///a", "file:///dd"])
    found = filled.get(include=["uris", "metadatas"])

    assert found["uris"] == ["file:///a", None, None, "file:///dd", None]
    assert found["metadatas"] == [{"n": 1, "s": "x"}, None, {"l": [1, 2]}, {}, None]
    assert filled.get()["uris"] is None
    filled.upsert(ids=["d"], embeddings=[[1, 1, 1]])
    assert filled.get(ids=["d"], include=["uris"])["uris"] == ["file:///dd"]


def test_values_are_stored_exactly(collection: Any) -> None:
    vectors = [[0.1, 0.3333333333, 1e-45], [1e-46, 123456789.123, -0.0], [3.4e38, -3.4e38, 1]]
    metadata = {"max": 2**63 - 1, "min": -(2**63), "whole": 1.0, "small": 5e-324, "huge": 1.7976931348623157e308,
                "third": 1 / 3, "yes": True, "no": False, "empty": "", "zero": 0, "list": [2**62, -1], "minus": -0.0,
                "beyond": 2**63}  # fmt: skip
    collection.add(ids=["a", "b", "c"], embeddings=vectors, metadatas=[metadata, None, None])
    found = collection.get(include=["embeddings", "metadatas"])

    assert np.array_equal(found["embeddings"], np.array(vectors, dtype=np.float32).astype(np.float64))
    expected = {**metadata, "beyond": 9.223372036854775808e18, "minus": 0.0}
    assert found["metadatas"][0] == expected
    assert {key: type(value) for key, value in found["metadatas"][0].items()} == {
        key: type(value) for key, value in expected.items()
    }
    assert str(found["metadatas"][0]["minus"]) == "0.0"


def test_a_call_does_not_keep_hold_of_its_arguments(collection: Any) -> None:
    vectors, metadata, ids, documents = np.ones((1, 3), dtype=np.float32), {"l": [1]}, ["a"], ["x"]
    collection.add(ids=ids, embeddings=vectors, metadatas=[metadata], documents=documents)
    vectors[:], ids[0], documents[0] = 7, "b", "y"
    metadata["l"].append(2)

    assert records(collection) == [("a", "x", {"l": [1]}, None, (1, 1, 1))]
    assert collection.query(query_embeddings=[[1, 1, 1]])["distances"] == [[0.0]]
    found = collection.get(include=["embeddings", "metadatas"])
    found["embeddings"][:] = 9
    found["metadatas"][0]["l"].append(3)
    assert records(collection) == [("a", "x", {"l": [1]}, None, (1, 1, 1))]
