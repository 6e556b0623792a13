"""Bad input: the documented error, a sentence that names the value and what is accepted, and nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from chromadb.errors import (
    ChromaError,
    DuplicateIDError,
    InvalidArgumentError,
    MistypedArgumentError,
    NegativeArgumentError,
    NotFoundError,
)

from .backends import Backend
from .contents import everything
from .embedding_functions import Answering, Letters


@dataclass(frozen=True)
class Place:
    """What a bad call may be made on; ``collection`` has the dimension 3, ``empty`` none yet."""

    backend: Backend
    client: Any
    collection: Any
    empty: Any


@pytest.fixture
def place(backend: Backend) -> Place:
    client = backend.client()
    collection = client.create_collection("things", metadata={"a": 1}, embedding_function=Letters())
    collection.add(
        ids=["a", "b"], embeddings=[[1, 0, 0], [0, 1, 0]], documents=["one", "two"], metadatas=[{"n": 1}, {"l": [1, 2]}]
    )
    broken = client.create_collection("broken", embedding_function=Answering())
    broken.add(ids=["b"], embeddings=[[1, 2, 3]], documents=["x"])
    return Place(backend, client, collection, client.create_collection("empty", embedding_function=Letters()))


_ONE = [[1, 0, 0]]
_NAN, _INF = float("nan"), float("inf")
Call = Callable[[Place], Any]


class _Odd:
    """No embedding function: it takes anything."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return [[1.0, 2.0, 3.0]]


_Bad = tuple[Call, type[Exception], str]

_IDS: dict[str, _Bad] = {
    "no ids": (lambda p: p.collection.add(ids=[], embeddings=[]), ValueError, "non-empty"),
    "empty id": (lambda p: p.collection.add(ids=["x", ""], embeddings=_ONE * 2), InvalidArgumentError,
                 "Empty ID, ID must have at least one character"),
    "empty id in upsert": (lambda p: p.collection.upsert(ids=["x", ""], embeddings=_ONE * 2), InvalidArgumentError,
                           "Empty ID"),
    "duplicate ids": (lambda p: p.collection.add(ids=["x", "y", "x"], embeddings=_ONE * 3), DuplicateIDError,
                      r"Expected IDs to be unique, found duplicates of: x in add\."),
    "many duplicate ids": (
        lambda p: p.collection.update(ids=list("abcdefghijklm") * 2, embeddings=_ONE * 26), DuplicateIDError,
        "found 13 duplicated IDs: a, b, c, d, e, "),
    "duplicate ids in get": (lambda p: p.collection.get(ids=["a", "a"]), DuplicateIDError, "duplicates of: a"),
    "int id": (lambda p: p.collection.add(ids=["x", 1], embeddings=_ONE * 2), ValueError,
               "Expected ID to be a str, got 1"),
    "None id": (lambda p: p.collection.add(ids=[None], embeddings=_ONE), ValueError, "to be a str, got None"),
    "ids None": (lambda p: p.collection.add(ids=None, embeddings=_ONE), ValueError, "Expected IDs to be a list"),
    "bytes id in delete": (lambda p: p.collection.delete(ids=[b"a"]), ValueError, "Expected ID to be a str"),
    "no ids in get": (lambda p: p.collection.get(ids=[]), ValueError, "Expected IDs to be a non-empty list, got 0 IDs"),
    "int id in query": (lambda p: p.collection.query(query_embeddings=_ONE, ids=[1]), TypeError, "got 1"),
    "nothing to delete": (lambda p: p.collection.delete(), ValueError,
                          "At least one of ids, where, or where_document must be provided"),
}  # fmt: skip

