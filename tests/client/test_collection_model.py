"""The model of a collection, which other code passes around."""

from __future__ import annotations

import json
from pathlib import Path

import chromadb
from chromadb.types import Collection as CollectionModel


def test_it_goes_to_json_and_back(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        model = client.create_collection("things", metadata={"a": 1}).get_model()

    assert CollectionModel.from_json(json.loads(model.to_json_str())) == model
    assert json.loads(model.to_json_str()) == model.to_json()
    assert json.loads(model.pretty_schema()) == model.get_serialized_schema()
    assert model.get_configuration()["embedding_function"].name() == "default"


def test_it_says_what_the_collection_does(tmp_path: Path) -> None:
    with chromadb.PersistentClient(tmp_path) as client:
        collection = client.create_collection("things", metadata={"a": 1})
        collection.add(ids=["a"], embeddings=[[1, 2, 3]])
        found = client.get_collection("things")
        model = found.get_model()
        found.modify(name="others", metadata={"b": 2})

    assert (model.id, model.name, model.metadata, model.dimension) == (collection.id, "things", {"a": 1}, 3)
    assert (model.configuration_json, model.serialized_schema) == (
        collection.configuration_json,
        collection.get_model().get_serialized_schema(),
    )
    assert (model.version, model.log_position) == (0, 0)
    assert model.schema_object.serialize_to_json() == found.schema.serialize_to_json() == model.serialized_schema
    assert (found.get_model().name, found.get_model().metadata) == ("others", {"b": 2})
