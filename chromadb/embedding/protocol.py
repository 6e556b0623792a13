"""What an embedding function must offer, and what it gets for free.

A subclass brings `__init__`, `__call__`, `name`, `get_config` and `build_from_config`. What its `__call__`
returns is checked each time, so that whoever stores the result can rely on its shape. A class that follows
the protocol without inheriting from it is an embedding function too; its results are checked where they are
stored.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from abc import abstractmethod, update_abstractmethods
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np

from chromadb.embedding.retry import call_with_retries
from chromadb.embedding.types import D, Space
from chromadb.model.embeddings import Embeddings, normalize_embeddings, validate_embeddings
from chromadb.model.errors import InvalidArgumentError
from chromadb.model.sparse import SparseVectors, validate_sparse_vectors

_CHECKED_MARK = "_checks_its_result"


def _warn_of_missing_init(self: object, *args: Any, **kwargs: Any) -> None:
    warnings.warn(
        f"The class {type(self).__name__} does not implement __init__. This will be required in a future version.",
        DeprecationWarning,
        stacklevel=3,
    )


@runtime_checkable
class EmbeddingFunction(Protocol[D]):
    """Turns texts or images into dense vectors.

    Example:
        >>> class Lengths(EmbeddingFunction[list[str]]):
        ...     def __init__(self) -> None: ...
        ...     def __call__(self, input):
        ...         return [[float(len(text)), 1.0] for text in input]
        ...     @staticmethod
        ...     def name() -> str:
        ...         return "lengths"
        ...     def get_config(self):
        ...         return {}
        ...     @staticmethod
        ...     def build_from_config(config):
        ...         return Lengths()
        >>> Lengths()(["four", "five"])
        [array([4., 1.], dtype=float32), array([4., 1.], dtype=float32)]

    """

    @abstractmethod
    def __call__(self, input: D) -> Embeddings:
        """Return one vector for each item of `input`.

        A subclass may return lists or NumPy arrays; callers get float32 arrays of shape (dimension,).
        Raises ValueError when the subclass returned something else, or not one vector for each item.
        """
        ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _check_results_of(cls, _checked_embeddings)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _warn_of_missing_init(self, *args, **kwargs)

    def embed_query(self, input: D) -> Embeddings:
        """Return one vector for each query; the same as a plain call unless a subclass says otherwise."""
        return self.__call__(input)

    def embed_with_retries(self, input: D, attempts: int = 5, delay_s: float = 0.5, **retry_kwargs: Any) -> Embeddings:
        """Call the function until it succeeds.

        attempts: calls in all; delay_s: seconds before the second one, doubled before each further one.
        retry_kwargs: arguments of `tenacity.Retrying` (stop, wait, reraise ...), which replace both and need
        the tenacity package. Raises the error of the last attempt.
        """
        return call_with_retries(lambda: self.__call__(input), attempts, delay_s, retry_kwargs)

    @staticmethod
    def name() -> str:
        """Return the name under which the function is registered and stored."""
        return _not_implemented("EmbeddingFunction class", "name")

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> EmbeddingFunction[D]:
        """Return the function that `get_config` described."""
        return cast("EmbeddingFunction[D]", _not_implemented("EmbeddingFunction class", "build_from_config"))

    def get_config(self) -> dict[str, Any]:
        """Return what `build_from_config` needs, as JSON values; never a secret."""
        return cast("dict[str, Any]", _not_implemented(f"class {type(self).__name__}", "get_config"))

    def default_space(self) -> Space:
        """Return the distance that suits the vectors best; collections that name none take it."""
        return "l2"

    def supported_spaces(self) -> list[Space]:
        """Return the distances that make sense for the vectors."""
        return ["cosine", "l2", "ip"]

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise when a collection of `old_config` cannot go on with `new_config`."""
        return

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise when `config` does not describe a function of this class."""
        return

    def is_legacy(self) -> bool:
        """Tell whether the function cannot be described, so that a stored collection cannot bring it back.

        Builds a second function from the description; whatever that raises comes out here.
        """
        name: object = self.name()
        if name is NotImplemented:
            return True
        config = self.get_config()
        described: object = config
        if described is NotImplemented:
            return True
        rebuilt: object = self.build_from_config(config)
        return rebuilt is NotImplemented


@runtime_checkable
class SparseEmbeddingFunction(Protocol[D]):
    """Turns texts or images into sparse vectors; all five methods without a default must be implemented."""

    @abstractmethod
    def __call__(self, input: D) -> SparseVectors:
        """Return one sparse vector for each item of `input`.

        Raises ValueError when the subclass returned something else, or not one vector for each item.
        """
        ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _check_results_of(cls, _checked_sparse_vectors)

    @abstractmethod
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def embed_query(self, input: D) -> SparseVectors:
        """Return one vector for each query; the same as a plain call unless a subclass says otherwise."""
        return self.__call__(input)

    def embed_with_retries(
        self, input: D, attempts: int = 5, delay_s: float = 0.5, **retry_kwargs: Any
    ) -> SparseVectors:
        """Call the function until it succeeds; see `EmbeddingFunction.embed_with_retries`."""
        return call_with_retries(lambda: self.__call__(input), attempts, delay_s, retry_kwargs)

    @staticmethod
    @abstractmethod
    def name() -> str:
        """Return the name under which the function is registered and stored."""
        ...

    @staticmethod
    @abstractmethod
    def build_from_config(config: dict[str, Any]) -> SparseEmbeddingFunction[D]:
        """Return the function that `get_config` described."""
        ...

    @abstractmethod
    def get_config(self) -> dict[str, Any]:
        """Return what `build_from_config` needs, as JSON values; never a secret."""
        ...

    def validate_config_update(self, old_config: dict[str, Any], new_config: dict[str, Any]) -> None:
        """Raise when a collection of `old_config` cannot go on with `new_config`."""
        return

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Raise when `config` does not describe a function of this class."""
        return


