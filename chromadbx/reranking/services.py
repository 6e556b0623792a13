"""Rerankers of services, asked over HTTP."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from chromadb.embedding.remote.transport import EmbeddingServiceError, Request, ask
from chromadbx.reranking.protocol import Distances, RerankingFunction


class _ServiceReranker(RerankingFunction):
    """One request a question. Raises ValueError without a model or a key; calls raise EmbeddingServiceError."""

    NAME = ""
    URL = ""

    def __init__(
        self,
        api_key: str | None,
        model_name: str,
        raw_scores: bool,
        top_n: int | None,
        timeout: float,
        additional_headers: Mapping[str, str] | None,
    ) -> None:
        self._variable = f"{self.NAME.upper()}_API_KEY"
        key = api_key or os.environ.get(self._variable)
        if not key:
            raise ValueError(f"API key is required. Pass api_key, or set the environment variable {self._variable}.")
        if not model_name:
            raise ValueError("Model name is required. Pass model_name.")
        self._key = SecretStr(key)
        self.model_name = model_name
        self._raw_scores = raw_scores
        self._top_n = top_n
        self._timeout = timeout
        self._headers = dict(additional_headers or {})

    def id(self) -> str:
        """Return the name of the service."""
        return self.NAME

    def _options(self) -> dict[str, object]:
        return {}

    def distances(self, query: str, documents: Sequence[str]) -> Distances:
        """Return the distance of each document; 1 (raw: 0) for those that ``top_n`` left out."""
        import httpx

        body = {
            "model": self.model_name,
            "query": query,
            "documents": list(documents),
            "top_n": self._top_n or len(documents),
            **self._options(),
        }
        headers = {"authorization": f"Bearer {self._key.get_secret_value()}", **self._headers}
        with httpx.Client(timeout=self._timeout) as client:
            reply = ask(client, self.NAME, Request(self.URL, body, headers), self._variable)
        scores = [0.0] * len(documents)
        try:
            for found in reply["results"]:
                scores[found["index"]] = float(found["relevance_score"])
        except (KeyError, IndexError, TypeError, ValueError):
            raise EmbeddingServiceError(f"{self.NAME} did not answer with scores of the documents") from None
        return scores if self._raw_scores else [1 - score for score in scores]


class CohereReranker(_ServiceReranker):
    """Distances by a model of Cohere: 1 minus its relevance score (https://docs.cohere.com/reference/rerank).

    api_key: None takes COHERE_API_KEY. raw_scores: the scores themselves, larger is better. top_n: how many documents
    are scored at most, None: all. timeout: seconds.
    """

    NAME, URL = "cohere", "https://api.cohere.com/v2/rerank"

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "rerank-v3.5",
        *,
        raw_scores: bool = False,
        top_n: int | None = None,
        max_tokens_per_document: int = 4096,
        timeout: float = 60,
        additional_headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(api_key, model_name, raw_scores, top_n, timeout, additional_headers)
        self._max_tokens_per_document = max_tokens_per_document

    def _options(self) -> dict[str, object]:
        return {"max_tokens_per_doc": self._max_tokens_per_document}


class TogetherReranker(_ServiceReranker):
    """Distances by a model at Together AI: 1 minus its relevance score (https://docs.together.ai/reference/rerank-1).

    api_key: None takes TOGETHER_API_KEY. raw_scores: the scores themselves, larger is better. top_n: how many documents
    are scored at most, None: all. timeout: seconds.
    """

    NAME, URL = "together", "https://api.together.xyz/v1/rerank"

    def __init__(
        self,
        api_key: str | None = None,
        model_name: str = "Salesforce/Llama-Rank-V1",
        *,
        raw_scores: bool = False,
        top_n: int | None = None,
        timeout: float = 60,
        additional_headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(api_key, model_name, raw_scores, top_n, timeout, additional_headers)
