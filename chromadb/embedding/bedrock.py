"""Amazon Bedrock, through a session of boto3."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.remote.function import refuse_changes
from chromadb.embedding.sdk import checked_options, import_package
from chromadb.embedding.types import Documents
from chromadb.model.embeddings import Embeddings


class AmazonBedrockEmbeddingFunction(EmbeddingFunction[Documents]):
    """Texts to vectors by a model of Bedrock, one call a text.

    session: a `boto3.Session`; of it the region and the profile are stored, never keys. kwargs: further arguments of
    its client. Raises ValueError for an argument that JSON cannot hold.
    """

    def __init__(self, session: Any, model_name: str = "amazon.titan-embed-text-v1", **kwargs: Any) -> None:
        self.model_name = model_name
        self.kwargs = checked_options(kwargs)
        members = {"region_name": session.region_name, "profile_name": session.profile_name}
        self._session_args = _named(members)
        self._client = session.client(service_name="bedrock-runtime", **self.kwargs)

    def __call__(self, input: Documents) -> Embeddings:
        vectors: Embeddings = []
        for text in input:
            answer = self._client.invoke_model(
                body=orjson.dumps({"inputText": text}).decode(),
                modelId=self.model_name,
                accept="application/json",
                contentType="application/json",
            )
            vectors.append(np.array(orjson.loads(answer["body"].read())["embedding"], dtype=np.float32))
        return vectors

    @staticmethod
    def name() -> str:
        return "amazon_bedrock"

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> AmazonBedrockEmbeddingFunction:
        session = import_package("boto3", "boto3").Session(**_named(config["session_args"]))
        return AmazonBedrockEmbeddingFunction(session, config["model_name"], **config["kwargs"])

    def get_config(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "session_args": self._session_args, "kwargs": self.kwargs}

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise ValueError for another model: the vectors would no longer be comparable."""
        refuse_changes(("model_name",), old_config, new_config)

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when a configuration does not describe a function of this class."""
        validate_config_schema(config, "amazon_bedrock")


def _named(session_args: dict[str, Any]) -> dict[str, Any]:
    """Return what of a session is named: one without a profile calls it "default", and need not have such a one."""
    members = {name: value for name, value in session_args.items() if value is not None}
    if members.get("profile_name") == "default":
        del members["profile_name"]
    return members
