"""Google: Gemini, its earlier names, PaLM and Vertex AI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chromadb.embedding.remote.credentials import credentials
from chromadb.embedding.remote.function import Purpose, RemoteFunction
from chromadb.embedding.remote.transport import Request
from chromadb.embedding.sdk import import_package
from chromadb.embedding.types import Documents
from chromadb.model.embeddings import Embeddings

_GEMINI = "https://generativelanguage.googleapis.com"


class GoogleGeminiEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a Gemini model.

    task_type: such as "RETRIEVAL_DOCUMENT". dimension: of the vectors. vertexai: ask Vertex AI in a project and
    location instead, with the application default credentials, through the package google-genai and without a key.
    Raises ValueError without a key, or for Vertex AI without that package.
    """

    MEMBERS = ("model_name", "api_key_env_var", "vertexai", "project", "location", "task_type", "dimension")
    OPTIONAL = ("task_type", "dimension")
    FIXED = ("model_name", "dimension", "vertexai", "project", "location")

    def __init__(
        self,
        model_name: str = "gemini-embedding-001",
        task_type: str | None = None,
        dimension: int | None = None,
        api_key_env_var: str | None = "GEMINI_API_KEY",
        vertexai: bool | None = None,
        project: str | None = None,
        location: str | None = None,
    ) -> None:
        self.model_name, self.task_type, self.dimension = model_name, task_type, dimension
        self.vertexai, self.project, self.location = vertexai, project, location
        self._use(credentials(None, api_key_env_var, required=not vertexai))
        self._client: Any = None
        if vertexai:
            package = import_package("google.genai", "google-genai")
            self._client = package.Client(vertexai=True, project=project, location=location)

    def __call__(self, input: Documents) -> Embeddings:
        if self._client is None:
            return self._embedded(input, "document")
        options = {"task_type": self.task_type, "output_dimensionality": self.dimension}
        config = {name: value for name, value in options.items() if value is not None}
        reply = self._client.models.embed_content(model=self.model_name, contents=list(input), config=config or None)
        return [np.asarray(embedding.values, dtype=np.float32) for embedding in reply.embeddings]

    def embed_query(self, input: Documents) -> Embeddings:
        """Return one vector for each query."""
        return self.__call__(input)

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        url = self._url(f"{_GEMINI}/v1beta/models/{self.model_name.removeprefix('models/')}:batchEmbedContents")
        return _gemini_request(url, self._credentials.secret, self.model_name, batch, self.task_type, self.dimension)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return [embedding["values"] for embedding in reply["embeddings"]]

    @staticmethod
    def name() -> str:
        return "google_gemini"


GoogleGenaiEmbeddingFunction = GoogleGeminiEmbeddingFunction


class GoogleGenerativeAiEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a Gemini model, under an earlier name. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name", "task_type", "dimension")
    OPTIONAL = ("dimension",)
    FIXED = ("model_name", "task_type", "dimension")

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "gemini-embedding-001",
        task_type: str = "RETRIEVAL_DOCUMENT",
        api_key_env_var: str = "GEMINI_API_KEY",
        dimension: int | None = None,
    ) -> None:
        self.model_name, self.task_type, self.dimension = model_name, task_type, dimension
        self._use(credentials(api_key, api_key_env_var, "GOOGLE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        url = self._url(f"{_GEMINI}/v1beta/models/{self.model_name.removeprefix('models/')}:batchEmbedContents")
        return _gemini_request(url, self._credentials.secret, self.model_name, batch, self.task_type, self.dimension)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return [embedding["values"] for embedding in reply["embeddings"]]

    @staticmethod
    def name() -> str:
        return "google_generative_ai"


class GooglePalmEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a PaLM model. Raises ValueError without a key."""

    MEMBERS = ("api_key_env_var", "model_name")
    FIXED = ("model_name",)

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "models/embedding-gecko-001",
        api_key_env_var: str = "CHROMA_GOOGLE_PALM_API_KEY",
    ) -> None:
        self.model_name = model_name
        self._use(credentials(api_key, api_key_env_var, "GOOGLE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        url = self._url(f"{_GEMINI}/v1beta3/models/{self.model_name.removeprefix('models/')}:batchEmbedText")
        return Request(url, {"texts": batch}, {"x-goog-api-key": self._credentials.secret})

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return [embedding["value"] for embedding in reply["embeddings"]]

    @staticmethod
    def name() -> str:
        return "google_palm"


class GoogleVertexEmbeddingFunction(RemoteFunction[Documents]):
    """Texts to vectors by a model of Vertex AI in a project and region. The key is an access token."""

    MEMBERS = ("api_key_env_var", "model_name", "project_id", "region")
    FIXED = ("model_name", "project_id", "region")
    BATCH = 5

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "textembedding-gecko",
        project_id: str = "cloud-large-language-models",
        region: str = "us-central1",
        api_key_env_var: str = "CHROMA_GOOGLE_VERTEX_API_KEY",
    ) -> None:
        self.model_name, self.project_id, self.region = model_name, project_id, region
        self._use(credentials(api_key, api_key_env_var, "GOOGLE_API_KEY"))

    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        place = f"projects/{self.project_id}/locations/{self.region}/publishers/google/models/{self.model_name}"
        url = self._url(f"https://{self.region}-aiplatform.googleapis.com/v1/{place}:predict")
        return Request(url, {"instances": [{"content": text} for text in batch]}, self._credentials.bearer)

    def _vectors(self, reply: Any) -> Sequence[Any]:
        return [prediction["embeddings"]["values"] for prediction in reply["predictions"]]

    @staticmethod
    def name() -> str:
        return "google_vertex"


def _gemini_request(
    url: str, key: str, model_name: str, texts: Sequence[str], task_type: str | None, dimension: int | None
) -> Request:
    common: dict[str, Any] = {"model": f"models/{model_name.removeprefix('models/')}"}
    if task_type is not None:
        common["taskType"] = task_type
    if dimension is not None:
        common["outputDimensionality"] = dimension
    body = {"requests": [{**common, "content": {"parts": [{"text": text}]}} for text in texts]}
    return Request(url, body, {"x-goog-api-key": key})
