"""The import paths of third-party code give the same classes as the model."""

import importlib

import pytest

from chromadb.model import expression


@pytest.mark.parametrize(
    "path",
    [
        "chromadb.execution.expression",
        "chromadb.execution.expression.operator",
        "chromadb.execution.expression.plan",
    ],
)
def test_every_name_is_the_one_of_the_model(path):
    module = importlib.import_module(path)
    for name in module.__all__:
        assert getattr(module, name) is getattr(expression, name)


def test_the_package_offers_every_part_of_a_search():
    names = set(importlib.import_module("chromadb.execution.expression").__all__)
    assert names == set(expression.__all__) - {"MAX_NESTING", "SearchResult", "SearchResultRow"}
