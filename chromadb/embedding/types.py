"""What embedding functions are given, and what data loaders hand over."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Document: TypeAlias = str
Documents: TypeAlias = list[Document]
URI: TypeAlias = str
URIs: TypeAlias = list[URI]
ImageDType: TypeAlias = np.uint64 | np.int64 | np.float64
Image: TypeAlias = npt.NDArray[Any]
"""Pixels of shape (height, width) or (height, width, channels)."""
Images: TypeAlias = list[Image]
Embeddable: TypeAlias = Documents | Images
"""What one call of an embedding function takes: texts or images, never both."""
Loadable: TypeAlias = list[Image | None]
Space: TypeAlias = Literal["cosine", "l2", "ip"]
"""How far apart two vectors are: 1 - cosine, squared Euclidean, or 1 - inner product."""

D = TypeVar("D", bound=Embeddable, contravariant=True)
L = TypeVar("L", covariant=True)
