"""Every operation of the official Python client, in order; prints what it saw as one JSON object a line.

Runs in an environment of its own, with chromadb==1.5.9: python scenario.py HOST PORT
"""

import json
import re
import sys
import uuid

import chromadb
from chromadb import FtsIndexConfig, IntInvertedIndexConfig, Schema, Settings, StringInvertedIndexConfig
from chromadb.errors import ChromaError

host, port = sys.argv[1], int(sys.argv[2])
ids = {}


def plain(value):
    """Return a value as JSON with ids numbered in the order in which they came."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, uuid.UUID):
        return f"id-{ids.setdefault(str(value), len(ids))}"
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if value is None or isinstance(value, (str, int, bool)):
        text = str(value)
        return plain(uuid.UUID(text)) if isinstance(value, str) and len(text) == 36 and text.count("-") == 4 else value
    return str(type(value).__name__)


def step(name, action):
    """Print the result of an action, or its error."""
    try:
        seen = {"result": plain(action())}
    except (ChromaError, ValueError, TypeError) as error:
        seen = {
            "error": type(error).__name__,
            "message": re.sub(r"[0-9a-f-]{36}", "ID", str(error).split(" (trace ID")[0]),
        }
    print(json.dumps({"step": name, **seen}, sort_keys=True), flush=True)


settings = {"chroma_api_impl": "chromadb.api.fastapi.FastAPI", "chroma_server_host": host,
            "chroma_server_http_port": port}  # fmt: skip
admin = chromadb.AdminClient(Settings(**settings))
client = chromadb.HttpClient(host, port)
step("version", client.get_version)
step("batch size", client.get_max_batch_size)
step("create tenant", lambda: admin.create_tenant("acme"))
step("create tenant again", lambda: admin.create_tenant("acme"))
step("get tenant", lambda: admin.get_tenant("acme"))
step("get unknown tenant", lambda: admin.get_tenant("nobody"))
step("create database", lambda: admin.create_database("books", "acme"))
step("get database", lambda: admin.get_database("books", "acme"))
step("list databases", lambda: admin.list_databases(tenant="acme"))
step("delete database", lambda: admin.delete_database("books", "acme"))
step("unknown database", lambda: chromadb.HttpClient(host, port, database="nothing"))
step("collections", client.count_collections)
things = client.create_collection("things", metadata={"a": 1, "b": "x"}, embedding_function=None,
                                  configuration={"hnsw": {"space": "cosine"}})  # fmt: skip
step("configuration", lambda: things.configuration_json)
step("metadata", lambda: things.metadata)
step("create again", lambda: client.create_collection("things", embedding_function=None))
step("get or create", lambda: client.get_or_create_collection("things", embedding_function=None).id)
step("bad name", lambda: client.create_collection("a b", embedding_function=None))
step("unknown collection", lambda: client.get_collection("nothing"))
step("add", lambda: things.add(
    ids=["a", "b", "c", "d"], embeddings=[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]],
    documents=["blue whale", "red ant", None, "blue ant"],
    metadatas=[{"n": 1, "f": 1.5, "t": "x", "y": True}, {"n": 2, "l": ["p", "q"]}, None, {"n": 4}],
    uris=[None, "file:b", None, None],
))  # fmt: skip
step("add another dimension", lambda: things.add(ids=["e"], embeddings=[[1, 2]]))
step("count", things.count)
step("get", lambda: things.get(include=["documents", "metadatas", "embeddings", "uris"]))
for where in (
    {"n": {"$gte": 2}}, {"$or": [{"t": "x"}, {"n": 4}]}, {"y": True}, {"n": {"$in": [1, 4]}}, {"n": {"$ne": 1}},
    {"l": {"$contains": "p"}}, {"f": {"$lt": 1.6}},
):  # fmt: skip
    step(f"where {where}", lambda where=where: things.get(where=where, include=[])["ids"])
for text in ({"$contains": "ant"}, {"$not_contains": "blue"}, {"$regex": "^b.*t$"}):
    step(f"document {text}", lambda text=text: things.get(where_document=text, include=[])["ids"])
step("bad where", lambda: things.get(where={"n": {"$gte": "x"}}))
step("page", lambda: things.get(limit=2, offset=1)["ids"])
step("peek", lambda: things.peek(1))
step("query", lambda: things.query(query_embeddings=[[1, 0.1, 0], [0, 0.1, 1]], n_results=2,
                                   include=["documents", "distances", "metadatas"]))  # fmt: skip
step("query where", lambda: things.query(query_embeddings=[[1, 0, 0]], where={"n": {"$gt": 1}}, ids=["b", "d"]))
step("query another dimension", lambda: things.query(query_embeddings=[[1, 2]]))
step("update", lambda: things.update(ids=["a", "z"], metadatas=[{"n": None, "m": 9}, None], documents=["new", "z"],
                                     embeddings=[[0.5, 0, 0], [0, 0, 1]]))  # fmt: skip
step("upsert", lambda: things.upsert(ids=["a", "e"], embeddings=[[1, 0, 0], [0, 1, 1]], documents=["again", "five"]))
step("after", lambda: things.get(ids=["a", "e", "z"], include=["documents", "metadatas", "embeddings"]))
step("delete", lambda: things.delete(ids=["b"]))
step("delete where", lambda: things.delete(where={"n": 4}))
step("left", lambda: things.get(include=[])["ids"])
step("modify", lambda: things.modify(name="objects", metadata={"z": 1}, configuration={"hnsw": {"ef_search": 20}}))
step("modified", lambda: (client.get_collection("objects", None).metadata, things.configuration_json))
step("list", lambda: [found.name for found in client.list_collections()])
step("fork", lambda: things.fork("copy").get(include=[])["ids"])
schema = Schema().delete_index(IntInvertedIndexConfig(), key="n").delete_index(StringInvertedIndexConfig())
schema.delete_index(FtsIndexConfig(), key="#document").create_index(StringInvertedIndexConfig(), key="t")
switched = client.create_collection("switched", schema=schema, embedding_function=None)
step("switched add", lambda: switched.add(
    ids=["a", "b"], embeddings=[[1, 0], [0, 1]], documents=["blue whale", "red ant"],
    metadatas=[{"n": 1, "f": 1.5, "t": "x", "u": "x"}, {"n": 2, "f": 2, "t": "y", "l": ["p"]}],
))  # fmt: skip
step("switched schema", lambda: {
    key: types for key, types in client.get_collection("switched", None).schema.serialize_to_json()["keys"].items()
    if key != "#embedding"
})  # fmt: skip
for where in (
    {"n": 1}, {"n": {"$ne": 1}}, {"n": {"$in": [1, 2]}}, {"n": {"$gt": 1}}, {"n": 1.0}, {"u": "x"}, {"t": "x"},
    {"v": "x"}, {"l": {"$contains": "p"}}, {"$or": [{"t": "x"}, {"n": 2}]},
    {"$and": [{"f": {"$gt": 1.6}}, {"t": {"$ne": "x"}}]},
):  # fmt: skip
    step(f"switched where {where}", lambda where=where: switched.get(where=where, include=[])["ids"])
    step(f"switched query {where}", lambda where=where: switched.query([[1, 0]], where=where, include=[])["ids"])
step("switched delete", lambda: switched.delete(where={"n": {"$ne": 7}}))
for text in ({"$contains": "ant"}, {"$not_contains": "ant"}, {"$regex": "^b"}, {"$not_regex": "^b"}):
    step(f"switched document {text}", lambda text=text: switched.get(where_document=text))
step("switched left", lambda: switched.get(include=["metadatas", "documents", "embeddings"]))
step("reset", client.reset)
step("delete collection", lambda: client.delete_collection("objects"))
step("gone", things.count)
