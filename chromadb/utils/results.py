"""Results as pandas data frames. Needs the package pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chromadb.model.result_types import (
    GetResult,
    QueryResult,
)

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {
    "documents": "document",
    "embeddings": "embedding",
    "metadatas": "metadata",
    "distances": "distance",
    "uris": "uri",
    "data": "data",
}


def get_result_to_df(get_result: GetResult) -> pd.DataFrame:
    """Return the records as rows, indexed by `id`.

    Columns: what `included` names, in its order, as document, metadata, embedding (lists of float), uri,
    data. Raises ImportError when pandas is missing.
    """
    columns: dict[str, Any] = {name: get_result.get(name) for name in get_result["included"]}
    return _data_frame(get_result["ids"], columns)


def query_result_to_dfs(query_result: QueryResult) -> list[pd.DataFrame]:
    """Return one data frame for each query, with its hits as rows, nearest first, indexed by `id`.

    Columns: what `included` names, in its order, as document, metadata, embedding (lists of float), distance,
    uri, data. Raises ImportError when pandas is missing.
    """
    columns: dict[str, Any] = {name: query_result.get(name) for name in query_result["included"]}
    return [
        _data_frame(ids, {name: column and column[query] for name, column in columns.items()})
        for query, ids in enumerate(query_result["ids"])
    ]


def _data_frame(ids: list[str], columns: dict[str, Sequence[Any] | None]) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "The pandas python package is not installed. Please install it with `pip install pandas`"
        ) from error
    data = {
        _NAMES[name]: [list(map(float, vector)) for vector in column] if name == "embeddings" else list(column)
        for name, column in columns.items()
        if column is not None
    }
    frame: pd.DataFrame = pd.DataFrame(data, index=pd.Index(ids, dtype=str, name="id"))
    return frame
