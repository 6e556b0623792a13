"""Searches: how much better hybrid ones find, and what groups and fusion cost beside the neighbourhoods they join.

    python -m benchmarks.search quality
    python -m benchmarks.search bm25
    python -m benchmarks.search speed

**quality** gathers passages from what installed packages say of themselves: docstrings of modules, classes and
functions, sections of .md and .rst files. The first line (or the heading) of a passage is a query, the rest is the
passage that is to be found: nobody judged anything, and a title says no more than it says. Passages whose titles are
not unique are no queries. nDCG@10 with one right answer is 1 / log2(2 + its place). Vectors are those of the default
model, words those of ChromaBm25EmbeddingFunction with the inverse document frequencies of the collection.

**bm25** asks the same titles for the same passages by words alone and compares the scores of the best with those that
bm25s, which has to be installed, gives these passages by its variant "lucene" over the same terms. They differ by a
factor that all scores of a query have in common: what ours weighs each of its terms with.

**speed** measures searches over made-up vectors (384 float32 near a 32-dimensional subspace) with a sparse vector of
100 terms each, on a compacted collection; medians.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import statistics
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from chromadb import K, Knn, PersistentClient, Rrf, Schema, Search, SparseVector, SparseVectorIndexConfig
from chromadb.embedding.bm25_terms import STOP_WORDS, term, tokens
from chromadb.execution.expression import GroupBy, MinK
from chromadb.utils.embedding_functions import ChromaBm25EmbeddingFunction, DefaultEmbeddingFunction

DEPTH = 100
"""How many of each neighbourhood are fused."""
BATCH = 2_000
BODY_CHARACTERS = (120, 1_500)
TITLE_CHARACTERS = (20, 120)
HEADING = re.compile(r"^(?:#+ +(?P<md>.+)|(?P<rst>\S.+)\n[=\-~^*\"']{4,})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A title and the text under it, which does not repeat the title."""

    title: str
    body: str


def main() -> None:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurement", choices=["quality", "bm25", "speed"])
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        if options.measurement == "quality":
            quality(Path(directory), options.passages, options.queries)
        elif options.measurement == "bm25":
            bm25(Path(directory), options.passages, options.queries)
        else:
            speed(Path(directory), options.records)


def quality(directory: Path, passages: int, queries: int) -> None:
    """Print nDCG@10 of vectors, words and both."""
    corpus = gathered(passages)
    titles = Counter(passage.title for passage in corpus)
    unique = [place for place, passage in enumerate(corpus) if titles[passage.title] == 1]
    asked = np.random.default_rng(0).permutation(unique)[:queries].tolist()
    print(f"{len(corpus):,} passages, {len(asked):,} queries")
    with PersistentClient(directory) as client:
        words = SparseVectorIndexConfig(
            embedding_function=ChromaBm25EmbeddingFunction(), source_key=K.DOCUMENT, bm25=True
        )
        collection = client.create_collection("passages", schema=Schema().create_index(words, key="words"))
        for start in range(0, len(corpus), BATCH):
            part = corpus[start : start + BATCH]
            ids = [str(start + place) for place in range(len(part))]
            collection.add(ids=ids, documents=[passage.body for passage in part])
        vectors = DefaultEmbeddingFunction().embed_query([corpus[place].title for place in asked])
        for name, rank in (("vectors", by_vectors), ("words (BM25)", by_words), ("both (RRF)", by_both)):
            gains = []
            for vector, place in zip(vectors, asked, strict=True):
                search = Search().rank(rank(vector, corpus[place].title)).limit(10)
                found = collection.search(search)["ids"][0]
                gains.append(1 / np.log2(2 + found.index(str(place))) if str(place) in found else 0.0)
            print(f"{name:14} nDCG@10 {np.mean(gains):.4f}")


