"""A file of vectors that were made before, so that no text is embedded twice.

One SQLite file serves any number of processes and of functions: a vector is found again by the function's name and
configuration (which name the model), what it was made as, and the text.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np

from chromadb.embedding.protocol import EmbeddingFunction
from chromadb.embedding.registry import register_embedding_function
from chromadb.embedding.types import D, Space
from chromadb.model.embeddings import Embeddings

_SECONDS = 30.0
"""How long one process waits for what another writes."""
_ASKED_TOGETHER = 500
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


class CachedEmbeddingFunction(EmbeddingFunction[D]):
    """An embedding function that keeps the vectors of texts in a file and asks the other function for new texts only.

    function: must have a name and a configuration, which say when vectors are the same. path: the file, None: one in
    the user's cache folder. A collection made with it stores a description of the other function; give it again to
    ``get_collection`` to go on with the file. What is no text, such as an image, is embedded each time.
    Raises ValueError for a function without name or configuration and, when embedding, for a file that is no cache.
    """

    def __init__(self, function: EmbeddingFunction[D], path: str | Path | None = None) -> None:
        described: tuple[object, object] = function.name(), function.get_config()
        if NotImplemented in described:
            raise ValueError(
                f"{type(function).__name__} has no name or no configuration that tells its vectors from those of others"
            )
        self.function = function
        self.path = _default_path() if path is None else Path(path)
        self._model = json.dumps(described, sort_keys=True, default=str).encode()
        # Collections ask the object for its description, and its class to be known under the name.
        register_embedding_function(type(function))
        self.name = function.name  # type: ignore[method-assign]
        self.validate_config = function.validate_config  # type: ignore[method-assign]
        self.build_from_config = function.build_from_config  # type: ignore[method-assign]

    def __call__(self, input: D) -> Embeddings:
        return self._remembered(input, "document", self.function)

    def embed_query(self, input: D) -> Embeddings:
        """Return one vector for each query; those of documents serve where the function makes no difference."""
        differs = type(self.function).embed_query is not EmbeddingFunction.embed_query
        return self._remembered(input, "query" if differs else "document", self.function.embed_query)

    @staticmethod
    def name() -> str:
        """Return NotImplemented: the class has no name, its objects have the other function's."""
        return cast("str", NotImplemented)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the function whose vectors are kept."""
        return self.function.get_config()

    def default_space(self) -> Space:
        """Return the other function's."""
        return self.function.default_space()

    def supported_spaces(self) -> list[Space]:
        """Return the other function's."""
        return self.function.supported_spaces()

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise what the other function raises."""
        self.function.validate_config_update(old_config, new_config)

    def clear(self) -> None:
        """Forget all vectors of the file, those of other functions too."""
        with self._opened() as connection:
            connection.execute("DELETE FROM vectors")
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("VACUUM")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.function!r}, path={str(self.path)!r})"

    def _remembered(self, input: Any, purpose: str, embed: Callable[[Any], Embeddings]) -> Embeddings:
        inputs = list(input)
        if not all(isinstance(one, str) for one in inputs):
            return embed(input)
        keys = [self._key(purpose, text) for text in inputs]
        vectors = dict(self._kept(list(dict.fromkeys(keys))))
        missing = {key: text for key, text in zip(keys, inputs, strict=True) if key not in vectors}
        if missing:
            made = dict(zip(missing, embed(list(missing.values())), strict=True))
            self._keep(made)
            vectors |= made
        return [vectors[key] for key in keys]

    def _key(self, purpose: str, text: str) -> bytes:
        hashed = blake2b(self._model, digest_size=20, person=purpose.encode())
        hashed.update(text.encode("utf-8", "surrogatepass"))
        return hashed.digest()

    def _kept(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, Any]]:
        with self._opened() as connection:
            for start in range(0, len(keys), _ASKED_TOGETHER):
                asked = keys[start : start + _ASKED_TOGETHER]
                places = ",".join("?" * len(asked))
                found = connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({places})", asked)
                for key, vector in found:
                    yield key, np.frombuffer(vector, dtype="<f4").astype(np.float32)

    def _keep(self, vectors: dict[bytes, Any]) -> None:
        rows = [(key, np.asarray(vector, dtype="<f4").tobytes()) for key, vector in vectors.items()]
        with self._opened() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=_SECONDS)) as connection:
            try:
                with connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                    # The worst that power loss can do is to make a text new again.
                    connection.execute("PRAGMA synchronous = OFF")
                    connection.execute(_SCHEMA)
                    yield connection
            except sqlite3.DatabaseError as error:
                raise ValueError(
                    f"{self.path} is no usable cache of embeddings ({error}): remove it or name another"
                ) from error


def _default_path() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "chroma" / "embeddings.sqlite3"
