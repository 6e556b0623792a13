"""Functions that a server runs over the records of a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID


class Function(str, Enum):
    """Functions that Chroma's servers have."""

    STATISTICS = "statistics"
    RECORD_COUNTER = "record_counter"


STATISTICS_FUNCTION = Function.STATISTICS
RECORD_COUNTER_FUNCTION = Function.RECORD_COUNTER


@dataclass(frozen=True, eq=False)
class AttachedFunction:
    """A function attached to a collection. params: None, an empty dict and an empty text mean the same."""

    id: UUID
    name: str
    function_name: str
    input_collection_id: UUID
    output_collection: str
    params: Mapping[str, Any] | None = None

    def __eq__(self, other: object) -> bool:
        return self._compared() == other._compared() if isinstance(other, AttachedFunction) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.function_name, self.input_collection_id, self.output_collection))

    def _compared(self) -> tuple[object, ...]:
        return (
            self.id, self.name, self.function_name, self.input_collection_id, self.output_collection,
            self.params or None,
        )  # fmt: skip
