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
