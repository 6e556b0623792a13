"""The questions, one module for each area. They import nothing but the public API, NumPy and each other."""

from __future__ import annotations

from . import (
    clients,
    collections,
    configuration,
    delete,
    documents,
    embedding_functions,
    modify,
    numbers,
    ordering,
    query,
    reads,
    regex,
    reopening,
    validation,
    where,
    writes,
)
from .area import Area

AREAS: dict[str, Area] = {
    module.AREA.name: module.AREA
    for module in (
        clients,
        collections,
        configuration,
        embedding_functions,
        writes,
        validation,
        numbers,
        reads,
        ordering,
        where,
        documents,
        regex,
        query,
        delete,
        modify,
        reopening,
    )
}
