"""The native library of kernels, imported when it is first needed: `import chromadb` does not pay for it."""

from __future__ import annotations

import gc
import os
from functools import cache
from typing import Any

import numpy as np

from chromadb.model.embeddings import Matrix

_WAITING = "OMP_WAIT_POLICY"


@cache
def faiss() -> Any:
    """Return the FAISS module. It has no type information, hence Any; the rooms around it are typed.

    Its threads wait for their next work asleep, unless OMP_WAIT_POLICY says otherwise: busily, as OpenMP has it by
    default, they keep those that they wait for off the cores, and on a machine that has other work, too, a search by
    several threads then takes ten times as long. OpenMP looks at that variable once, when it is loaded.
    """
    is_chosen = _WAITING in os.environ
    if not is_chosen:
        os.environ[_WAITING] = "passive"
    collects = gc.isenabled()
    # Hundreds of classes are made, all of which stay: looking for garbage among them takes a fifth of the time.
    gc.disable()
    try:
        import faiss as library
    finally:
        if collects:
            gc.enable()
        if not is_chosen:
            os.environ.pop(_WAITING, None)
    return library


class threads:  # noqa: N801 - used as a block, like contextlib.suppress
    """Let FAISS use up to ``count`` threads for the calls of this thread inside the block."""

    __slots__ = ("_before", "_count")

    def __init__(self, count: int) -> None:
        self._count = count

    def __enter__(self) -> None:
        self._before = int(faiss().omp_get_max_threads())
        if self._before != self._count:
            faiss().omp_set_num_threads(self._count)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._before != self._count:
            faiss().omp_set_num_threads(self._before)


def metric(space: str) -> int:
    """Return FAISS's number for how vectors of a space are compared, those of ``cosine`` with length 1."""
    library = faiss()
    return int(library.METRIC_L2 if space == "l2" else library.METRIC_INNER_PRODUCT)


def matrix_product(rows: Matrix, others: Matrix) -> Matrix:
    """Return the inner product of each row with each of the others: float32 of shape (rows, others).

    By FAISS's matrix product, which runs on the threads of its scans. Those of NumPy's are others, and after each
    product wait busily for the next one for a while: a scan that follows would share the cores with them.
    """
    library = faiss()
    transform = library.LinearTransform(others.shape[1], len(others), False)
    library.copy_array_to_vector(np.ascontiguousarray(others, dtype=np.float32).ravel(), transform.A)
    transform.is_trained = True
    result: Matrix = transform.apply(np.ascontiguousarray(rows, dtype=np.float32))
    return result
