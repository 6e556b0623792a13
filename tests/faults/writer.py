"""A process that writes until it is killed, saying after each call what was acknowledged.

    python -m faults.writer DIRECTORY SEED

Prints one line a call: the call's number, flushed. Call n changes records by the rules in ``history``.
"""

from __future__ import annotations

import sys

import chromadb

from . import history


def main(directory: str, seed: int) -> None:
    """Write until killed."""
    collection = chromadb.PersistentClient(directory).create_collection(history.NAME, embedding_function=None)
    records: history.Records = {}
    call = 0
    while True:
        method, arguments = history.apply(seed, call, records)
        getattr(collection, method)(**arguments)
        call += 1
        print(call, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
