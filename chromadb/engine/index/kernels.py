"""The native library of kernels, imported when it is first needed: `import chromadb` does not pay for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@cache
def faiss() -> Any:
    """Return the FAISS module. It has no type information, hence Any; the rooms around it are typed."""
    import faiss as library

    return library


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let FAISS use up to ``count`` threads for the calls of this thread inside the block."""
    library = faiss()
    before = library.omp_get_max_threads()
    if before == count:
        yield
        return
    library.omp_set_num_threads(count)
    try:
        yield
    finally:
        library.omp_set_num_threads(before)