_COLUMNS: dict[str, _Bad] = {
    "fewer vectors": (lambda p: p.collection.add(ids=["x", "y"], embeddings=_ONE), ValueError,
                      "Unequal lengths for fields: ids: 2, embeddings: 1"),
    "more documents": (lambda p: p.collection.upsert(ids=["a"], embeddings=_ONE, documents=["x", "y"]), ValueError,
                       "Unequal lengths for fields: ids: 1, embeddings: 1, documents: 2"),
    "fewer metadatas": (lambda p: p.collection.update(ids=["a", "b"], metadatas=[{"n": 1}]), ValueError,
        "Unequal lengths"),
    "no documents": (lambda p: p.collection.add(ids=["x"], documents=[]), ValueError, "Non-empty lists are required"),
    "nothing but ids": (lambda p: p.collection.add(ids=["x"]), ValueError, "Exactly one of .* must be provided"),
    "two sources": (lambda p: p.collection.add(ids=["x"], documents=["x"], uris=["x"]), ValueError, "Exactly one of"),
    "int document": (lambda p: p.collection.add(ids=["x"], documents=[5]), ValueError,
                     "Expected document to be a str, got 5"),
    "None document": (lambda p: p.collection.add(ids=["x", "y"], documents=["x", None]), ValueError,
                      "Expected document to be a str, got None"),
    "int uri": (lambda p: p.collection.add(ids=["x"], embeddings=_ONE, uris=[5]), ValueError, "str or None, got 5"),
    "uri without loader": (lambda p: p.collection.add(ids=["x"], uris=["file:///x"]), ValueError,
                           "You must set a data loader"),
    "flat image": (lambda p: p.collection.add(ids=["x"], images=["pixels"]), ValueError,
                   "Expected image to be a numpy array, got pixels"),
    "lone surrogate": (lambda p: p.collection.add(ids=["x", "\ud800"], embeddings=_ONE * 2), UnicodeEncodeError,
                       "surrogates not allowed"),
    "lone surrogate in a document": (
        lambda p: p.collection.upsert(ids=["a"], embeddings=_ONE, documents=["\udfff"]), UnicodeEncodeError,
        "surrogates not allowed"),
    "lone surrogate in metadata": (
        lambda p: p.collection.update(ids=["a"], metadatas=[{"n": "\udfff"}]), TypeError, "surrogates"),
}  # fmt: skip

