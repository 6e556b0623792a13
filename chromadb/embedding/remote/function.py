"""What every embedding function over HTTP shares. A new one is its arguments, its request and its reply:

    class AcmeEmbeddingFunction(RemoteFunction[Documents]):
        MEMBERS, FIXED = ("model_name", "api_key_env_var"), ("model_name",)

        def __init__(self, model_name: str, api_key_env_var: str = "ACME_API_KEY") -> None:
            self.model_name = model_name
            self._use(credentials(None, api_key_env_var))

        def _request(self, batch, purpose):
            body = {"model": self.model_name, "input": batch}
            return Request(self._url("https://api.acme.example/v1/embeddings"), body, self._credentials.bearer)

        @staticmethod
        def name() -> str:
            return "acme"

together with a line in registry.py and a schema of its configuration in config_schemas/.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urlsplit

import numpy as np

from chromadb.embedding.config_schemas import validate_config_schema
from chromadb.embedding.progress import show_progress
from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.remote.credentials import Credentials
from chromadb.embedding.remote.transport import EmbeddingServiceError, Request, ask
from chromadb.embedding.sdk import config_members
from chromadb.embedding.types import D, Space
from chromadb.model.embeddings import Embeddings

Purpose = Literal["document", "query"]
"""What a text is embedded as, for services that treat the two differently."""

_SIMULTANEOUS = 4
"""How many batches are asked for at a time."""
_SECONDS = 60.0
R = TypeVar("R")


class RemoteFunction(EmbeddingFunction[D]):
    """Inputs to vectors by a service: in batches, a few at a time, repeated where a service is busy.

    MEMBERS: attributes that are stored, which are arguments of the class as well. OPTIONAL: those that are left out
    where they are None. FIXED: those that a collection cannot change. BATCH: inputs in a request at most.
    Calls raise EmbeddingServiceError when the service does not embed.
    """

    MEMBERS: ClassVar[tuple[str, ...]] = ()
    OPTIONAL: ClassVar[tuple[str, ...]] = ()
    FIXED: ClassVar[tuple[str, ...]] = ()
    BATCH: ClassVar[int] = 96

    api_key_env_var: str | None
    timeout: float = _SECONDS
    _credentials: Credentials

    @abstractmethod
    def __init__(self) -> None: ...

    @abstractmethod
    def _request(self, batch: Sequence[Any], purpose: Purpose) -> Request:
        """Return what embeds a batch of inputs."""

    def _vectors(self, reply: Any) -> Sequence[Any]:
        """Return the vectors of a reply in the order of the inputs; raises LookupError or TypeError for a bad one."""
        return by_index(reply)

    def __call__(self, input: D) -> Embeddings:
        return self._embedded(input, "document")

    def embed_query(self, input: D) -> Embeddings:
        """Return one vector for each query, as the service makes them of queries."""
        return self._embedded(input, "query")

    def default_space(self) -> Space:
        return "cosine"

    @classmethod
    def build_from_config(cls, config: dict[str, Any]) -> Any:
        """Return the function that a stored configuration describes; raises ValueError without its key."""
        return cls(**config_members(cls.name(), config, (), cls.MEMBERS))

    def get_config(self) -> dict[str, Any]:
        """Return what is stored: never a key."""
        values = {member: getattr(self, member) for member in self.MEMBERS}
        return {name: value for name, value in values.items() if value is not None or name not in self.OPTIONAL}

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise ValueError for another model and the like: the vectors would no longer be comparable."""
        refuse_changes(self.FIXED, old_config, new_config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise jsonschema.ValidationError when a configuration does not describe a function of this class."""
        validate_config_schema(config, cls.name())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({shown})"

    def _use(self, found: Credentials) -> None:
        self._credentials, self.api_key_env_var = found, found.variable

    def _url(self, url: str) -> str:
        return redirected(self.name(), url)

    def _embedded(self, inputs: Any, purpose: Purpose, size: int | None = None) -> Embeddings:
        """Return the vectors of all inputs. size: inputs in a request, None: BATCH."""
        return embed_in_batches(
            self.name(),
            list(inputs),
            size or self.BATCH,
            self.timeout,
            self.api_key_env_var,
            lambda batch: self._request(batch, purpose),
            lambda reply: [np.asarray(vector, dtype=np.float32) for vector in self._vectors(reply)],
        )


def embed_in_batches(
    service: str,
    inputs: Sequence[Any],
    size: int,
    timeout: float,
    key_variable: str | None,
    request: Callable[[Sequence[Any]], Request],
    read: Callable[[Any], list[R]],
) -> list[R]:
    """Return what a service makes of all inputs, in their order; a terminal shows how far several batches are.

    size: inputs in a request at most. timeout: seconds to wait for an answer. Raises EmbeddingServiceError.
    """
    import httpx

    batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    with httpx.Client(timeout=timeout) as client:

        def embedded(batch: Sequence[Any]) -> list[R]:
            reply = ask(client, service, request(batch), key_variable)
            try:
                found = read(reply)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise EmbeddingServiceError(
                    f"{service} answered with JSON that holds no embeddings ({type(error).__name__}: {error})", 200
                ) from None
            if len(found) != len(batch):
                raise EmbeddingServiceError(
                    f"{service} answered with {len(found)} embeddings of {len(batch)} inputs", 200
                )
            return found

        if len(batches) <= 1:
            return [vector for batch in batches for vector in embedded(batch)]
        with ThreadPoolExecutor(_SIMULTANEOUS, thread_name_prefix="chroma-embed") as pool:
            vectors: list[R] = []
            for found in pool.map(embedded, batches):
                vectors += found
                show_progress(len(vectors), len(inputs))
            return vectors


def by_index(reply: Any) -> list[Any]:
    """Return the vectors of a reply in the form of OpenAI's interface, which many services have."""
    return [item["embedding"] for item in sorted(reply["data"], key=lambda item: item["index"])]


def refuse_changes(fixed: Sequence[str], old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
    """Raise ValueError when a fixed member changes."""
    for member in fixed:
        if member in new_config and new_config[member] != old_config.get(member):
            raise ValueError(
                f"The {member} cannot be changed after the embedding function has been initialized: it is "
                f"{old_config.get(member)!r}, got {new_config[member]!r}. Make another collection for another {member}"
            )


def redirected(service: str, url: str) -> str:
    """Return a service's URL, below CHROMA_<SERVICE>_BASE_URL of the environment where that is set (for a proxy)."""
    base = os.environ.get(f"CHROMA_{service.upper().replace('-', '_')}_BASE_URL")
    return url if not base else base.rstrip("/") + urlsplit(url).path
