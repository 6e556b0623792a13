"""Groups of ranked records, and the best few of each."""

from __future__ import annotations

from functools import reduce

import apsw
import numpy as np
import numpy.typing as npt

from chromadb.engine.index.slots import Snapshot
from chromadb.engine.index.vectors import Slots
from chromadb.engine.query.key_values import values_of
from chromadb.engine.query.ranking import Scores
from chromadb.engine.query.value_order import Codes, codes_of
from chromadb.engine.store.catalog import CollectionState
from chromadb.model.expression import Key
from chromadb.model.expression.request import Grouping


def kept(
    connection: apsw.Connection,
    state: CollectionState,
    snapshot: Snapshot,
    grouping: Grouping,
    slots: Slots,
    scores: Scores,
) -> npt.NDArray[np.int64]:
    """Return which of the ranked slots a grouping keeps, as positions among them, in the order of the ranking.

    Of equal records of a group the one that is ranked better is kept. Raises SnapshotOutdatedError as ``values_of``.
    """
    if len(slots) == 0:
        return np.empty(0, dtype=np.int64)
    ordering = [key for key in grouping.order if key != Key.SCORE.name]
    columns = values_of(connection, state, snapshot, [*grouping.keys, *ordering], slots)
    codes = codes_of(connection, snapshot, columns, slots)
    codes[Key.SCORE.name] = np.unique(scores, return_inverse=True)[1]
    groups = reduce(_paired, [codes[key] for key in grouping.keys])
    sign = -1 if grouping.largest else 1
    order = np.lexsort((*[sign * codes[key] for key in reversed(grouping.order)], groups))
    ordered = groups[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1) != 0)
    places = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    return np.sort(order[places < grouping.k])


def _paired(left: Codes, right: Codes) -> Codes:
    """Return codes that are equal where both are."""
    return np.unique(left * (int(right.max()) + 1) + right, return_inverse=True)[1]
