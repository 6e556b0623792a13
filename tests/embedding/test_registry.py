from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from chromadb.embedding import registry
from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2
from chromadb.embedding.protocol import EmbeddingFunction, SparseEmbeddingFunction


@pytest.fixture(autouse=True)
def _restored_registry() -> Iterator[None]:
    """Leave the registries of the process as they were."""
    tables: tuple[dict[str, Any], ...] = (
        registry.known_embedding_functions,
        registry.sparse_known_embedding_functions,
    )
    before = [dict(table) for table in tables]
    yield
    for table, content in zip(tables, before, strict=True):
        table.clear()
        table.update(content)


def named(name: Any) -> type[EmbeddingFunction[list[str]]]:
    class Named(EmbeddingFunction[list[str]]):
        def __init__(self, size: int = 1) -> None:
            self.size = size

        def __call__(self, input: list[str]) -> Any:
            return [[1.0] * self.size for _ in input]

        @staticmethod
        def name() -> str:
            if isinstance(name, Exception):
                raise name
            return name  # type: ignore[no-any-return]

        def get_config(self) -> dict[str, Any]:
            return {"size": self.size}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Named:
            return Named(**config)

    return Named


def test_a_class_is_registered_by_decorator_and_by_call() -> None:
    plain, with_parentheses, by_keyword = named("plain"), named("parentheses"), named("keyword")

    assert registry.register_embedding_function(plain) is plain
    assert registry.register_embedding_function()(with_parentheses) is with_parentheses
    assert registry.register_embedding_function(ef_class=by_keyword) is by_keyword

    for name, registered in [("plain", plain), ("parentheses", with_parentheses), ("keyword", by_keyword)]:
        assert registry.known_embedding_functions[name] is registered
        assert registry.find_embedding_function(name) is registered
        assert registry.find_sparse_embedding_function(name) is None


def test_a_later_class_of_the_same_name_replaces_the_earlier_even_a_built_in() -> None:
    replacement = named("default")

    registry.register_embedding_function(replacement)

    assert registry.find_embedding_function("default") is replacement
    assert registry.known_embedding_functions["default"] is replacement


def test_sparse_functions_have_a_registry_of_their_own() -> None:
    class Sparse(SparseEmbeddingFunction[list[str]]):
        def __init__(self) -> None:
            pass

        def __call__(self, input: list[str]) -> Any:
            return []

        @staticmethod
        def name() -> str:
            return "its_own"

        def get_config(self) -> dict[str, Any]:
            return {}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Sparse:
            return Sparse()

    assert registry.register_sparse_embedding_function(Sparse) is Sparse
    assert registry.register_sparse_embedding_function()(Sparse) is Sparse
    assert registry.sparse_known_embedding_functions["its_own"] is Sparse
    assert registry.find_sparse_embedding_function("its_own") is Sparse
    assert "its_own" not in registry.known_embedding_functions


@pytest.mark.parametrize(
    ("registered", "message"),
    [
        (named(RuntimeError("boo")), "boo"),
        (named(5), "expected name\\(\\) to return a str, got 5"),
        (dict, "has no attribute 'name'"),
        (5, "has no attribute 'name'"),
    ],
)
def test_what_has_no_name_is_refused(registered: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"Failed to register embedding function: .*{message}"):
        registry.register_embedding_function(registered)


def test_a_legacy_class_warns_and_is_not_registered() -> None:
    class Legacy(EmbeddingFunction[list[str]]):
        def __call__(self, input: list[str]) -> Any:
            return [[1.0]]

    before = set(registry.known_embedding_functions)
    with pytest.warns(DeprecationWarning, match=r"does not implement name\(\)"):
        assert registry.register_embedding_function(Legacy) is Legacy
    assert set(registry.known_embedding_functions) == before


def test_a_description_becomes_a_function() -> None:
    registry.register_embedding_function(named("sized"))

    built = registry.config_to_embedding_function({"name": "sized", "config": {"size": 3}})

    assert built.get_config() == {"size": 3}
    assert registry.config_to_embedding_function({"name": "sized"}).get_config() == {"size": 1}


def test_a_description_of_a_built_in_becomes_a_function() -> None:
    default = registry.config_to_embedding_function({"name": "default", "config": {}})
    onnx = registry.config_to_embedding_function(
        {"name": "onnx_mini_lm_l6_v2", "config": {"preferred_providers": ["CPUExecutionProvider"]}}
    )

    assert isinstance(default, DefaultEmbeddingFunction)
    assert isinstance(onnx, ONNXMiniLM_L6_V2)
    assert onnx.get_config() == {"preferred_providers": ["CPUExecutionProvider"]}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "Config must contain a 'name' field."),
        ({"config": {}}, "Config must contain a 'name' field."),
        ({"name": "zz"}, "Unsupported embedding function: zz"),
        ({"name": None}, "Unsupported embedding function: None"),
    ],
)
def test_a_description_of_nothing_known_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        registry.config_to_embedding_function(config)


def test_built_ins_are_listed_by_class_and_known_by_name() -> None:
    dense, sparse = registry.known_embedding_functions, registry.sparse_known_embedding_functions
    classes = {known.__name__ for known in (*dense.values(), *sparse.values())}

    assert type(dense) is dict
    assert {"default", "onnx_mini_lm_l6_v2"} <= set(dense)
    assert registry.get_builtins() <= classes
    with pytest.raises(AttributeError, match="no_such_name"):
        registry.no_such_name  # noqa: B018


def test_importing_the_registry_and_listing_it_loads_no_library() -> None:
    code = (
        "import sys, chromadb.embedding.registry as registry, chromadb.embedding.default;"
        "registry.known_embedding_functions, registry.sparse_known_embedding_functions, registry.get_builtins();"
        "registry.config_to_embedding_function({'name': 'default', 'config': {}}).validate_config({});"
        "print([name for name in ('onnxruntime', 'tokenizers', 'jsonschema') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"
