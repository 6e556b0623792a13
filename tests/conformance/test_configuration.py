"""What a collection remembers of how it was made: its index configuration and its embedding function."""

from __future__ import annotations

from typing import Any

import pytest

from chromadb import Schema, SpannIndexConfig, VectorIndexConfig
from chromadb.errors import ChromaError
from chromadb.utils.embedding_functions import register_embedding_function

from .embedding_functions import AskedLetters, Legacy, Letters


def description(client: Any, name: str) -> Any:
    return client.get_collection(name).configuration_json["embedding_function"]


def test_the_index_configuration_is_kept(client: Any) -> None:
    given = {"hnsw": {"space": "cosine", "ef_construction": 222, "max_neighbors": 33, "ef_search": 44}}
    client.create_collection("things", configuration=given)
    found = client.get_collection("things")

    assert given["hnsw"].items() <= found.configuration_json["hnsw"].items()
    assert given["hnsw"].items() <= found.configuration["hnsw"].items()
    assert given == {"hnsw": {"space": "cosine", "ef_construction": 222, "max_neighbors": 33, "ef_search": 44}}


def test_search_settings_can_be_changed_and_the_space_cannot(client: Any) -> None:
    collection = client.create_collection("things", configuration={"hnsw": {"space": "ip", "ef_search": 44}})
    collection.modify(configuration={"hnsw": {"ef_search": 55}})

    for seen in (collection, client.get_collection("things")):
        assert seen.configuration_json["hnsw"]["ef_search"] == 55
        assert seen.configuration_json["hnsw"]["space"] == "ip"


def test_a_spann_configuration_is_kept_and_can_be_changed(client: Any) -> None:
    given = {"spann": {"space": "cosine", "write_nprobe": 12, "split_threshold": 100}}
    collection = client.create_collection("things", configuration=given, embedding_function=Letters())
    collection.modify(configuration={"spann": {"search_nprobe": 33, "ef_search": 44}})

    for seen in (collection, client.get_collection("things")):
        assert seen.configuration_json["hnsw"] is None
        assert seen.configuration_json["spann"] == {
            "search_nprobe": 33,
            "write_nprobe": 12,
            "space": "cosine",
            "ef_construction": 200,
            "ef_search": 44,
            "max_neighbors": 64,
            "reassign_neighbor_count": 64,
            "split_threshold": 100,
            "merge_threshold": 25,
        }
        with pytest.raises(ValueError, match="Trying to update HNSW config but schema has SPANN"):
            seen.modify(configuration={"hnsw": {"ef_search": 5}})
        for change in ({"search_nprobe": 129}, {"write_nprobe": 5}, {"space": "ip"}):
            with pytest.raises(ChromaError):
                seen.modify(configuration={"spann": change})
        assert seen.configuration["spann"] == seen.configuration_json["spann"]
    collection.add(ids=["a", "b"], embeddings=[[3, 4, 0], [5, 0, 0]])
    assert collection.query(query_embeddings=[[1, 0, 0]])["ids"] == [["b", "a"]]
    assert collection.query(query_embeddings=[[1, 0, 0]], n_results=1)["distances"] == [[0.0]]


def test_a_spann_index_in_a_schema_makes_the_same_collection_again(client: Any) -> None:
    schema = Schema().create_index(
        VectorIndexConfig(space="ip", embedding_function=None, spann=SpannIndexConfig(search_nprobe=7))
    )
    first = client.create_collection("first", schema=schema)
    found = client.get_collection("first")
    second = client.create_collection("second", schema=found.schema)

    assert found.schema.keys["#embedding"].float_list.vector_index.config.hnsw is None
    for seen in (first, found, second):
        spann = seen.configuration_json["spann"]
        assert (spann["space"], spann["search_nprobe"], spann["write_nprobe"]) == ("ip", 7, 32)
    assert second.configuration_json == first.configuration_json
    assert second.schema.serialize_to_json() == first.schema.serialize_to_json()


@pytest.mark.filterwarnings("ignore:space manhattan is not supported")
@pytest.mark.parametrize(
    "configuration",
    [
        {"hnsw": {"space": "manhattan"}},
        {"hnsw": {"ef_search": "many"}},
        {"hnsw": {}, "spann": {}},
        {"spann": {"search_nprobe": 129}},
        {"spann": {"merge_threshold": 24}},
        {"spann": {"quantize": "none"}},
    ],
    ids=repr,
)
def test_a_bad_configuration_makes_no_collection(client: Any, configuration: Any) -> None:
    with pytest.raises((ValueError, TypeError, ChromaError)):
        client.create_collection("things", configuration=configuration)
    assert client.count_collections() == 0