def bm25(directory: Path, passages: int, queries: int) -> None:
    """Print how far scores by words are from proportional to those of bm25s."""
    rival: Any = importlib.import_module("bm25s")
    corpus = gathered(passages)
    terms = [stems(passage.body) for passage in corpus]
    function = ChromaBm25EmbeddingFunction(avg_doc_length=float(np.mean([len(its) for its in terms])))
    theirs = rival.BM25(method="lucene", k1=function.k, b=function.b)
    theirs.index(terms, show_progress=False)
    deviations = []
    with PersistentClient(directory) as client:
        words = SparseVectorIndexConfig(embedding_function=function, source_key=K.DOCUMENT, bm25=True)
        schema = Schema().create_index(words, key="words")
        collection = client.create_collection("passages", schema=schema, embedding_function=None)
        for start in range(0, len(corpus), BATCH):
            part = corpus[start : start + BATCH]
            ids = [str(start + place) for place in range(len(part))]
            collection.add(ids=ids, documents=[passage.body for passage in part], embeddings=[[0.0]] * len(part))
        for passage in corpus:
            asked = stems(passage.title)
            if len(set(asked)) < len(asked) or not asked:
                continue  # how a repeated term weighs is each one's own affair
            found = collection.search(Search().rank(Knn(passage.title, key="words")).limit(10).select(K.SCORE))
            places, scores = list(map(int, found["ids"][0])), 1 - np.array(found["scores"][0])
            expected = theirs.get_scores(asked)
            best = np.sort(expected)[::-1][: len(places)]
            if best[-1] <= 0:
                continue  # fewer than ten passages hold any of the terms
            factors = [scores / expected[places], scores / best]
            deviations.append(max(float(np.ptp(factor) / factor.mean()) for factor in factors))
            if len(deviations) == queries:
                break
    print(f"{len(corpus):,} passages, {len(deviations):,} queries of distinct terms, the ten best of each")
    print(f"largest difference from proportional scores: {max(deviations):.1e} of a score")


def stems(text: str) -> list[str]:
    """Return the terms of a text in order, as the embedding function for words takes them."""
    return [term(token)[1] for token in tokens(text, STOP_WORDS, ChromaBm25EmbeddingFunction().token_max_length)]


def by_vectors(vector: Any, text: str) -> Any:
    """Return the score by vectors alone."""
    return Knn(vector, limit=DEPTH)


def by_words(vector: Any, text: str) -> Any:
    """Return the score by words alone."""
    return Knn(text, key="words", limit=DEPTH)


def by_both(vector: Any, text: str) -> Any:
    """Return the fusion of both."""
    return Rrf(
        [
            Knn(vector, limit=DEPTH, default=DEPTH, return_rank=True),
            Knn(text, key="words", limit=DEPTH, default=DEPTH, return_rank=True),
        ]
    )


def gathered(count: int) -> list[Passage]:
    """Return passages from files of installed packages, taken in a shuffled order, no two with the same body."""
    folders = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib"))
    paths = {path for folder in folders for suffix in ("py", "md", "rst") for path in Path(folder).rglob(f"*.{suffix}")}
    every = sorted(paths)
    found: dict[str, Passage] = {}
    for place in np.random.default_rng(1).permutation(len(every)).tolist():
        for passage in passages_of(every[place]):
            found.setdefault(passage.body, passage)
        if len(found) >= count:
            break
    return list(islice(found.values(), count))


def passages_of(path: Path) -> Iterator[Passage]:
    """Yield the passages of a file."""
    try:
        text = path.read_text("utf-8")
        texts = docstrings(text) if path.suffix == ".py" else sections(text)
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError, RecursionError):
        return
    for title, body in texts:
        short, long = TITLE_CHARACTERS
        if short <= len(title) <= long and BODY_CHARACTERS[0] <= len(body) and title not in body:
            yield Passage(title, body[: BODY_CHARACTERS[1]])