_VECTORS: dict[str, _Bad] = {
    "no vectors": (lambda p: p.collection.add(ids=["x"], embeddings=[]), ValueError,
                   r"Expected Embeddings to be non-empty list or numpy array, got \[\]"),
    "empty vector": (lambda p: p.collection.add(ids=["x"], embeddings=[[]]), ValueError, "at least 1 int/float value"),
    "empty matrix": (lambda p: p.collection.add(ids=["x"], embeddings=np.array([[]])), ValueError,
        "at least 1 int/float"),
    "longer vector": (lambda p: p.collection.add(ids=["x"], embeddings=[[1, 2, 3, 4]]), InvalidArgumentError,
                      "Collection expecting embedding with dimension of 3, got 4"),
    "shorter vector in update": (lambda p: p.collection.update(ids=["a"], embeddings=[[1, 2]]), InvalidArgumentError,
                                 "Collection expecting embedding with dimension of 3, got 2"),
    "shorter query": (lambda p: p.collection.query(query_embeddings=[[1, 2]]), InvalidArgumentError,
                      "Collection expecting embedding with dimension of 3, got 2"),
    "ragged vectors": (lambda p: p.collection.add(ids=["x", "y"], embeddings=[[1, 2, 3], [1, 2]]), InvalidArgumentError,
                       "Inconsistent dimensions in provided embeddings"),
    "ragged vectors in an empty collection": (
        lambda p: p.empty.add(ids=["x", "y"], embeddings=[[1, 2, 3], [1, 2]]), InvalidArgumentError,
        "Inconsistent dimensions"),
    "ragged queries": (lambda p: p.collection.query(query_embeddings=[[1, 2, 3], [1]]), InvalidArgumentError,
                       "Inconsistent dimensions"),
    "None vector": (lambda p: p.collection.add(ids=["x"], embeddings=[None]), ValueError,
                    r"Expected embeddings to be a list of floats or ints, a list of lists, .* got \[None\]"),
    "vector of texts": (lambda p: p.collection.add(ids=["x"], embeddings=[["1", "2", "3"]]), ValueError,
                        "Expected embeddings to be a list of floats"),
    "text for a vector": (lambda p: p.collection.add(ids=["x"], embeddings="abc"), ValueError, "got abc"),
    "three dimensions": (lambda p: p.collection.add(ids=["x"], embeddings=np.zeros((1, 1, 3))), ValueError,
                         "Expected embeddings to be a list of floats"),
    "bool vector": (lambda p: p.collection.add(ids=["x"], embeddings=[[True, False, True]]), ValueError,
                    "Expected embeddings to be a list of floats or ints"),
    "bool array": (lambda p: p.collection.add(ids=["x"], embeddings=np.array([[True, False, True]])), ValueError,
                   "Expected each value in the embedding to be a int or float, got an embedding with bool"),
    "complex array": (lambda p: p.collection.add(ids=["x"], embeddings=np.array([[1j, 2, 3]])), ValueError, "complex"),
    "object array": (lambda p: p.collection.add(ids=["x"], embeddings=np.array([[1, "a", None]], dtype=object)),
        ValueError,
                     "object"),
    **{
        f"{value} in {how}": (call, InvalidArgumentError, "Embeddings must not contain NaN or Infinity values")
        for value in (_NAN, _INF, -_INF, 1e39)
        for how, call in {
            "add": lambda p, v=value: p.collection.add(ids=["x", "y"], embeddings=[[1, 2, 3], [1, v, 3]]),
            "upsert": lambda p, v=value: p.collection.upsert(ids=["a", "y"], embeddings=np.array([[1, 2, 3], [1, v,
            3]])),
            "update": lambda p, v=value: p.collection.update(ids=["a"], embeddings=[[v, 0, 0]], documents=["new"]),
            "query": lambda p, v=value: p.collection.query(query_embeddings=[[v, 0, 0]]),
        }.items()
    },
}  # fmt: skip


def _metadata(metadata: Any, error: type[Exception], text: str, method: str = "add") -> _Bad:
    """Return a call that writes a good record beside one with bad metadata."""

    def call(place: Place) -> Any:
        return getattr(place.collection, method)(
            ids=["x", "a"], embeddings=_ONE * 2, documents=["new", "new"], metadatas=[{"good": 1}, metadata]
        )

    return call, error, text


_METADATA: dict[str, _Bad] = {
    "empty dict": _metadata({}, ValueError, "Expected metadata to be a non-empty dict, got 0 metadata attributes"),
    "empty dict in update": _metadata({}, ValueError, "non-empty dict", "update"),
    "text": _metadata("n=1", ValueError, "Expected metadata to be a dict or None, got str as metadata"),
    "nested dict": _metadata({"n": {"m": 1}}, ValueError,
                             r"Expected metadata value to be a str, int, .* got \{'m': 1\} which is a dict"),
    "bytes": _metadata({"n": b"x"}, ValueError,
        "Expected metadata value to be a str, int, float, bool.* which is a bytes"),
    "set in upsert": _metadata({"n": {1}}, ValueError, "Expected metadata value to be a str", "upsert"),
    "empty list": _metadata({"l": []}, ValueError, "Expected metadata list value for key 'l' to be non-empty"),
    "mixed list": _metadata({"l": [1, "a"]}, ValueError, r"key 'l' to contain only .* same type, got \[1, 'a'\]"),
    "ints and floats": _metadata({"l": [1, 2.5]}, ValueError, r"same type, got \[1, 2.5\]"),
    "ints and bools": _metadata({"l": [1, True]}, ValueError, "same type"),
    "nested list": _metadata({"l": [[1]]}, ValueError, "to contain only str, int, float, or bool"),
    "list with None": _metadata({"l": [1, None]}, ValueError, "to contain only str, int, float, or bool"),
    "int key": _metadata({5: 1}, TypeError, "Expected metadata key to be a str, got 5 which is a int"),
    "empty key": _metadata({"": 1}, InvalidArgumentError, "the key '' is empty"),
    "key with #": _metadata({"#n": 1}, InvalidArgumentError, "'#n'"),
    "key with $": _metadata({"$n": 1}, InvalidArgumentError, r"'\$n'", "upsert"),
    "reserved key": _metadata({"chroma:document": "x"}, ValueError, "reserved key chroma:document"),
    "NaN": _metadata({"n": _NAN}, InvalidArgumentError, "'n' is nan, which is not a finite number"),
    "infinity in update": _metadata({"n": _INF}, InvalidArgumentError, "'n' is inf", "update"),
    "NaN in a list": _metadata({"l": [1.0, _NAN]}, InvalidArgumentError, "'l' holds a number that is not finite"),
    "huge int": _metadata({"n": 10**400}, InvalidArgumentError, "'n' is an int too large for a float of 64 bits"),
    "huge int in a list": _metadata({"l": [10**400]}, InvalidArgumentError, "'l' is an int too large"),
    "None in add": _metadata({"n": None}, TypeError,
        "argument 'metadatas': Cannot convert Python object to MetadataValue"),
}  # fmt: skip


