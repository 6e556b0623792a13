"""From what the database returns to what callers of a collection see: plain dicts of columns.

The same for synchronous and asynchronous collections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chromadb.model.results import Columns, Hits, Records

if TYPE_CHECKING:
    from chromadb.model.result_types import GetResult, QueryResult
    from chromadb.model.results import Include

Load = Callable[[Any], Any]


def get_result(found: Records, include: Include, load: Load | None) -> GetResult:
    """Return the columns of a ``get``. load: the data loader."""
    return {
        "ids": found.ids,
        "embeddings": _as_float64(found) if "embeddings" in include else None,
        "documents": found.documents,
        "uris": found.uris if "uris" in include else None,
        "included": include,
        "data": _loaded(found, load) if "data" in include else None,
        "metadatas": found.metadatas,
    }


def query_result(hits: Sequence[Hits], include: Include, load: Load | None) -> QueryResult:
    """Return the columns of a ``query``. load: the data loader."""
    columns = Columns.of(include)
    found = [hit.records for hit in hits]
    return {
        "ids": [records.ids for records in found],
        "embeddings": [_as_float64(records) for records in found] if columns.embeddings else None,
        "documents": [records.documents or [] for records in found] if columns.documents else None,
        "uris": [records.uris or [] for records in found] if "uris" in include else None,
        "included": include,
        "data": [_loaded(records, load) for records in found] if "data" in include else None,
        "metadatas": [records.metadatas or [] for records in found] if columns.metadatas else None,
        "distances": [hit.distances.tolist() for hit in hits] if columns.distances else None,
    }


def _loaded(records: Records, load: Load | None) -> Any:
    return None if load is None else load(records.uris or [])


def _as_float64(records: Records) -> npt.NDArray[np.float64]:
    if records.embeddings is None or len(records.embeddings) == 0:
        return np.array([], dtype=np.float64)
    return records.embeddings.astype(np.float64)
