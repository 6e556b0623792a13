"""Where our answer is meant to be another one than that of Chroma 1.5.9, and why.

Keys are "area/case". A list of ids that only gains or loses some is written as `gains` or `loses`; anything
else is the whole outcome. A test checks each exactly, and fails when an entry is no difference any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .cases import where
from .cases.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that differs.

    expected: our outcome, or what makes it from the recorded one.
    """

    expected: Outcome | Callable[[Outcome], Outcome]
    reason: str

    def outcome(self, recorded: Outcome) -> Outcome:
        """Return the outcome that ours must be."""
        return self.expected(recorded) if callable(self.expected) else self.expected


def gains(*ids: str) -> Callable[[Outcome], Outcome]:
    """Return the recorded ids of the area `where` and these, in the order of its collection."""
    return lambda recorded: {"answer": sorted([*recorded["answer"], *ids], key=where.IDS.index)}


def loses(*ids: str) -> Callable[[Outcome], Outcome]:
    """Return the recorded ids without these."""
    return lambda recorded: {"answer": [id_ for id_ in recorded["answer"] if id_ not in ids]}


def refused(error: str) -> Outcome:
    """Return the outcome of being refused with an error of this class, whatever its message."""
    return {"error": error, "message": ""}


_VALUE = "a float is compared with ints by value, not cut to its whole part first: 1 < 1.5, and 1.5 equals no int"
_LARGE = "beyond 2^53 ints and floats are compared by value, too, not after rounding one to the kind of the other"
_FILTERS: dict[str, Callable[[Outcome], Outcome]] = {
    "x $eq 1.5": loses("int 1"),
    "x $eq -1.5": loses("int -1"),
    "x $eq -0.5": loses("int 0"),
    "x $eq 0.1": loses("int 0"),
    "x $ne 1.5": gains("int 1"),
    "x $ne -1.5": gains("int -1"),
    "x $ne -0.5": gains("int 0"),
    "x $ne 0.1": gains("int 0"),
    "x is 1.5": loses("int 1"),
    "x is -1.5": loses("int -1"),
    "x is -0.5": loses("int 0"),
    "x is 0.1": loses("int 0"),
    "x $gt -1.5": gains("int -1"),
    "x $gt -0.5": gains("int 0"),
    "x $gte 1.5": loses("int 1"),
    "x $gte 1.9": loses("int 1"),
    "x $lt 1.5": gains("int 1"),
    "x $lt 1.9": gains("int 1"),
    "x $lte -1.5": loses("int -1"),
    "x $lte -0.5": loses("int 0"),
    "x $in [1.5]": loses("int 1"),
    "x $in [1.9]": loses("int 1"),
    "x $in [-1.5, 2.0]": loses("int -1"),
    "x $nin [1.5]": gains("int 1"),
    "x $nin [1.9]": gains("int 1"),
    "x $nin [-1.5, 2.0]": gains("int -1"),
    "or in and": gains("int 1"),
}
_LARGE_FILTERS: dict[str, Callable[[Outcome], Outcome]] = {
    "big $eq 9007199254740993": loses("float 2^53"),
    "big $eq 9223372036854775807": loses("float 2^63"),
    "big $eq 9.223372036854776e+18": loses("max"),
    "big $ne 9007199254740993": gains("float 2^53"),
    "big $ne 9223372036854775807": gains("float 2^63"),
    "big $ne 9.223372036854776e+18": gains("max"),
    "big $gt 9223372036854775807": gains("float 2^63"),
    "big $gte 9007199254740993": loses("float 2^53"),
    "big $gte 9.223372036854776e+18": loses("max"),
    "big $lt 9007199254740993": gains("float 2^53"),
    "big $lt 9.223372036854776e+18": gains("max"),
    "big $lte 9223372036854775807": loses("float 2^63"),
    "big $in ints": loses("float 2^63"),
}