def _where(where: Any, text: str, error: type[Exception] = ValueError) -> _Bad:
    return lambda p: p.collection.delete(ids=["a"], where=where), error, text


def _where_document(where_document: Any, text: str, error: type[Exception] = ValueError) -> _Bad:
    return lambda p: p.collection.delete(where_document=where_document), error, text


_FILTERS: dict[str, _Bad] = {
    "text": _where("n", "Expected where to be a dict, got n"),
    "empty": _where({}, r"Expected where to have exactly one operator, got \{\}"),
    "two keys": _where({"n": 1, "m": 2}, "Expected where to have exactly one operator"),
    "int key": _where({1: 2}, "Expected where key to be a str, got 1"),
    "None value": _where({"n": None}, "Expected where value to be a str, int, float, or operator expression, got None"),
    "unknown operator": _where({"n": {"$like": 1}}, r"Expected where operator to be one of \$gt, .* got \$like"),
    "regex on metadata": _where({"n": {"$regex": "x"}}, r"Expected where operator to be one of .* got \$regex"),
    "two operators": _where({"n": {"$gt": 1, "$lt": 2}}, "Expected operator expression to have exactly one operator"),
    "text order": _where({"n": {"$gt": "x"}},
        r"Expected operand value to be an int or a float for operator \$gt, got x"),
    "bool order": _where({"n": {"$gt": True}}, "Invalid where clause.*True", InvalidArgumentError),
    "empty $in": _where({"n": {"$in": []}}, r"non-empty list, and all values to be of the same type got \[\]"),
    "empty $nin": _where({"n": {"$nin": []}}, "Expected where operand value to be a non-empty list"),
    "mixed $in": _where({"n": {"$in": [1, "a"]}}, r"all values to be of the same type got \[1, 'a'\]"),
    "scalar $in": _where({"n": {"$in": 1}}, r"Expected operand value to be an list for operator \$in, got 1"),
    "None $contains": _where({"n": {"$contains": None}}, r"str, int, float, or bool for operator \$contains, got None"),
    "top $contains": _where({"$contains": "x"}, r"metadata field name or a logical operator .* got \$contains"),
    "$and of one": _where({"$and": [{"n": 1}]}, r"for \$and or \$or to be a list with at least two"),
    "$and of none": _where({"$and": []}, "at least two where expressions"),
    "$or of a dict": _where({"$or": {"n": 1}}, r"for \$and or \$or to be a list of where expressions"),
    "$and of a bad part": _where({"$and": [{"n": 1}, {"m": {"$like": 1}}]}, r"got \$like"),
    "huge int": _where({"n": 2**63}, "9223372036854775808", InvalidArgumentError),
    "huge int order": _where({"n": {"$lt": -(2**63) - 1}}, "64 bits", InvalidArgumentError),
    "NaN": _where({"n": _NAN}, "finite float, got nan", InvalidArgumentError),
    "infinity": _where({"n": {"$gt": _INF}}, "finite float, got inf", InvalidArgumentError),
    "document: text": _where_document("x", "Expected where document to be a dictionary, got x"),
    "document: empty": _where_document({}, "Expected where document to have exactly one operator"),
    "document: $eq": _where_document({"$eq": "x"}, r"one of \$contains, \$not_contains, .* got \$eq"),
    "document: int": _where_document({"$contains": 1}, r"operator \$contains to be a str, got 1"),
    "document: empty text": _where_document({"$contains": ""}, "to be a non-empty str"),
    "document: $and of one": _where_document({"$and": [{"$contains": "x"}]}, "at least two where document expressions"),
    "document: bad pattern": _where_document({"$regex": "a(b"}, "unclosed group", InvalidArgumentError),
    "document: look-around": _where_document({"$regex": "a(?=b)"}, "look-around", InvalidArgumentError),
    "document: backreference": _where_document({"$not_regex": r"(a)\1"}, "backreferences", InvalidArgumentError),
    "document: huge pattern": _where_document({"$regex": r"\w{1000}{1000}"}, "(?s).*", InvalidArgumentError),
}  # fmt: skip