def test_a_function_is_found_again_by_its_name(client: Any) -> None:
    client.create_collection("things", embedding_function=Letters(3)).add(ids=["a"], documents=["abba"])
    found = client.get_collection("things")

    assert description(client, "things") == {"type": "known", "name": "conformance-letters", "config": {"scale": 3}}
    assert found.configuration["embedding_function"].scale == 3
    found.add(ids=["b"], documents=["c"])
    assert found.get(include=["embeddings"])["embeddings"].tolist() == [[6, 6, 0], [0, 0, 3]]
    assert found.query(query_texts=["abba"], n_results=1)["distances"] == [[0.0]]
    (listed,) = client.list_collections()
    assert listed.query(query_texts=["c"], n_results=1)["ids"] == [["b"]]


def test_queries_are_embedded_as_queries(client: Any) -> None:
    collection = client.create_collection("things", embedding_function=AskedLetters())
    collection.add(ids=["one", "ten"], documents=["a", "a" * 10])

    for seen in (collection, client.get_collection("things")):
        assert seen.query(query_texts=["a"], n_results=1)["ids"] == [["ten"]]


def test_another_function_than_the_stored_one_is_refused(client: Any) -> None:
    client.create_collection("things", embedding_function=Letters())
    message = "(?i)embedding function.*conformance-(asked-letters.*conformance-letters|letters.*conformance-asked)"

    with pytest.raises(ValueError, match=message):
        client.get_collection("things", embedding_function=AskedLetters())
    with pytest.raises(ValueError, match=message):
        client.get_or_create_collection("things", embedding_function=AskedLetters())
    assert description(client, "things")["name"] == "conformance-letters"
    assert client.get_collection("things", embedding_function=Letters(7)).count() == 0


def test_a_function_whose_class_is_not_there_is_missed_when_it_is_needed(client: Any) -> None:
    from chromadb.utils.embedding_functions import known_embedding_functions

    @register_embedding_function
    class Passing(Letters):
        @staticmethod
        def name() -> str:
            return "conformance-passing"

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Any:
            return Passing(config["scale"])

    client.create_collection("things", embedding_function=Passing()).add(ids=["a"], documents=["abba"])
    del known_embedding_functions["conformance-passing"]
    found = client.get_collection("things")

    assert found.get()["documents"] == ["abba"]
    assert found.query(query_embeddings=[[2, 2, 0]])["ids"] == [["a"]]
    with pytest.raises(ValueError, match="Embedding function conformance-passing not found"):
        found.add(ids=["b"], documents=["c"])
    with pytest.raises(ValueError, match="Embedding function conformance-passing not found"):
        found.query(query_texts=["c"])
    assert found.count() == 1
    register_embedding_function(Passing)
    found.add(ids=["b"], documents=["c"])
    assert found.count() == 2


def test_without_a_function_vectors_must_be_given(client: Any) -> None:
    collection = client.create_collection("things", embedding_function=None)
    collection.add(ids=["a"], embeddings=[[1, 2, 3]], documents=["x"])

    assert description(client, "things") is None
    found = client.get_collection("things", embedding_function=None)
    assert found.query(query_embeddings=[[1, 2, 3]])["documents"] == [["x"]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_function_that_cannot_describe_itself_works_on_its_object(client: Any) -> None:
    collection = client.create_collection("things", embedding_function=Legacy())
    collection.add(ids=["a"], documents=["abcd"])
    assert collection.get(include=["embeddings"])["embeddings"].tolist() == [[4, 0, 0]]
    bare = client.get_collection("things", embedding_function=None)

    assert bare.configuration_json["embedding_function"] == {"type": "legacy"}
    with pytest.raises(ValueError, match="You must provide an embedding function"):
        bare.add(ids=["b"], documents=["x"])
    assert bare.count() == 1


def test_modify_can_change_the_configuration_of_a_function(client: Any) -> None:
    collection = client.create_collection("things", embedding_function=Letters())
    collection.modify(configuration={"embedding_function": Letters(5)})

    assert description(client, "things")["config"] == {"scale": 5}
    for seen in (collection, client.get_collection("things")):
        assert seen.query(query_texts=["a"])["ids"] == [[]]
    client.get_collection("things").add(ids=["a"], documents=["a"])
    assert collection.get(include=["embeddings"])["embeddings"].tolist() == [[5, 0, 0]]