def docstrings(source: str) -> list[tuple[str, str]]:
    """Return the first line and the rest of each docstring of a module."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            title, _, body = (ast.get_docstring(node) or "").partition("\n\n")
            found.append((" ".join(title.split()), body.strip()))
    return found


def sections(text: str) -> list[tuple[str, str]]:
    """Return heading and text of each section of a document."""
    headings = list(HEADING.finditer(text))
    stops = [heading.start() for heading in headings[1:]] + [len(text)]
    return [
        ((heading["md"] or heading["rst"]).strip(), text[heading.end() : stop].strip())
        for heading, stop in zip(headings, stops, strict=True)
    ]


def speed(directory: Path, records: int) -> None:
    """Print the milliseconds of searches and of the parts they join."""
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((32, 384))
    with PersistentClient(directory) as client:
        schema = Schema().create_index(SparseVectorIndexConfig(), key="words")
        collection = client.create_collection("made", schema=schema)
        for start in range(0, records, BATCH):
            count = min(BATCH, records - start)
            collection.add(
                ids=[str(start + place) for place in range(count)],
                embeddings=made_vectors(rng, basis, count),
                metadatas=[
                    {"words": made_terms(rng, 100), "group": int(rng.integers(0, 20)), "n": int(rng.integers(0, 100))}
                    for _ in range(count)
                ],
            )
        client.compact()
        queries = [(made_vectors(rng, basis, 1)[0], made_terms(rng, 10)) for _ in range(50)]
        dense, sparse, fused = times(
            collection,
            queries,
            [
                lambda vector, terms: Search().rank(Knn(vector, limit=DEPTH, return_rank=True)),
                lambda vector, terms: Search().rank(Knn(terms, key="words", limit=DEPTH, return_rank=True)),
                lambda vector, terms: Search().rank(hybrid(vector, terms)),
            ],
        )
        grouping = GroupBy(keys="group", aggregate=MinK(keys=K.SCORE, k=2))
        plain, grouped = times(
            collection,
            queries,
            [
                lambda vector, terms: Search().rank(Knn(vector, limit=DEPTH)).limit(10),
                lambda vector, terms: Search().rank(Knn(vector, limit=DEPTH)).group_by(grouping).limit(10),
            ],
        )
        [filtered] = times(
            collection,
            queries,
            [lambda vector, terms: Search().where(K("n") < 10).rank(hybrid(vector, terms)).limit(10)],
        )
    print(f"{records:,} records")
    print(f"vectors {dense:.2f} ms, words {sparse:.2f} ms, both fused {fused:.2f} ms")
    print(f"fusion over its parts {fused - dense - sparse:+.2f} ms (target: 2 at most)")
    print(f"group_by over the same without {grouped - plain:+.2f} ms (target: 2 at most)")
    print(f"filtered hybrid (10 % of the records) {filtered:.2f} ms (target: 5 at most)")


def hybrid(vector: Any, terms: SparseVector) -> Rrf:
    """Return the fusion of a dense and a sparse neighbourhood."""
    return Rrf(
        [
            Knn(vector, limit=DEPTH, default=DEPTH, return_rank=True),
            Knn(terms, key="words", limit=DEPTH, default=DEPTH, return_rank=True),
        ]
    )


def times(
    collection: Any,
    queries: Sequence[tuple[Any, SparseVector]],
    searches: Sequence[Callable[[Any, SparseVector], Search]],
) -> list[float]:
    """Return the median milliseconds of each kind of search, taken in turns after one round that is not counted."""
    taken: list[list[float]] = [[] for _ in searches]
    for turn in range(3):
        for vector, terms in queries:
            for make, its in zip(searches, taken, strict=True):
                search = make(vector, terms)
                start = time.perf_counter()
                collection.search(search)
                if turn:
                    its.append((time.perf_counter() - start) * 1000)
    return [statistics.median(its) for its in taken]


def made_vectors(rng: np.random.Generator, basis: Any, count: int) -> Any:
    """Return vectors near a subspace."""
    vectors = rng.standard_normal((count, len(basis))) @ basis + 0.3 * rng.standard_normal((count, basis.shape[1]))
    return vectors.astype(np.float32)


def made_terms(rng: np.random.Generator, count: int) -> SparseVector:
    """Return a sparse vector whose terms are as frequent as words are."""
    terms = np.unique((30_000 ** rng.random(2 * count)).astype(int))
    chosen = np.sort(rng.permutation(terms)[:count])
    return SparseVector(chosen.tolist(), (rng.random(len(chosen)) + 0.5).tolist())


if __name__ == "__main__":
    main()
