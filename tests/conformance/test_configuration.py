"""What a collection remembers of how it was made: its index configuration and its embedding function."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.filterwarnings("ignore:space manhattan is not supported")
@pytest.mark.parametrize(
    "configuration",
    [{"hnsw": {"space": "manhattan"}}, {"hnsw": {"ef_search": "many"}}, {"hnsw": {}, "spann": {}}],
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