_NOT_FINITE = "metadata that is not a finite number is refused; it was stored as nothing, or broke the collection"
_TOO_LARGE = "an int that no float can hold is a value that is refused, not a type"
_QUERY_NOT_FINITE = "a query vector that is not finite has no nearest records: it is refused, not answered at random"
_COLLECTION_ARRAYS = "an array in a collection's metadata is refused as the caller's mistake; it made the engine panic"
_UNKNOWN_IDS = "ids that do not exist are ignored, as they are beside a filter"
_EXACT_READBACK = "vectors of cosine collections read back as they were given"
_SPARSE = "sparse vectors in metadata are stored and returned"
_NUL = "a NUL character is searched for like any other; it ended the text searched for"
_NO_LIMIT = "a call may hold any number of records, and ask for any number"
_TUPLES = "a tuple is taken like a list"
_NUMBERS = "every kind of int and float of NumPy is a number"
_TYPES = "a value of a wrong type is a ValueError that says what was expected; it failed by accident further in"
_WIDE_OPERANDS = "an operand that no stored int can equal is refused with every operator, not with some cut to 64 bits"
_CLOSED = "a closed client says so"
_DATA = "a result holds and names the columns that were asked for, and no others"
_SPANN = "a SPANN configuration is kept, because there is such an index; it became the default HNSW one"
_PATTERNS = "a pattern that cannot be run is the caller's mistake"


def _spann(**given: Any) -> Outcome:
    """Return the outcome of making a collection with a SPANN index, and of finding it."""
    complete = {
        "search_nprobe": 64,
        "write_nprobe": 32,
        "space": "l2",
        "ef_construction": 200,
        "ef_search": 200,
        "max_neighbors": 64,
        "reassign_neighbor_count": 64,
        "split_threshold": 50,
        "merge_threshold": 25,
        **given,
    }
    return {"answer": [{"hnsw": None, "spann": complete, "embedding_function": {"type": "legacy"}}] * 2}


def _vectors(*values: float) -> Outcome:
    """Return the outcome of reading one vector back: the array, and its values as exact text."""
    return {"answer": [_array(list(values)), [value.hex() for value in values]]}


def _array(*vectors: list[float]) -> Outcome:
    shape = [len(vectors), len(vectors[0])] if vectors else [0]
    return {"array": list(vectors), "dtype": "float64", "shape": shape}


def _in_writes() -> dict[str, Difference]:
    """Return what differs in the same way in add, upsert and update."""
    accepted: Outcome = {"answer": None}
    differences = {}
    for call in ("add", "upsert", "update"):
        before = {"before": 1} if call == "update" else {}
        kept = [before] if before else []
        unchanged = {"answer": [refused("InvalidArgumentError"), kept]}
        for value in ("value nan", "value inf", "value minus inf", "list of nan"):
            differences[f"{call} metadata: {value}"] = Difference(unchanged, _NOT_FINITE)
        for value, index in {"value sparse": [1, 5], "value sparse dict": [1]}.items():
            sparse = {"#type": "sparse_vector", "indices": index, "values": [0.5, 1.0][-len(index) :]}
            stored = {"answer": [accepted, [{**before, "x": {"SparseVector": sparse}}]]}
            differences[f"{call} metadata: {value}"] = Difference(stored, _SPARSE)
        differences[f"{call} metadata: value 10^400"] = Difference(unchanged, _TOO_LARGE)
        for value in ("a text", "a list"):
            differences[f"{call} metadata: {value}"] = Difference({"answer": [refused("ValueError"), kept]}, _TYPES)
        for case in ("ids: tuple", "ids: tuple of two"):
            differences[f"{call} {case}"] = Difference(accepted, _TUPLES)
        for case in ("documents is a tuple", "metadatas is a tuple"):
            differences[f"{call}: {case}"] = Difference(accepted, _TUPLES)
        for case in ("uri is an int", "metadatas is a text"):
            differences[f"{call}: {case}"] = Difference(refused("ValueError"), _TYPES)
    return differences


