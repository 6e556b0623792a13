"""Embedding functions: which one is used, how it is kept, what it may answer."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import chromadb
from chromadb.utils.embedding_functions import config_to_embedding_function, register_embedding_function

from .area import Area, Stage
from .results import hits, kind
from .toys import Answering, CosineToy, Failing, LegacyToy, OtherToy, Toy

AREA = Area("embedding_functions")

for _class in (Toy, OtherToy, CosineToy):
    register_embedding_function(_class)


def _described(collection: Any) -> Any:
    configuration = collection.configuration_json
    return [configuration["embedding_function"], (configuration["hnsw"] or {}).get("space")]


def _toys(stage: Stage, function: Any = None) -> Any:
    return stage.client.create_collection("things", embedding_function=function or Toy())


@AREA.case()
def documents_are_embedded(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a", "b"], documents=["a cat sat", "dog"])
    return collection.get(include=["embeddings", "documents"])


@AREA.case()
def one_document_is_embedded(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids="a", documents="a cat sat", metadatas={"x": 1})
    return collection.get(include=["embeddings", "documents", "metadatas"])


@AREA.case()
def embeddings_win_over_documents(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a"], documents=["a cat sat"], embeddings=[[7, 7, 7]])
    return collection.get(include=["embeddings"])["embeddings"]


@AREA.case()
def queries_use_embed_query(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a", "b"], documents=["a cat sat", "dog"])
    return hits(collection.query(query_texts=["a cat sat", "cow"]))


@AREA.case()
def one_query_text(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a", "b"], documents=["a cat sat", "dog"])
    return hits(collection.query(query_texts="dog", n_results=1))


@AREA.case()
def query_embeddings_win_over_texts(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a", "b"], documents=["a cat sat", "dog"])
    return hits(collection.query(query_embeddings=[[3, 1, 0]], query_texts=["a cat sat"], n_results=1))


@AREA.case()
def update_embeds_new_documents(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a"], documents=["a cat sat"], metadatas=[{"x": 1}])
    collection.update(ids=["a"], documents=["aaaa"])
    return collection.get(include=["embeddings", "documents", "metadatas"])


@AREA.case()
def update_of_metadata_embeds_nothing(stage: Stage) -> object:
    collection = _toys(stage, Failing())
    collection.add(ids=["a"], embeddings=[[1, 2, 3]], documents=["x"])
    collection.update(ids=["a"], metadatas=[{"x": 1}])
    return collection.get(include=["embeddings", "documents", "metadatas"])


@AREA.case()
def upsert_embeds(stage: Stage) -> object:
    collection = _toys(stage)
    collection.upsert(ids=["a"], documents=["a cat"])
    collection.upsert(ids=["a", "b"], documents=["aaa", "b"])
    return collection.get(include=["embeddings", "documents"])


@AREA.case()
def upsert_of_metadata_alone(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a"], documents=["a cat"])
    return collection.upsert(ids=["a"], metadatas=[{"x": 1}])


@AREA.case()
def a_function_is_kept(stage: Stage) -> object:
    _toys(stage, Toy(3))
    found = stage.client.get_collection("things")
    found.add(ids=["a"], documents=["a cat sat"])
    return [
        _described(found),
        found.get(include=["embeddings"])["embeddings"],
        type(found.configuration["embedding_function"]).__name__,
    ]


@AREA.case()
def a_function_is_kept_on_disk(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path) as client:
        client.create_collection("things", embedding_function=Toy(3)).add(ids=["a"], documents=["a cat sat"])
    with chromadb.PersistentClient(path) as client:
        found = client.get_collection("things")
        return [_described(found), hits(found.query(query_texts=["a cat sat"]))]


@AREA.case()
def how_functions_are_described(stage: Stage) -> object:
    client = stage.client
    return {
        "toy": _described(client.create_collection("one", embedding_function=Toy())),
        "cosine toy": _described(client.create_collection("two", embedding_function=CosineToy())),
        "none": _described(client.create_collection("three", embedding_function=None)),
        "default": _described(client.create_collection("four")),
        "legacy": _described(client.create_collection("five", embedding_function=LegacyToy())),
        "in the configuration": _described(
            client.create_collection("six", configuration={"embedding_function": CosineToy()})
        ),
        "other space": _described(
            client.create_collection("seven", embedding_function=CosineToy(), configuration={"hnsw": {"space": "ip"}})
        ),
        "other member": _described(
            client.create_collection("eight", embedding_function=CosineToy(), configuration={"hnsw": {"ef_search": 5}})
        ),
        "space in metadata": _described(
            client.create_collection("nine", embedding_function=CosineToy(), metadata={"hnsw:space": "ip"})
        ),
    }


@AREA.case(exact_message=True)
def two_functions_on_create(stage: Stage) -> object:
    return stage.client.create_collection(
        "things", embedding_function=Toy(), configuration={"embedding_function": OtherToy()}
    ).name


@AREA.case(exact_message=True)
def two_functions_of_one_name_on_create(stage: Stage) -> object:
    return _described(
        stage.client.create_collection("things", embedding_function=Toy(), configuration={"embedding_function": Toy(2)})
    )


@AREA.case(exact_message=True)
def another_function_on_get(stage: Stage) -> object:
    _toys(stage)
    return stage.client.get_collection("things", embedding_function=OtherToy()).name


@AREA.case(exact_message=True)
def another_function_on_get_or_create(stage: Stage) -> object:
    _toys(stage)
    return stage.client.get_or_create_collection("things", embedding_function=OtherToy()).name


@AREA.case()
def another_configuration_of_the_function_on_get(stage: Stage) -> object:
    _toys(stage, Toy(2))
    found = stage.client.get_collection("things", embedding_function=Toy(5))
    found.add(ids=["a"], documents=["cat"])
    return [_described(found), found.get(include=["embeddings"])["embeddings"]]


@AREA.case()
def a_function_on_get_of_a_collection_without(stage: Stage) -> object:
    stage.collection()
    found = stage.client.get_collection("things", embedding_function=Toy())
    found.add(ids=["a"], documents=["cat"])
    return [_described(found), found.get(include=["embeddings"])["embeddings"]]


@AREA.case()
def none_on_get_of_a_collection_with(stage: Stage) -> object:
    _toys(stage)
    found = stage.client.get_collection("things", embedding_function=None)
    found.add(ids=["a"], documents=["cat"])
    return found.get(include=["embeddings"])["embeddings"]


@AREA.case()
def legacy_functions_work_where_they_are_given(stage: Stage) -> object:
    collection = stage.client.create_collection("things", embedding_function=LegacyToy())
    collection.add(ids=["a"], documents=["cat"])
    found = stage.client.get_collection("things", embedding_function=LegacyToy())
    return [found.get(include=["embeddings"])["embeddings"], hits(found.query(query_texts=["house"]))]


@AREA.case(exact_message=True)
def legacy_collection_opened_without_a_function(stage: Stage) -> object:
    stage.client.create_collection("things", embedding_function=LegacyToy())
    return stage.client.get_collection("things", embedding_function=None).add(ids=["a"], documents=["cat"])


@AREA.case(exact_message=True)
def legacy_collection_queried_without_a_function(stage: Stage) -> object:
    stage.client.create_collection("things", embedding_function=LegacyToy())
    return stage.client.get_collection("things", embedding_function=None).query(query_texts=["cat"])


@AREA.case(exact_message=True)
def a_function_that_is_not_registered(stage: Stage) -> object:
    class Stranger(Toy):
        @staticmethod
        def name() -> str:
            return "stranger"

    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path) as client:
        client.create_collection("things", embedding_function=Stranger())
    from chromadb.utils.embedding_functions import known_embedding_functions

    known_embedding_functions.pop("stranger", None)
    with chromadb.PersistentClient(path) as client:
        found = client.get_collection("things")
        return [
            found.name,
            stage.attempt(lambda: found.configuration),
            stage.attempt(lambda: found.add(ids=["a"], documents=["cat"])),
            stage.attempt(lambda: found.add(ids=["b"], embeddings=[[1, 2, 3]])),
        ]


@AREA.case(exact_message=True)
def a_function_that_raises(stage: Stage) -> object:
    collection = _toys(stage, Failing())
    return [
        stage.attempt(lambda: collection.add(ids=["a"], documents=["cat"])),
        stage.attempt(lambda: collection.query(query_texts=["cat"])),
        collection.count(),
    ]


_ANSWERS: dict[str, Any] = {
    "too few": [[1.0, 2.0]],
    "too many": [[1.0], [2.0], [3.0]],
    "none": None,
    "nothing": [],
    "empty vectors": [[], []],
    "ragged": [[1.0], [1.0, 2.0]],
    "texts": ["a", "b"],
    "a number": 5,
    "bools": [[True, False], [False, True]],
    "ints": [[1, 2], [3, 4]],
    "matrix float64": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "matrix float16": np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float16),
    "matrix int32": np.array([[1, 2], [3, 4]], dtype=np.int32),
    "matrix uint8": np.array([[1, 2], [3, 4]], dtype=np.uint8),
    "arrays": [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
    "nan": [[float("nan"), 1.0], [1.0, 2.0]],
    "tensor": np.zeros((2, 2, 2)),
    "one vector": [1.0, 2.0],
    "tuples": ((1.0, 2.0), (3.0, 4.0)),
}


def _answered(stage: Stage, answer: Any) -> object:
    collection = _toys(stage, Answering(answer))
    outcome = stage.attempt(lambda: collection.add(ids=["a", "b"], documents=["x", "y"]))
    outcome.pop("message", None)
    return [outcome, collection.get(include=["embeddings"])["embeddings"]]


for _name, _answer in _ANSWERS.items():
    AREA.add(f"a function answers {_name}", partial(_answered, answer=_answer))


@AREA.case()
def what_calling_a_function_returns(stage: Stage) -> object:
    return [
        kind(Toy()(["a", "b"])),
        kind(Answering([[1, 2]])(["a"])),
        kind(Answering(np.zeros((2, 3)))(["a", "b"])),
    ]


@AREA.case()
def protocol_defaults(stage: Stage) -> object:
    toy = Toy()
    return [toy.default_space(), toy.supported_spaces(), toy.is_legacy(), LegacyToy().is_legacy()]


class _WrongSignature:
    def __call__(self, texts: Any) -> Any:
        return [[1.0] for _ in texts]


class _Callable:
    def __call__(self, input: Any) -> Any:
        return [[1.0] for _ in input]


@AREA.case(exact_message=True)
def a_class_with_another_signature(stage: Stage) -> object:
    return stage.client.create_collection("things", embedding_function=_WrongSignature()).name


@AREA.case()
def a_class_outside_the_protocol(stage: Stage) -> object:
    collection = stage.client.create_collection("things", embedding_function=_Callable())
    return [collection.name, _described(collection)]


@AREA.case()
def a_function_that_is_a_text(stage: Stage) -> object:
    return stage.client.create_collection("things", embedding_function="toy").name


@AREA.case(exact_message=True)
def functions_from_configuration(stage: Stage) -> object:
    return [
        type(config_to_embedding_function({"name": "toy", "config": {"scale": 2}})).__name__,
        stage.attempt(lambda: config_to_embedding_function({"config": {}})),
        stage.attempt(lambda: config_to_embedding_function({"name": "zz", "config": {}})),
    ]


@AREA.case()
def modify_the_function(stage: Stage) -> object:
    collection = _toys(stage, Toy(2))
    collection.modify(configuration={"embedding_function": Toy(5)})
    return _described(stage.client.get_collection("things"))


@AREA.case(exact_message=True)
def modify_to_another_function(stage: Stage) -> object:
    return _toys(stage).modify(configuration={"embedding_function": OtherToy()})


@AREA.case()
def wrong_dimension_of_a_function(stage: Stage) -> object:
    collection = _toys(stage)
    collection.add(ids=["a"], embeddings=[[1.0, 2.0]])
    return [stage.attempt(lambda: collection.add(ids=["b"], documents=["cat"])), collection.count()]