_READS: dict[str, _Bad] = {
    "unknown include": (lambda p: p.collection.get(include=["bogus"]), ValueError,
                        "one of documents, embeddings, metadatas, distances, uris, data, got bogus"),
    "unknown include in query": (lambda p: p.collection.query(query_embeddings=_ONE, include=["ids"]), ValueError,
                                 "Expected include item to be one of .* got ids"),
    "include is a text": (lambda p: p.collection.get(include="documents"), ValueError,
                          "Expected include to be a list, got documents"),
    "include holds an int": (lambda p: p.collection.get(include=[1]), ValueError,
        "Expected include item to be a str, got 1"),
    "get has no distances": (lambda p: p.collection.get(include=["distances"]), ValueError, "distances"),
    "data without loader": (lambda p: p.collection.get(include=["data"]), ValueError, "You must set a data loader"),
    "negative limit": (lambda p: p.collection.get(limit=-1), NegativeArgumentError, "limit .*at least 0, got -1"),
    "negative offset": (lambda p: p.collection.get(offset=-1), NegativeArgumentError, "offset .*at least 0, got -1"),
    "negative peek": (lambda p: p.collection.peek(limit=-1), NegativeArgumentError, "got -1"),
    "text limit": (lambda p: p.collection.get(limit="1"), MistypedArgumentError, "'limit'.* integer"),
    "float offset": (lambda p: p.collection.get(offset=1.0), MistypedArgumentError, "'offset'.* integer"),
    "no results": (lambda p: p.collection.query(query_embeddings=_ONE, n_results=0), TypeError,
                   "Number of requested results 0, cannot be negative, or zero"),
    "negative results": (lambda p: p.collection.query(query_embeddings=_ONE, n_results=-3), TypeError, "-3"),
    "float results": (lambda p: p.collection.query(query_embeddings=_ONE, n_results=1.0), ValueError,
                      "Expected requested number of results to be a int, got 1.0"),
    "no query": (lambda p: p.collection.query(), ValueError, "At least one of"),
    "int query text": (lambda p: p.collection.query(query_texts=[1]), ValueError, "to be a str, got 1"),
    "negative delete limit": (lambda p: p.collection.delete(where={"n": 1}, limit=-1), ValueError,
        "non-negative integer"),
    "bool delete limit": (lambda p: p.collection.delete(where={"n": 1}, limit=True), TypeError, "non-negative integer"),
    "delete limit without filter": (lambda p: p.collection.delete(ids=["a"], limit=1), ValueError,
                                    "limit can only be specified when"),
    "negative collections limit": (lambda p: p.client.list_collections(limit=-1), NegativeArgumentError, "got -1"),
    "negative databases offset": (lambda p: p.backend.admin().list_databases(offset=-1), NegativeArgumentError,
                                  "got -1"),
}  # fmt: skip