def _of_vectors() -> dict[str, Difference]:
    """Return what differs in the vectors that add takes."""
    pair, one = _array([1.0, 2.0], [3.0, 4.0]), _array([1.0, 2.0])
    taken = {
        "array 2-D int16": (pair, _NUMBERS),
        "array 2-D uint8": (pair, _NUMBERS),
        "array big endian": (one, _NUMBERS),
        "list of uint8 arrays": (one, _NUMBERS),
        "list of np.float32": (one, _NUMBERS),
        "list of lists of np.float32": (one, _NUMBERS),
        "tuple": (one, _TUPLES),
        "list of tuples": (one, _TUPLES),
        "tuple of lists": (one, _TUPLES),
    }
    differences = {
        name: Difference({"answer": [{"answer": None}, array["shape"][0], array]}, reason)
        for name, (array, reason) in taken.items()
    }
    for name in ("empty vector", "empty vectors", "array 0-D", "list of 2-D arrays", "a number", "huge int"):
        differences[name] = Difference({"answer": [refused("ValueError"), 0, _array()]}, _TYPES)
    return differences


def _of_functions() -> dict[str, Difference]:
    """Return what differs in the answers that embedding functions may give."""
    pair = _array([1.0, 2.0], [3.0, 4.0])
    differences = {
        "matrix uint8": Difference({"answer": [{"answer": None}, pair]}, _NUMBERS),
        "tuples": Difference({"answer": [{"answer": None}, pair]}, _TUPLES),
    }
    for name in ("none", "empty vectors", "a number"):
        differences[name] = Difference({"answer": [{"error": "ValueError"}, _array()]}, _TYPES)
    return differences


def _numpy_operands(recorded: Outcome) -> Outcome:
    """Return the recorded outcomes, but that of np.float64(1.5), which equals no int."""
    return {"answer": [{"answer": ["float 1.5"]}, *recorded["answer"][1:]]}


def _data_with_a_loader() -> Outcome:
    get = dict.fromkeys(("documents", "embeddings", "metadatas", "uris"))
    loaded = {**get, "ids": ["a", "b"], "data": ["loaded u", "loaded v"], "included": ["data"]}
    query = {"ids": [["a"], ["b"]], "data": [["loaded u"], ["loaded v"]], "distances": None}
    return {
        "answer": {
            "data": loaded,
            "data and uris": {**loaded, "uris": ["u", "v"], "included": ["data", "uris"]},
            "query": {**loaded, **query},
        }
    }


