"""LangChain's embeddings as an embedding function, which LangChain in turn can use as its embeddings.

LangChain looks at methods, not at classes: an object with `embed_documents` and `embed_query` will do for its vector
stores. What is passed to `create_langchain_embedding` must be one of its own, so that a wrong object is found early.
"""

from __future__ import annotations

from typing import Any

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.sdk import import_package
from chromadb.embedding.types import Documents, Images
from chromadb.model.embeddings import Embeddings

_RECREATE = "Please recreate the langchain embedding function and pass it to create_langchain_embedding."


class ChromaLangchainEmbeddingFunction(EmbeddingFunction[Documents | Images]):
    """LangChain's embeddings in both worlds: call it with texts, or hand it to LangChain.

    embedding_function: an object of a class derived from `langchain_core.embeddings.Embeddings`. With `embed_image` of
    its own it also embeds images by their URIs, given as the pair `("images", uris)` that
    `ChromaLangchainPassthroughDataLoader` makes. It cannot be stored: open a collection with it each time.
    Raises ValueError without langchain-core and for another object.
    """

    def __init__(self, embedding_function: Any) -> None:
        module = import_package("langchain_core.embeddings", "langchain-core", "langchain_core")
        if not isinstance(embedding_function, module.Embeddings):
            raise ValueError(
                "The embedding_function must implement the Embeddings interface from langchain_core. "
                f"Got {type(embedding_function).__name__}"
            )
        self.embedding_function = embedding_function

    def __call__(self, input: Any) -> Embeddings:
        """Return a vector for each text of a list, or for each URI of the pair ("images", uris)."""
        if isinstance(input, tuple) and len(input) == 2 and input[0] == "images":
            return _rows(self.embed_image(list(input[1])))
        return _rows(self.embed_documents(list(input)))

    def embed_documents(self, documents: list[str]) -> list[list[float]]:
        """Return a vector for each text: LangChain's method."""
        vectors: list[list[float]] = self.embedding_function.embed_documents(documents)
        return vectors

    def embed_image(self, uris: list[str]) -> list[list[float]]:
        """Return a vector for each image behind a URI; raises ValueError when LangChain's object cannot."""
        if not hasattr(self.embedding_function, "embed_image"):
            raise ValueError("The provided embedding function does not support image embeddings.")
        vectors: list[list[float]] = self.embedding_function.embed_image(uris)
        return vectors

    def embed_query(self, input: Any) -> Any:
        """Return the vector of one text, as LangChain asks; or those of a list of texts, as collections ask."""
        if isinstance(input, str):
            return self.embedding_function.embed_query(input)
        if isinstance(input, tuple):
            return self(input)
        return _rows([self.embedding_function.embed_query(text) for text in input])

    @staticmethod
    def name() -> str:
        return "langchain"

    def get_config(self) -> dict[str, Any]:
        return {
            "embedding_function_class": type(self.embedding_function).__name__,
            "note": "This is a placeholder config. You will need to recreate the langchain embedding function.",
        }

    def is_legacy(self) -> bool:
        return True

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> ChromaLangchainEmbeddingFunction:
        """Raise NotImplementedError: a stored description does not hold LangChain's object."""
        raise NotImplementedError(
            f"Building a ChromaLangchainEmbeddingFunction from config is not supported. {_RECREATE}"
        )

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise NotImplementedError: there is nothing to update."""
        raise NotImplementedError(f"Updating a ChromaLangchainEmbeddingFunction config is not supported. {_RECREATE}")

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when ``config`` does not describe a function of this class."""
        validate_config_schema(config, "chroma_langchain")


def create_langchain_embedding(langchain_embedding_fn: Any) -> ChromaLangchainEmbeddingFunction:
    """Return LangChain's embeddings as an embedding function that serves both; see the class for what is raised."""
    return ChromaLangchainEmbeddingFunction(langchain_embedding_fn)


def _rows(vectors: Any) -> Embeddings:
    return list(vectors)
