from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from chromadb.embedding import config_schemas
from chromadb.embedding.default import DefaultEmbeddingFunction, ONNXMiniLM_L6_V2
from chromadb.embedding.registry import known_embedding_functions, sparse_known_embedding_functions


def test_every_built_in_function_has_a_schema() -> None:
    built_in = {
        name
        for name, known in (*known_embedding_functions.items(), *sparse_known_embedding_functions.items())
        if known.__module__.startswith("chromadb.embedding.")
    }

    assert built_in <= config_schemas.get_embedding_function_names()


@pytest.mark.parametrize("name", config_schemas.get_available_schemas())
def test_schemas_are_valid_and_forbid_unknown_members(name: str) -> None:
    schema = config_schemas.load_schema(name)

    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert config_schemas.get_schema_version(name) == schema["version"]
    assert config_schemas.get_schema_info()[name] == {
        "version": schema["version"],
        "title": schema["title"],
        "description": schema["description"],
    }


@pytest.mark.parametrize("config", [{}, {"preferred_providers": None}, {"preferred_providers": ["a", "b"]}])
def test_right_configurations_pass(config: dict[str, Any]) -> None:
    ONNXMiniLM_L6_V2.validate_config(config)


@pytest.mark.parametrize(
    ("validate", "config", "message"),
    [
        (
            ONNXMiniLM_L6_V2.validate_config,
            {"preferred_providers": 5},
            "Config validation failed for schema 'onnx_mini_lm_l6_v2': 5 is not of type 'array', 'null' "
            "at path 'preferred_providers'",
        ),
        (
            DefaultEmbeddingFunction.validate_config,
            {"x": 1},
            "Config validation failed for schema 'default': Additional properties are not allowed ('x' was unexpected)",
        ),
    ],
)
def test_wrong_configurations_name_schema_and_member(validate: Any, config: dict[str, Any], message: str) -> None:
    with pytest.raises(jsonschema.ValidationError) as caught:
        validate(config)
    assert caught.value.message == message


@pytest.mark.parametrize("name", ["zz", "../default"])
def test_an_unknown_schema_is_not_found(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"there are default, onnx_mini_lm_l6_v2|there are .*default"):
        config_schemas.validate_config_schema({}, name)
