"""A process that writes until it is killed, saying after each call what was acknowledged.

    python -m faults.writer DIRECTORY SEED CALLS [compacting]

Prints one line a call: how many calls there were, flushed. Call n changes records by the rules in ``history``; CALLS
were made before. compacting: segments are sealed, merged and trimmed meanwhile, by the thread that does so behind the
writes and by another that asks for it.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from contextlib import ExitStack

import chromadb
from chromadb.api import ClientAPI

from . import history
from .small_steps import SMALL, compacting


def main(directory: str, seed: int, calls: int, compacts: bool) -> None:
    """Write until killed."""
    with ExitStack() as stack:
        if compacts:
            stack.enter_context(compacting(SMALL))
        client = chromadb.PersistentClient(directory)
        if compacts:
            threading.Thread(target=compact_often, args=(client, seed + calls), daemon=True).start()
        collection = client.get_or_create_collection(history.NAME, embedding_function=None)
        records = {id_: dict(record) for id_, record in history.records_after(seed, calls).items()}
        while True:
            method, arguments = history.apply(seed, calls, records)
            getattr(collection, method)(**arguments)
            calls += 1
            print(calls, flush=True)


def compact_often(client: ClientAPI, seed: int) -> None:
    """Compact all that there is, again and again."""
    chance = random.Random(seed)
    while True:
        time.sleep(chance.uniform(0, 0.1))
        client.compact()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["compacting"])
