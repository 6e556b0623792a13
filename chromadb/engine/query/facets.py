"""The distinct values of a metadata key among some records, and how many records hold each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chromadb.engine.index.columns import Column, Kind
from chromadb.engine.index.selected import Selected
from chromadb.model.metadata import Scalar
from chromadb.model.results import Facet

_KINDS = (Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.STRING)


def facets_of(column: Column, selected: Selected) -> list[Facet]:
    """Return the values that selected slots hold, the most frequent first, equally frequent ones in order.

    An array stands for each of its elements, once. Values of other types are other values (1, 1.0 and True), and bools
    come before ints, floats and strings. Sparse vectors are left out.
    """
    size = len(selected.mask)
    (_, _, element_slots, element_kinds, element_words), _ = column.to_arrays()
    inside = int(np.searchsorted(element_slots, size))
    inside_slots = element_slots[:inside]
    chosen = selected.mask[inside_slots]
    elements = (inside_slots[chosen], element_kinds[:inside][chosen], element_words[:inside][chosen])
    kinds, words = column.kinds(size)[selected.slots], column.words(size)[selected.slots]
    found: list[Facet] = []
    for kind in _KINDS:
        found += _counted(kind, column, words[kinds == kind], [part[elements[1] == kind] for part in elements])
    return sorted(found, key=lambda facet: -facet.records)


def _counted(kind: Kind, column: Column, words: npt.NDArray[np.int64], elements: list[npt.NDArray[Any]]) -> list[Facet]:
    """Return the values of one kind in their order."""
    slots, _, element_words = elements
    # One row a slot and element, so that an element that an array repeats counts once.
    distinct = np.unique(np.stack([slots, element_words], axis=1), axis=0)
    every, counts = np.unique(np.concatenate([words, distinct[:, 1]]), return_counts=True)
    values: list[Scalar]
    if kind is Kind.STRING:
        values = [*column.texts(every)]
    elif kind is Kind.FLOAT:
        values = every.view(np.float64).tolist()
    else:
        values = [bool(word) for word in every.tolist()] if kind is Kind.BOOL else every.tolist()
    return sorted(map(Facet, values, counts.tolist()), key=lambda facet: facet.value)
