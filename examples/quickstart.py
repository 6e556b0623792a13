"""Store a few hundred facts on disk and find them by meaning.

    python examples/quickstart.py [--path DIRECTORY]

The first run embeds the texts of passages.jsonl and stores them; every later run finds them where the first
one left them. Nothing else is needed: the model that turns text into vectors comes with the package.
"""

import argparse
import json
import shutil
import textwrap
import time
from pathlib import Path

import chromadb

PASSAGES = Path(__file__).with_name("passages.jsonl")
WIDTH = min(shutil.get_terminal_size(fallback=(80, 24)).columns, 100)


def main() -> None:
    """Open the database, fill it if it is new, and ask it some questions."""
    parser = argparse.ArgumentParser(description="Store some facts on disk and find them by meaning.")
    parser.add_argument("--path", default="./chroma-quickstart", help="directory (default: %(default)s)")
    path = parser.parse_args().path

    # The whole database is this one directory. Delete it to start afresh.
    client = chromadb.PersistentClient(path=path)
    facts = client.get_or_create_collection("facts")

    if facts.count() == 0:
        add_passages(facts)
    else:
        print(f"Found {facts.count()} passages stored by an earlier run.")
    print(f"They are in {path}")

    # A question and its answer need not have a single word in common.
    ask(facts, "Why do leaves turn red and gold in the fall?")
    ask(facts, "When did investors lose a fortune?")

    # `where` looks at the metadata. Two conditions are joined by $and, even if they are on the same key.
    ask(
        facts,
        "When did investors lose a fortune?",
        where={"$and": [{"year": {"$gte": 1600}}, {"year": {"$lt": 1700}}]},
    )
    ask(
        facts,
        "How can I send a secret that eavesdroppers cannot understand?",
        where={"subject": "computing"},
    )
    ask(
        facts,
        "Which creatures glow in the dark?",
        where={"subject": {"$in": ["biology", "oceans"]}},
    )
    ask(
        facts,
        "Who studied the night sky?",
        where={"tags": {"$contains": "women-in-science"}},
    )

    # `where_document` looks at the text itself: for an exact piece of it, or for a regular expression.
    ask(
        facts,
        "A cure found by accident",
        where_document={"$contains": "Nobel"},
    )
    ask(
        facts,
        "What is the highest place anyone has climbed?",
        where_document={"$regex": "[0-9] metres"},
    )

    client.close()
    rule()
    print(wrap(f"Run it again, the passages stay. Then change a question in {Path(__file__).name}."))
    print("More to read: docs/README.md")


def add_passages(facts: chromadb.Collection) -> None:
    """Add all passages in one call, which embeds the texts and stores every one of them or none."""
    passages = [json.loads(line) for line in PASSAGES.read_text(encoding="utf-8").splitlines()]
    start = time.perf_counter()
    facts.add(
        ids=[passage["id"] for passage in passages],
        documents=[passage["text"] for passage in passages],
        metadatas=[passage["metadata"] for passage in passages],
    )
    print(f"Embedded and stored {len(passages)} passages in {time.perf_counter() - start:.1f} seconds.")


def ask(
    facts: chromadb.Collection,
    question: str,
    where: chromadb.Where | None = None,
    where_document: chromadb.WhereDocument | None = None,
) -> None:
    """Print a question, its filter and the two nearest passages; a smaller distance is a closer meaning."""
    found = facts.query(query_texts=[question], n_results=2, where=where, where_document=where_document)

    rule()
    print(wrap(question))
    if where is not None:
        print(wrap(f"where={where}"))
    if where_document is not None:
        print(wrap(f"where_document={where_document}"))

    # One query may hold many questions and gives a list of answers for each. Ours held one: take the first.
    answers = zip(found["distances"][0], found["metadatas"][0], found["documents"][0], strict=True)
    for rank, (distance, metadata, text) in enumerate(answers, start=1):
        print(f"\n  {rank}  {metadata['subject']}, distance {distance:.2f}")
        print(wrap(text, indent="     "))


def rule() -> None:
    """Print a line across the terminal."""
    print("\n" + "-" * WIDTH)


def wrap(text: str, indent: str = "") -> str:
    """Break a text into lines that fit the terminal."""
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


if __name__ == "__main__":
    main()