if sys.version_info < (3, 11):
    # There every protocol gets an __init__ of its own in place of the one it declares.
    type.__setattr__(EmbeddingFunction, "__init__", _warn_of_missing_init)
    type.__setattr__(SparseEmbeddingFunction, "__init__", abstractmethod(lambda self, *args, **kwargs: None))
    update_abstractmethods(cast("Any", SparseEmbeddingFunction))


def validate_embedding_function(embedding_function: object) -> None:
    """Raise ValueError unless the object can be called as `function(input)`."""
    _validate_signature(embedding_function, EmbeddingFunction)


def validate_sparse_embedding_function(sparse_embedding_function: object) -> None:
    """Raise ValueError unless the object can be called as `function(input)`."""
    _validate_signature(sparse_embedding_function, SparseEmbeddingFunction)


def _validate_signature(function: Any, protocol: type[Any]) -> None:
    expected = inspect.signature(protocol.__call__).parameters.keys()
    found = inspect.signature(type(function).__call__).parameters.keys()
    if found != expected:
        raise ValueError(
            f"Expected {protocol.__name__}.__call__ to have the following signature: "
            f"{expected}, got {found}\n"
            "Pass an instance of a class that defines `def __call__(self, input)`; "
            f"inherit from {protocol.__name__} to have its results checked.\n"
        )


def _not_implemented(owner: str, method: str) -> str:
    warnings.warn(
        f"The {owner} does not implement {method}(). This will be required in a future version.",
        DeprecationWarning,
        stacklevel=3,
    )
    return cast("str", NotImplemented)


def _check_results_of(cls: type[Any], check: Callable[[str, object, Any], Any]) -> None:
    """Replace the class's `__call__` by one whose result went through `check`."""
    call = cls.__call__
    if getattr(call, _CHECKED_MARK, False) or getattr(call, "__isabstractmethod__", False):
        return

    def checked_call(self: Any, input: Any) -> Any:
        return check(type(self).__name__, input, call(self, input))

    update_wrapper(checked_call, call)
    # Callers know the protocol's signature; whatever the subclass calls its parameter must not show through.
    vars(checked_call).pop("__wrapped__")
    setattr(checked_call, _CHECKED_MARK, True)
    cls.__call__ = checked_call


def _checked_embeddings(owner: str, input: object, result: object) -> Embeddings:
    if result is None:
        raise ValueError(f"Expected {owner}.__call__ to return embeddings, got None")
    embeddings = validate_embeddings(normalize_embeddings(result))
    _check_count(owner, input, embeddings)
    # What does not fit float32 becomes infinity, which is refused where it is stored.
    with np.errstate(over="ignore"):
        return [embedding.astype(np.float32, copy=False) for embedding in embeddings]


def _checked_sparse_vectors(owner: str, input: object, result: object) -> SparseVectors:
    if result is None:
        raise ValueError(f"Expected {owner}.__call__ to return sparse vectors, got None")
    vectors = validate_sparse_vectors(result)
    _check_count(owner, input, vectors)
    return vectors


def _check_count(owner: str, input: object, vectors: list[Any]) -> None:
    # One text or one image by itself is not a batch, and a tuple is what a data loader made of URIs for its function.
    if isinstance(input, list) and len(input) != len(vectors):
        raise InvalidArgumentError(
            f"Expected {owner}.__call__ to return one vector for each of the {len(input)} inputs, "
            f"got {len(vectors)} vectors"
        )
