"""Results as data frames."""

import sys

import numpy as np
import pytest

from chromadb.utils.results import get_result_to_df, query_result_to_dfs

GET = {
    "ids": ["a", "b"],
    "documents": ["x", "y"],
    "metadatas": [{"k": 1}, None],
    "embeddings": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "uris": None,
    "data": None,
    "included": ["metadatas", "embeddings", "documents"],
}
QUERY = {
    "ids": [["a", "b"], ["c"]],
    "documents": [["x", None], ["z"]],
    "metadatas": None,
    "embeddings": [np.array([[1.0], [2.0]]), np.array([[3.0]])],
    "distances": [[0.1, 0.2], [0.3]],
    "uris": None,
    "data": None,
    "included": ["documents", "distances", "embeddings"],
}


def test_records_become_rows_with_the_included_columns():
    pytest.importorskip("pandas")
    frame = get_result_to_df(GET)
    assert list(frame.columns) == ["metadata", "embedding", "document"]
    assert frame.index.name == "id"
    assert frame.to_dict() == {
        "metadata": {"a": {"k": 1}, "b": None},
        "embedding": {"a": [1.0, 2.0], "b": [3.0, 4.0]},
        "document": {"a": "x", "b": "y"},
    }


def test_a_column_that_is_none_is_left_out():
    pytest.importorskip("pandas")
    assert list(get_result_to_df({**GET, "included": ["data", "documents"]}).columns) == ["document"]


def test_no_records_make_an_empty_frame():
    pytest.importorskip("pandas")
    frame = get_result_to_df({**GET, "ids": [], "documents": [], "included": ["documents"]})
    assert frame.empty
    assert list(frame.columns) == ["document"]


def test_each_query_becomes_a_frame():
    pytest.importorskip("pandas")
    first, second = query_result_to_dfs(QUERY)
    assert list(first.columns) == ["document", "distance", "embedding"]
    assert first["distance"].to_dict() == {"a": 0.1, "b": 0.2}
    assert second.to_dict() == {"document": {"c": "z"}, "distance": {"c": 0.3}, "embedding": {"c": [3.0]}}


def test_pandas_is_asked_for_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        get_result_to_df(GET)
