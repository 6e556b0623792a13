"""What the arguments of a collection's methods may be: one value or many, as lists, tuples or arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy.typing as npt

from chromadb.model.metadata import Metadata

Ids: TypeAlias = str | Sequence[str]
Vectors: TypeAlias = npt.NDArray[Any] | Sequence[float] | Sequence[Sequence[float]] | Sequence[npt.NDArray[Any]]
Metadatas: TypeAlias = Metadata | Sequence[Metadata | None]
Texts: TypeAlias = str | Sequence[str]
NullableTexts: TypeAlias = str | Sequence[str | None]
Images: TypeAlias = npt.NDArray[Any] | Sequence[npt.NDArray[Any]]
