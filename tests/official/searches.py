"""Searches and sparse vectors of the official Python client, in order; prints what it saw as one JSON object a line.

Runs in an environment of its own, with chromadb==1.5.9: python searches.py HOST PORT
"""

import json
import sys

import chromadb
from chromadb import K, Knn, Rrf, Schema, Search, SparseVector, SparseVectorIndexConfig
from chromadb.execution.expression import GroupBy, MaxK, MinK, Val

host, port = sys.argv[1], int(sys.argv[2])
client = chromadb.HttpClient(host, port)
schema = Schema().create_index(SparseVectorIndexConfig(bm25=False), key="terms")
things = client.create_collection("searched", schema=schema, embedding_function=None)
things.add(
    ids=["a", "b", "c", "d", "e"], embeddings=[[0, 0], [1, 0], [0, 2], [3, 0], [0, 4]],
    documents=["blue whale", "red ant", "grey fox", "blue ant", "whale"],
    metadatas=[
        {"n": 1, "kind": "x", "terms": SparseVector([1, 7], [1.0, 2.0])},
        {"n": 2, "kind": "y", "terms": SparseVector([7], [4.0])},
        {"n": 3, "kind": "x"},
        {"n": 4, "kind": "y", "terms": SparseVector([2], [1.0])},
        None,
    ],
)  # fmt: skip
near = Knn(query=[0.0, 0.0], limit=4)
words = SparseVector([7], [1.0])


def plain(value):
    """Return a value as JSON, numbers of few digits."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, SparseVector):
        return {"indices": value.indices, "values": plain(value.values)}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def step(name, *searches):
    """Print the rows of some searches, or the kind of error."""
    try:
        seen = {"result": plain(things.search(list(searches)).rows())}
    except Exception as error:
        seen = {"error": str(error).split(" (trace ID")[0]}
    print(json.dumps({"step": name, **seen}, sort_keys=True), flush=True)


step("everything", Search().select_all())
step("nothing selected", Search())
step("nearest", Search().rank(near).select(K.SCORE))
step("nearest of some", Search().where((K("n") > 1) & (K("kind") == "y")).rank(near).select(K.SCORE, K.DOCUMENT))
step("documents and ids", Search().where(K.DOCUMENT.contains("ant") | K.ID.is_in(["e", "z"])).select("n", "kind"))
step("pattern", Search().where(K.DOCUMENT.regex("^blue") & K.ID.not_in(["a"])).select(K.DOCUMENT))
step("sparse", Search().rank(Knn(query=words, key="terms")).select(K.SCORE))
step("sparse field", Search().where(K.ID == "a").select("terms"))
step("both", Search().rank(near * 0.5 + Knn(query=words, key="terms", default=2.0) * 2).select(K.SCORE))
step("fusion", Search().rank(Rrf(
    [Knn(query=[0.0, 0.0], return_rank=True, default=10), Knn(query=words, key="terms", return_rank=True, default=10)],
    weights=[2, 1], k=1,
)).select(K.SCORE))  # fmt: skip
step("arithmetic", Search().rank(((near - 10).abs().max(7).min(9.5) / 2).exp().log() + Val(1)).select(K.SCORE))
step("negated", Search().rank(-near).select(K.SCORE))
step("best of groups", Search().rank(near).group_by(GroupBy(K("kind"), MinK(K.SCORE, 1))).select(K.SCORE))
step("last of groups", Search().rank(near).group_by(GroupBy(["kind"], MaxK(["n", K.SCORE], 1))).select("n"))
step("page", Search().rank(near).limit(2, offset=1).select(K.SCORE))
step("page of all", Search().limit(2, offset=3))
step("several", Search().rank(near).limit(1), Search().where(K("n") == 3).select(K.METADATA))
step("another dimension", Search().rank(Knn(query=[1.0])))
step("no sparse index", Search().rank(Knn(query=words, key="kind")))
step("no metadata to group by", Search().rank(near).group_by(GroupBy("#document", MinK(K.SCORE, 1))))
step("no score to group by", Search().group_by(GroupBy("kind", MinK(K.SCORE, 1))))
