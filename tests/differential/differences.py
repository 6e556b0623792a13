"""Where our answer is meant to be another one than that of Chroma 1.5.9, and why.

Keys are "area/case". A list of ids that only gains or loses some is written as `gains` or `loses`; anything
else is the whole outcome. A test checks each exactly, and fails when an entry is no difference any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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


_VALUE = (
    "a float is compared with ints by value, not cut to its whole part first: 1 < 1.5, and 1.5 equals no int"
)
_LARGE = (
    "beyond 2^53 ints and floats are compared by value, too, not after rounding one to the kind of the other"
)
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
    "big is 2^70": loses("max"),
    "big $gt -2^64": gains("min"),
}

_NOT_FINITE = (
    "metadata that is not a finite number is refused; it was stored as nothing, or broke the collection"
)
_QUERY_NOT_FINITE = (
    "a query vector that is not finite has no nearest records: it is refused, not answered at random"
)
_COLLECTION_ARRAYS = (
    "an array in a collection's metadata is refused as the caller's mistake; it made the engine panic"
)
_UNKNOWN_IDS = "ids that do not exist are ignored, as they are beside a filter"
_EMPTY_VECTOR = "an empty vector is a wrong value like the others, not an index out of range"
_EXACT_READBACK = "vectors of cosine collections read back as they were given"
_SPARSE = "sparse vectors in metadata are stored and returned"
_NUL = "a NUL character is searched for like any other; it ended the text searched for"
_NO_LIMIT = "a call may hold any number of records"


def _vectors(*values: float) -> Outcome:
    """Return the outcome of reading one vector back: the array, and its values as exact text."""
    array = {"array": [list(values)], "dtype": "float64", "shape": [1, len(values)]}
    return {"answer": [array, [value.hex() for value in values]]}


def _stored(before: dict[str, int]) -> Outcome:
    sparse = {"#type": "sparse_vector", "indices": [1, 5], "values": [0.5, 1.0]}
    return {"answer": [{"answer": None}, [{**before, "x": {"SparseVector": sparse}}]]}


def _of_writes() -> dict[str, Difference]:
    """Return what differs in the same way in add, upsert and update."""
    differences = {}
    for call in ("add", "upsert", "update"):
        before = {"before": 1} if call == "update" else {}
        kept = [before] if before else []
        for value in ("value nan", "value inf", "value minus inf", "list of nan"):
            differences[f"validation/{call} metadata: {value}"] = Difference(
                {"answer": [refused("InvalidArgumentError"), kept]}, _NOT_FINITE
            )
        differences[f"validation/{call} metadata: value sparse"] = Difference(_stored(before), _SPARSE)
    return differences


DIFFERENCES: dict[str, Difference] = {
    **{f"where/{name}": Difference(change, _VALUE) for name, change in _FILTERS.items()},
    **{f"where/{name}": Difference(change, _LARGE) for name, change in _LARGE_FILTERS.items()},
    **_of_writes(),
    "query/ids with an unknown one": Difference({"answer": [[[12005.0, "far"]]]}, _UNKNOWN_IDS),
    "query/ids unknown only": Difference({"answer": [[]]}, _UNKNOWN_IDS),
    "query/infinite query": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "query/nan query": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings nan": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings inf": Difference(refused("InvalidArgumentError"), _QUERY_NOT_FINITE),
    "validation/query: embeddings empty vector": Difference(refused("ValueError"), _EMPTY_VECTOR),
    "collections/array metadata of a deleted collection": Difference(
        {"answer": [None, None]},
        "metadata of a deleted collection is gone; it could turn up in later records",
    ),
    "collections/metadata: value list": Difference(refused("InvalidArgumentError"), _COLLECTION_ARRAYS),
    "collections/metadata: value list of texts": Difference(
        refused("InvalidArgumentError"), _COLLECTION_ARRAYS
    ),
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
}