DIFFERENCES: dict[str, Difference] = {
    **{f"where/{name}": Difference(change, _VALUE) for name, change in _FILTERS.items()},
    **{f"where/{name}": Difference(change, _LARGE) for name, change in _LARGE_FILTERS.items()},
    **{f"validation/{name}": difference for name, difference in _in_writes().items()},
    **{f"writes/embeddings: {name}": difference for name, difference in _of_vectors().items()},
    **{f"embedding_functions/a function answers {name}": difference for name, difference in _of_functions().items()},
    "embedding_functions/what calling a function returns": Difference(
        {
            "answer": [
                ["list", 2, ["ndarray", "float32", [3]]],
                ["list", 1, ["ndarray", "float32", [2]]],
                ["list", 2, ["ndarray", "float32", [3]]],
            ]
        },
        "what an embedding function returns is float32, also if it answered with another array",
    ),
    "where/numpy operands": Difference(_numpy_operands, _VALUE),
    "where/big is 2^70": Difference(refused("InvalidArgumentError"), _WIDE_OPERANDS),
    "where/big $gt -2^64": Difference(refused("InvalidArgumentError"), _WIDE_OPERANDS),
    "query/ids with an unknown one": Difference({"answer": [[[12005.0, "far"]]]}, _UNKNOWN_IDS),
    "query/ids unknown only": Difference({"answer": [[]]}, _UNKNOWN_IDS),
    "query/infinite query": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "query/nan query": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings nan": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings inf": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings empty vector": Difference(refused("ValueError"), _TYPES),
    "validation/query: embeddings tuple": Difference({"answer": ["a", "b", "c"]}, _TUPLES),
    "validation/query: embeddings uint8": Difference({"answer": ["a", "b", "c"]}, _NUMBERS),
    "validation/query include: data": Difference({"answer": ["data"]}, _DATA),
    "validation/get: ids a tuple": Difference({"answer": ["a", "b"]}, _TUPLES),
    "validation/get: limit too large": Difference({"answer": ["a", "b", "c"]}, _NO_LIMIT),
    "validation/get: limit larger still": Difference({"answer": ["a", "b", "c"]}, _NO_LIMIT),
    "validation/get: offset too large": Difference({"answer": []}, _NO_LIMIT),
    "collections/list with limit 1099511627776": Difference({"answer": 0}, _NO_LIMIT),
    "collections/list with offset 1099511627776": Difference({"answer": 0}, _NO_LIMIT),
    "delete/ids a tuple": Difference(
        {"answer": [{"answer": {"deleted": 2}}, ["r0", "r3", "r4", "r5", "r6", "r7"], 6]}, _TUPLES
    ),
    "reads/data with a loader": Difference(_data_with_a_loader(), _DATA),
    "clients/batch size as a property": Difference({"answer": 5461}, "both spellings found in documents work"),
    "clients/using a closed client": Difference(refused("InternalError"), _CLOSED),
    "clients/using a collection of a closed client": Difference(refused("InternalError"), _CLOSED),
    "configuration/spann empty": Difference(_spann(), _SPANN),
    "configuration/spann space": Difference(_spann(space="ip"), _SPANN),
    "configuration/spann members": Difference(_spann(space="cosine", search_nprobe=32, ef_search=50), _SPANN),
    "configuration/metadata cosine beside configuration: spann space": Difference(_spann(space="ip"), _SPANN),
    "configuration/a text": Difference(refused("ValueError"), _TYPES),
    "collections/array metadata of a deleted collection": Difference(
        {"answer": [None, None]},
        "metadata of a deleted collection is gone; it could turn up in later records",
    ),
    **{
        f"collections/metadata: value {value}": Difference(refused("InvalidArgumentError"), _COLLECTION_ARRAYS)
        for value in ("list", "list of texts", "empty list", "mixed list", "tuple")
    },
    "modify/metadata: value list": Difference(
        {"answer": [refused("InvalidArgumentError"), {"a": 1, "b": "x"}, {"a": 1, "b": "x"}]},
        _COLLECTION_ARRAYS,
    ),
    "collections/metadata: value nan": Difference(refused("InvalidArgumentError"), _NOT_FINITE),
    "collections/metadata: value inf": Difference(refused("InvalidArgumentError"), _NOT_FINITE),
    "collections/fork": Difference({"answer": ["copies", 2, 1]}, "collections are forked locally, too"),
    "writes/more records than a batch": Difference(
        {"answer": [{"answer": None}, {"answer": None}, {"answer": None}, 5462]}, _NO_LIMIT
    ),
    "writes/more ids than a batch in reads": Difference({"answer": [10, {"deleted": 40_000}, 0]}, _NO_LIMIT),
    "numbers/vector in cosine: 30, 40": Difference(_vectors(30.0, 40.0), _EXACT_READBACK),
    "numbers/vector in cosine: tenths": Difference(
        _vectors(0.10000000149011612, 0.20000000298023224, 0.30000001192092896), _EXACT_READBACK
    ),
    "numbers/vector in cosine: largest": Difference(
        _vectors(3.4028234663852886e38, -3.4028234663852886e38, 1.0), _EXACT_READBACK
    ),
    "numbers/vector in cosine: small": Difference(
        _vectors(1.401298464324817e-45, 1.1754943508222875e-38, 1.0000000031710769e-30), _EXACT_READBACK
    ),
    "documents/contains '\\x00'": Difference({"answer": ["nul"]}, _NUL),
    "documents/contains 'a\\x00b'": Difference({"answer": ["nul"]}, _NUL),
    "regex/repeats: (a{1000}){1000}": Difference(refused("InvalidArgumentError"), _PATTERNS),
    "regex/repeats: (\\pL{100}){100}": Difference(refused("InvalidArgumentError"), _PATTERNS),
    "regex/unclosed: [&&a]": Difference({"answer": []}, "a class that no character is in matches nothing"),
}
