"""The Search API, over every kind of client."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pytest

from chromadb import K, Knn, Rrf, Schema, Search, SparseVector, SparseVectorIndexConfig
from chromadb.errors import InvalidArgumentError, NotFoundError
from chromadb.execution.expression import (
    And,
    GroupBy,
    Limit,
    Max,
    MaxK,
    Min,
    MinK,
    Mul,
    Or,
    Rank,
    Select,
    Sum,
    Val,
)

from .backends import Backend
from .embedding_functions import AskedLetters

A, B, C = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]


@pytest.fixture
def things(client: Any) -> Any:
    schema = Schema().create_index(SparseVectorIndexConfig(), key="terms")
    collection = client.create_collection("things", schema=schema)
    collection.add(
        ids=["one", "two", "three", "four"],
        embeddings=[A, B, C, [2.0, 0.0, 0.0]],
        documents=["aa", "bb", "cc", None],
        metadatas=[
            {"colour": "red", "size": 1, "terms": SparseVector([1, 5], [1.0, 0.5])},
            {"colour": "blue", "size": 2, "terms": SparseVector([5], [2.0])},
            {"colour": "red", "size": 3},
            None,
        ],
    )
    return collection


def ids(collection: Any, search: Any) -> list[str]:
    found: list[str] = collection.search(search)["ids"][0]
    return found


def test_search_without_parts_returns_ids_in_order_of_insertion(things: Any) -> None:
    assert things.search(Search()) == {
        "ids": [["one", "two", "three", "four"]],
        "documents": [None],
        "embeddings": [None],
        "metadatas": [None],
        "scores": [None],
        "select": [[]],
    }


def test_everything_selected(things: Any) -> None:
    found = things.search(Search().rank(Knn(A)).limit(2).select_all())

    assert found == {
        "ids": [["one", "four"]],
        "documents": [["aa", None]],
        "embeddings": [[A, [2.0, 0.0, 0.0]]],
        "metadatas": [[{"colour": "red", "size": 1, "terms": SparseVector([1, 5], [1.0, 0.5])}, None]],
        "scores": [[0.0, 1.0]],
        "select": [["#document", "#embedding", "#metadata", "#score"]],
    }
    assert found.rows()[0][1] == {"id": "four", "embedding": [2.0, 0.0, 0.0], "score": 1.0}


def test_single_fields_of_metadata(things: Any) -> None:
    found = things.search(Search().select("size", K.SCORE, "nothing").limit(2, offset=2))

    assert found["metadatas"] == [[{"size": 3}, None]]
    assert found["scores"] == [[0.0, 1.0]]
    assert found["select"] == [["#score", "nothing", "size"]]


def test_several_searches_answer_in_order(things: Any) -> None:
    found = things.search([Search().limit(1).select(K.DOCUMENT), Search().rank(Knn(B, limit=1))])

    assert found["ids"] == [["one"], ["two"]]
    assert found["documents"] == [["aa"], None]
    assert things.search([])["ids"] == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (K("colour") == "red", ["one", "three"]),
        ((K("colour") == "red") & (K("size") > 1), ["three"]),
        (K.DOCUMENT.contains("b") | (K.ID == "four"), ["two", "four"]),
        (K.ID.is_in(["four", "one", "missing"]), ["one", "four"]),
        (K.ID.not_in(["four", "one"]) & K.DOCUMENT.regex("^[bc]+$"), ["two", "three"]),
        ({"$and": [{"#id": {"$ne": "one"}}, {"size": {"$in": [1, 2]}}]}, ["two"]),
        ({"#id": "two"}, ["two"]),
    ],
)
def test_conditions_on_metadata_documents_and_ids_in_one_expression(things: Any, where: Any, expected: Any) -> None:
    assert ids(things, Search(where=where)) == expected
    assert sorted(ids(things, Search(where=where).rank(Knn(A)))) == sorted(expected)


def test_dicts_stand_for_the_parts_and_for_the_whole(things: Any) -> None:
    search = Search(
        where={"colour": "red"}, rank={"$knn": {"query": C}}, limit={"limit": 1, "offset": 1}, select=["#score"]
    )

    assert things.search(search) == things.search(search.to_dict())
    assert ids(things, search) == ["one"]


def test_text_of_a_neighbourhood_is_embedded_as_a_query(client: Any) -> None:
    collection = client.create_collection("asked", embedding_function=AskedLetters())
    collection.add(ids=["one", "ten"], documents=["a", "aaaaaaaaaa"])

    found = collection.search(Search().rank(Rrf([Knn("a", return_rank=True)]) * 1 + Knn("a")).select(K.SCORE))

    assert found["ids"] == [["ten", "one"]]
    assert found["scores"][0] == pytest.approx([-1 / 60, 81 - 1 / 61])


def test_records_outside_a_neighbourhood_are_left_out_unless_it_has_a_default(things: Any) -> None:
    query = SparseVector([5], [1.0])

    assert ids(things, Search().rank(Knn(A) + Knn(query, key="terms"))) == ["one", "two"]
    found = things.search(Search().rank(Knn(A) + Knn(query, key="terms", default=1.5)).select(K.SCORE))
    assert found["ids"] == [["one", "two", "four", "three"]]
    assert found["scores"] == [[0.5, 1.0, 2.5, 3.5]]


def test_constant_alone_finds_nothing(things: Any) -> None:
    assert ids(things, Search().rank(Val(1.0))) == []


def test_division_by_zero_and_logarithms_of_negatives_follow_ieee(backend: Backend, things: Any) -> None:
    # JSON has no infinite number.
    infinite = float("nan") if backend.is_remote else float("inf")
    found = things.search(Search().rank(1 / Knn(A)).select(K.SCORE))
    assert found["ids"][0][-1] == "one"
    assert np.array_equal(found["scores"][0][-1], infinite, equal_nan=True)

    found = things.search(Search().rank((Knn(A) - 2).log()).select(K.SCORE))
    assert found["ids"][0][:2] == ["two", "three"]
    assert all(score != score for score in found["scores"][0][2:])


def test_best_of_each_group(things: Any) -> None:
    best = Search().rank(Knn(A)).group_by(GroupBy(keys="colour", aggregate=MinK(keys=K.SCORE, k=1)))
    largest = Search().rank(Knn(A)).group_by(GroupBy(keys=["colour"], aggregate=MaxK(keys=["size"], k=1)))

    assert ids(things, best) == ["one", "four", "two"]
    assert ids(things, largest) == ["four", "two", "three"]
    assert ids(things, best.limit(1, offset=1)) == ["four"]


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (Search(where=K("colour") == None), "Invalid where clause"),  # noqa: E711
        (Search(where=K("colour").regex("r")), "unknown operator '\\$regex'"),
        (Search(where=K.ID > 1), r"\$gt on '#id'"),
        (Search(where=K.DOCUMENT == "aa"), "indexing is disabled"),
        (Search().rank(Knn([1.0])), "dimension of 3, got 1"),
        (Search().rank(Knn(A, key="size")), "dense query"),
        (Search().rank(Knn(SparseVector([1], [1.0]), key="size")), "'size' with type 'SparseVector'"),
        (Search().rank(Knn(SparseVector([1], [1.0]))), "'#embedding' with type 'SparseVector'"),
        (Search().rank(Knn(SparseVector([2**32], [1.0]), key="terms")), "indices must be at most 4294967295"),
        (Search().rank(Knn(A, limit=0)), r"searches\[0\].rank: \$knn limit must be positive, got 0"),
        (Search().rank(Knn([float("nan")] * 3)), "not finite"),
        (Search().rank(Knn(None)), r"searches\[0\].rank: \$knn query must be"),
        (Search().rank(Val("x")), r"\$val requires a number"),  # type: ignore[arg-type]
        (Search().rank(Val(10**400)), r"\$val must be a finite number, got 1000"),
        (Search().rank(Knn(SparseVector([1], [10**400]), key="terms")), "values must be finite in 32 bits"),
        (Search().rank(Knn({"indices": [2, 1], "values": [1, 1]}, key="terms")), r"ascending order \(no duplicates\)"),
        (Search(where=K.DOCUMENT.regex(1)), r"\$regex on '#document' takes a str, got 1"),  # type: ignore[arg-type]
        (Search().limit(-1), r"searches\[0\].limit: limit must be an integer from 0 to 4294967295, got -1"),
        (Search(limit=Limit(offset=-1)), "offset must be an integer"),
        (Search().group_by(GroupBy(keys="size", aggregate=MinK(keys="size", k=1))), "requires rank expression"),
        (Search().rank(Knn(A)).group_by(GroupBy("#id", MinK("size", 1))), "group_by keys must be metadata fields"),
        (Search().rank(Knn(A)).group_by(GroupBy("size", MinK("#document", 1))), "aggregate keys must be metadata"),
        (Search().rank(Knn(A)).group_by(GroupBy("size", MinK("size", 0))), "aggregate k must be greater than 0"),
        (Search().rank(Knn(A)).group_by(GroupBy("size", MinK([], 1))), "aggregate keys must not be empty"),
    ],
)
def test_what_cannot_be_answered_is_refused(things: Any, search: Search, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        things.search(search)


def test_sparse_query_that_was_changed_to_be_unsorted_is_refused(things: Any) -> None:
    query = SparseVector([1, 2], [1.0, 1.0])
    query.indices = [2, 2]

    with pytest.raises(InvalidArgumentError, match="must be sorted in strictly ascending order"):
        things.search(Search().rank(Knn(query, key="terms")))


def test_expressions_are_bounded_in_depth_and_size(things: Any) -> None:
    deep = shared = Knn(A) + 0
    for _ in range(200):
        deep = deep.abs().exp()  # type: ignore[assignment]
    for _ in range(60):
        shared = shared - shared  # type: ignore[assignment]
    ring = Knn(A) + 1
    ring.ranks.append(ring)
    where: Any = K("a") == 1
    for _ in range(100):
        where = (where | (K("b") == 1)) & (K("c") == 1)

    with pytest.raises(ValueError, match="nests deeper"):
        things.search(Search().rank(deep))
    with pytest.raises(ValueError, match="more than the 10000"):
        things.search(Search().rank(shared))
    with pytest.raises(ValueError, match="nests deeper"):
        things.search(Search().rank(ring))
    with pytest.raises(ValueError, match="nests deeper"):
        things.search(Search().where(where))


def test_all_of_nothing_matches_everything_and_any_of_nothing_matches_nothing(things: Any) -> None:
    assert ids(things, Search(where=And([]))) == ["one", "two", "three", "four"]
    assert ids(things, Search(where=Or([]))) == []
    assert ids(things, Search(where=And([K("size") == 2, And([])]))) == ["two"]
    assert ids(things, Search(where=Or([K("size") == 2, Or([])]))) == ["two"]


@pytest.mark.parametrize("join", [Sum, Mul, Max, Min])
def test_one_score_joined_with_none_is_itself_and_none_joined_finds_nothing(things: Any, join: Any) -> None:
    near = Knn(A, limit=2)

    one = things.search(Search().rank(join([near])).select(K.SCORE))

    assert (one["ids"], one["scores"]) == ([["one", "four"]], [[0.0, 1.0]])
    assert ids(things, Search().rank(join([]))) == []
    # What a fold starts from is a constant: the score of all records, which makes none of them found.
    assert ids(things, Search().rank(join([]) + near)) == ["one", "four"]


def test_scores_may_nest_128_levels_deep(things: Any) -> None:
    deep: Rank = Knn(A, limit=1)
    for _ in range(127):
        deep = deep - 1

    found = things.search(Search().rank(deep).select(K.SCORE))

    assert found["scores"] == [[-127.0]]
    with pytest.raises(ValueError, match="nests deeper than the 128 levels"):
        things.search(Search().rank(deep - 1))


def test_numbers_of_more_than_64_bits_are_the_nearest_floats(things: Any) -> None:
    rank = (Knn(A, limit=1) + 10**25) * 1e-25 + Knn([10**20, 1, 1], limit=1, default=-(10**20)) * 0

    assert things.search(Search().rank(rank).select(K.SCORE))["scores"] == [[1.0]]


def test_texts_that_nothing_embeds_are_refused(things: Any) -> None:
    with pytest.raises(ValueError, match="key not found in schema"):
        things.search(Search().rank(Knn("text", key="unknown")))
    with pytest.raises(ValueError, match="no embedding function configured for this key"):
        things.search(Search().rank(Knn("text", key="terms")))


@pytest.mark.parametrize("searches", [None, 1, "search", [1], [None]])
def test_what_is_no_search_is_refused(things: Any, searches: Any) -> None:
    with pytest.raises(TypeError, match="searches must be a Search or a list of them"):
        things.search(searches)


def test_unknown_read_level_and_deleted_collection(client: Any, things: Any) -> None:
    with pytest.raises(ValueError, match="bogus"):
        things.search(Search(), read_level="bogus")
    client.delete_collection("things")
    with pytest.raises(NotFoundError):
        things.search(Search())


def test_empty_collection_finds_nothing(collection: Any) -> None:
    found = collection.search([Search(), Search().rank(Knn(A) + Knn(B)).select_all(), Search(select=Select({"a"}))])

    assert found["ids"] == [[], [], []]
    assert found["embeddings"] == [None, [], None]


def test_an_empty_collection_has_no_dimension_that_queries_must_have(collection: Any) -> None:
    assert ids(collection, Search().rank(Knn(A) + Knn([1.0, 2.0]))) == []


def test_of_equally_near_records_the_ones_inserted_first_come_first(things: Any) -> None:
    things.upsert(ids=["two", "three", "four"], embeddings=[A, A, A], metadatas=[{"n": 1}] * 3)
    things.update(ids=["one"], metadatas=[{"n": 2}])
    expected = ["one", "two", "three", "four"]
    assert ids(things, Search().rank(Knn(A))) == expected
    assert ids(things, Search().rank(Knn(A, limit=2))) == expected[:2]
    assert ids(things, Search().rank(Knn(A, return_rank=True))) == expected
    assert things.query(query_embeddings=[A, B], n_results=3)["ids"] == [expected[:3]] * 2
    assert things.query(query_embeddings=A, n_results=3, exact=True)["ids"] == [expected[:3]]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_are_not_finite_are_refused(things: Any, value: float) -> None:
    for rank in (Knn(A) + Val(value), Knn(A, default=value), Rrf([Knn(A, return_rank=True)], weights=[value])):
        with pytest.raises((ValueError, InvalidArgumentError)):
            things.search(Search().rank(rank))


@pytest.mark.parametrize("key", ["#score", "#embedding", "#metadata"])
def test_what_is_no_metadata_is_no_condition(things: Any, key: str) -> None:
    with pytest.raises(InvalidArgumentError, match=key):
        things.search(Search().where(K(key) == 1))


def test_an_empty_rank_is_none_at_all_or_refused(things: Any) -> None:
    assert len(things.search({"rank": None})["ids"][0]) == 4
    with pytest.raises(ValueError, match="Rank dict cannot be empty"):
        things.search({"rank": {}})


@pytest.mark.parametrize(("k", "weights", "name"), [("x", None, "k"), (True, None, "k"), (1, ["x"], "weight")])
def test_fusions_take_numbers(things: Any, k: Any, weights: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"RRF {name} must be a number, got"):
        things.search(Search().rank(Rrf([Knn(A)], k=k, weights=weights)))


class Colour(str, Enum):
    RED = "red"


def test_a_member_of_an_enum_stands_for_its_value(things: Any) -> None:
    assert ids(things, Search(where=K("colour") == Colour.RED)) == ["one", "three"]
    assert things.get(where={"colour": {"$in": [Colour.RED]}})["ids"] == ["one", "three"]


def test_a_search_dict_has_one_condition(things: Any) -> None:
    with pytest.raises(ValueError, match="got both"):
        things.search({"where": {"size": 1}, "filter": {"size": 2}})