_CATALOG: dict[str, _Bad] = {
    "short name": (lambda p: p.client.create_collection("ab"), InvalidArgumentError,
                   r"Expected a name containing 3-512 characters from \[a-zA-Z0-9._-\].* Got: ab"),
    "int name": (lambda p: p.client.create_collection(5), MistypedArgumentError, "argument 'name': 'int' object"),
    "None name": (lambda p: p.client.get_collection(None), MistypedArgumentError, "argument 'name': 'NoneType' object"),
    "int new name": (lambda p: p.collection.modify(name=5), MistypedArgumentError, "argument 'new_name': 'int' object"),
    "missing collection": (lambda p: p.client.get_collection("nothing"), NotFoundError,
        r"Collection \[nothing\] does not"),
    "missing collection to delete": (lambda p: p.client.delete_collection("nothing"), NotFoundError, "nothing"),
    "missing tenant": (lambda p: p.backend.client(tenant="nobody"), NotFoundError, r"Tenant \[nobody\] not found"),
    "missing database": (lambda p: p.backend.client(database="nothing"), NotFoundError,
        r"Database \[nothing\] not found"),
    "bad id": (lambda p: p.client.get_collection_by_id("things"), InvalidArgumentError, "expected UUID.*'things'"),
    "empty metadata": (lambda p: p.client.create_collection("new", metadata={}), InvalidArgumentError,
                       "Metadata cannot be empty"),
    "nested metadata": (lambda p: p.client.create_collection("new", metadata={"k": {"l": 1}}), MistypedArgumentError,
                        "Cannot convert Python object to MetadataValue.*'k'"),
    "None in metadata": (lambda p: p.client.create_collection("new", metadata={"k": None}), MistypedArgumentError,
        "MetadataValue.*'k'"),
    "list in metadata": (lambda p: p.client.create_collection("new", metadata={"k": [1]}), InvalidArgumentError, "'k'"),
    "NaN in metadata": (lambda p: p.client.create_collection("new", metadata={"k": _NAN}), InvalidArgumentError,
        "'k' is nan"),
    "text for metadata": (lambda p: p.client.create_collection("new", metadata="k"), MistypedArgumentError,
        "argument 'metadata': 'str'"),
    "empty modified metadata": (lambda p: p.collection.modify(metadata={}), ValueError, "non-empty dict"),
    "nested modified metadata": (lambda p: p.collection.modify(name="new", metadata={"k": {"l": 1}}), ValueError,
                                 "Expected metadata value to be a str"),
    "changed distance": (lambda p: p.collection.modify(metadata={"hnsw:space": "ip"}), ValueError,
        "Changing the distance"),
    "unknown space": (lambda p: p.client.create_collection("new", metadata={"hnsw:space": "cube"}),
        InvalidArgumentError,
                      "cube"),
    "function without input": (lambda p: p.client.create_collection("new", embedding_function=_Odd()), ValueError,
                               "(?s)Expected EmbeddingFunction.__call__.*self.*input"),
}  # fmt: skip


def _function(answer: Any, error: type[Exception], text: str, query: bool = False) -> _Bad:
    """Return a call that embeds two texts with a function that answers this."""

    def call(place: Place) -> Any:
        broken = place.client.get_collection("broken", embedding_function=Answering(answer))
        if query:
            return broken.query(query_texts=["one", "two"])
        return broken.upsert(ids=["b", "x"], documents=["one", "two"], metadatas=[{"n": 9}, {"n": 9}])

    return call, error, text


_FUNCTIONS: dict[str, _Bad] = {
    "one vector for two": _function([[1, 2, 3]], InvalidArgumentError, "one vector for each of the 2 inputs, got 1"),
    "three for two": _function([[1, 2, 3]] * 3, InvalidArgumentError, "one vector for each of the 2 inputs, got 3"),
    "one for two queries": _function([[1, 2, 3]], InvalidArgumentError, "each of the 2 inputs, got 1", query=True),
    "another dimension": _function([[1, 2]] * 2, InvalidArgumentError, "dimension of 3, got 2"),
    "another dimension in a query": _function([[1, 2]] * 2, InvalidArgumentError, "dimension of 3, got 2", query=True),
    "ragged": _function([[1, 2, 3], [1, 2]], InvalidArgumentError, "Inconsistent dimensions"),
    "NaN": _function([[1, 2, 3], [1, 2, _NAN]], InvalidArgumentError, "NaN or Infinity"),
    "nothing": _function(None, ValueError, "conformance-answering|Answering"),
    "no vectors": _function([], ValueError, "(?i)embedding"),
    "texts": _function(["one", "two"], ValueError, "Expected embeddings to be a list of floats"),
    "a number": _function(5, ValueError, "got 5"),
    "empty vectors": _function([[], []], ValueError, "at least 1 int/float value"),
    "its own error": _function(KeyError("broken inside"), KeyError, "broken inside"),
}

_ALL = {
    f"{area}: {name}": bad
    for area, table in {
        "ids": _IDS, "columns": _COLUMNS, "vectors": _VECTORS, "metadata": _METADATA, "filters": _FILTERS,
        "reads": _READS, "catalog": _CATALOG, "functions": _FUNCTIONS,
    }.items()
    for name, bad in table.items()
}  # fmt: skip


_OVER_HTTP: dict[str, tuple[type[Exception], str]] = {
    "columns: lone surrogate": (TypeError, "not valid UTF-8"),
    "columns: lone surrogate in a document": (TypeError, "not valid UTF-8"),
}
"""Where a client of a server, bound by JSON, refuses with another error."""


@pytest.mark.filterwarnings("ignore:legacy embedding function")
@pytest.mark.parametrize("area", ["ids", "columns", "vectors", "metadata", "filters", "reads", "catalog", "functions"])
def test_bad_input_is_refused_and_changes_nothing(place: Place, area: str, kind: str) -> None:
    before = everything(place.backend)
    wrong = []
    for name, (call, error, text) in _ALL.items():
        if not name.startswith(f"{area}: "):
            continue
        if place.backend.is_remote:
            error, text = _OVER_HTTP.get(name, (error, text))
        try:
            call(place)
        except error as refusal:
            if type(refusal) is not error or not re.search(text, str(refusal)):
                wrong.append(f"{name}: {refusal!r}")
        except Exception as other:
            wrong.append(f"{name}: {other!r} is no {error.__name__}")
        else:
            wrong.append(f"{name}: accepted")
        # Where each look costs a dozen openings, one at the end must do.
        if kind not in ("reopened", "compacted") and everything(place.backend) != before:
            wrong.append(f"{name}: changed the data")
            before = everything(place.backend)
    assert not wrong, "\n".join(wrong)
    assert everything(place.backend) == before


def test_what_embedded_clients_and_those_of_servers_always_raised_is_both(place: Place) -> None:
    for kind in (TypeError, ChromaError):
        with pytest.raises(kind, match="argument 'name'"):
            place.client.create_collection(5)
        with pytest.raises(kind, match="MetadataValue"):
            place.client.create_collection("new", metadata={"k": None})
    for kind in (OverflowError, InvalidArgumentError):
        with pytest.raises(kind, match="limit"):
            place.client.list_collections(limit=-1)


def test_the_first_vector_of_a_refused_call_sets_no_dimension(place: Place) -> None:
    with pytest.raises(InvalidArgumentError):
        place.empty.add(ids=["x"], embeddings=[[1, 2]], metadatas=[{"n": _NAN}])
    with pytest.raises(InvalidArgumentError):
        place.empty.add(ids=[""], embeddings=[[1, 2]])

    place.empty.add(ids=["x"], embeddings=[[1, 2, 3, 4]])
    assert place.empty.count() == 1
