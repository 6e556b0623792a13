"""Document filters without patterns."""

from __future__ import annotations

from functools import partial
from typing import Any

from .area import Area, Stage
from .corpus import fill, matches

AREA = Area("documents", fill)

_TEXTS = [
    "Apple",
    "apple",
    "APPLE",
    "pie",
    "PIE",
    "e p",
    "Apple pie and cider",
    "Apple pie and cider!",
    "a",
    "A",
    "x",
    "X",
    " ",
    "  ",
    "   ",
    "    ",
    "\n",
    "\t",
    "\r\n",
    "e\ns",
    "%",
    "_",
    "*",
    "100%",
    "sure_",
    "s_r",
    "a%b",
    '"',
    "'",
    '"hi"',
    "it's",
    "\\",
    "\\temp",
    "\\n",
    "é",
    "e\u0301",
    "e",
    "café",
    "cafe",
    "CAFÉ",
    "ß",
    "ss",
    "SS",
    "Straße",
    "東",
    "東京",
    "東京は",
    "首都です",
    "京日",
    "🎉",
    "👩",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\u200d",
    "12345",
    "2345",
    "-01-",
    "٣",
    "٣٤٥",
    "3",
    "Σ",
    "σ",
    "ς",
    "ΣΊΣ",
    "İ",
    "i",
    "I",
    "ı",
    "\x00",
    "a\x00b",
    "\u2028",
    "\x85",
    "bob@",
    "@example.com",
    ".",
    "\xa0",
    "\u212a",
    "K",
    "k",
    "needle",
    "m needle",
    "ipsum lorem",
    "Привет",
    "привет",
    "мир",
    "zzz",
    "NEAR",
    "AND",
    "OR NOT",
    "a*",
    "^",
    "$5",
    "|",
    "(x)",
    "[y]",
    "{z}",
    "lorem ipsum " * 20,
    "a  b",
    "a b",
    "snake_case",
    "rc1 of",
]
for _text in _TEXTS:
    AREA.add(f"contains {_text[:40]!r}", partial(matches, condition={"$contains": _text}))
for _text in ("apple", "a", "é", "東京", "zzz", "%", " ", "\n", "🎉"):
    AREA.add(f"not contains {_text!r}", partial(matches, condition={"$not_contains": _text}))

_CONDITIONS: dict[str, Any] = {
    "and": {"$and": [{"$contains": "apple"}, {"$contains": "PIE"}]},
    "and without a match": {"$and": [{"$contains": "apple"}, {"$contains": "zzz"}]},
    "or": {"$or": [{"$contains": "apple"}, {"$contains": "東京"}]},
    "or of three": {"$or": [{"$contains": "apple"}, {"$contains": "東京"}, {"$contains": "12345"}]},
    "or in and": {"$and": [{"$contains": "a"}, {"$or": [{"$contains": "pie"}, {"$contains": "bbbb"}]}]},
    "and in or": {"$or": [{"$and": [{"$contains": "a"}, {"$contains": "cider"}]}, {"$contains": "🎉"}]},
    "not in and": {"$and": [{"$contains": "a"}, {"$not_contains": "e"}]},
    "not in or": {"$or": [{"$contains": "zzz"}, {"$not_contains": "a"}]},
    "both nots": {"$and": [{"$not_contains": "a"}, {"$not_contains": "e"}]},
    "pattern and text": {"$and": [{"$regex": r"\d{4}"}, {"$contains": "order"}]},
    "not pattern and text": {"$and": [{"$not_regex": r"\d"}, {"$contains": "a"}]},
    "empty text": {"$contains": ""},
    "empty text, not": {"$not_contains": ""},
    "text is an int": {"$contains": 1},
    "text is None": {"$contains": None},
    "text is a list": {"$contains": ["a"]},
    "text is bytes": {"$contains": b"a"},
    "empty condition": {},
    "two operators": {"$contains": "a", "$not_contains": "b"},
    "condition is a text": "a",
    "condition is a list": [{"$contains": "a"}],
    "operator unknown": {"$eq": "a"},
    "operator without dollar": {"contains": "a"},
    "operator is an int": {1: "a"},
    "and of one": {"$and": [{"$contains": "a"}]},
    "and of none": {"$and": []},
    "or of one": {"$or": [{"$contains": "a"}]},
    "and is not a list": {"$and": "a"},
    "and holds a text": {"$and": ["a", "b"]},
    "and holds a bad operator": {"$and": [{"$contains": "a"}, {"$like": "b"}]},
    "pattern is an int": {"$regex": 1},
    "pattern is empty": {"$regex": ""},
    "pattern of not is empty": {"$not_regex": ""},
}
for _name, _condition in _CONDITIONS.items():
    AREA.add(_name, partial(matches, condition=_condition), exact_message=True)


@AREA.case()
def with_where_and_ids_and_page(stage: Stage) -> object:
    condition = {"$contains": "a"}
    where = {"even": True}

    def ids(**request: Any) -> Any:
        return stage.shared.get(where_document=condition, include=[], **request)["ids"]

    chosen = ["apple", "lower", "tab", "signs", "repeat", "unknown", "single"]
    return {
        "where": ids(where=where),
        "where and page": ids(where=where, limit=3, offset=2),
        "ids": ids(ids=chosen),
        "ids and where": ids(ids=chosen, where=where),
        "ids and where and page": ids(ids=chosen, where=where, limit=1, offset=1),
        "offset only": ids(offset=10),
        "offset past the end": ids(offset=1000),
        "limit zero": ids(limit=0),
        "nothing in where": ids(where={"row": -1}),
    }


@AREA.case()
def in_a_query(stage: Stage) -> object:
    return {
        text: sorted(
            stage.shared.query(query_embeddings=[[0, 1]], n_results=50, where_document={"$contains": text})["ids"][0]
        )
        for text in ("a", "apple", "zzz", "東京")
    }


@AREA.case()
def in_a_query_with_where_and_ids(stage: Stage) -> object:
    result = stage.shared.query(
        query_embeddings=[[0, 1]],
        ids=["apple", "lower", "signs", "unknown"],
        where={"even": True},
        where_document={"$contains": "a"},
        include=["documents"],
    )
    return {"ids": sorted(result["ids"][0]), "documents": sorted(result["documents"][0])}


def _history(stage: Stage) -> Any:
    collection = stage.collection()
    collection.add(ids=["a", "b"], embeddings=[[1.0], [2.0]], documents=["red apple", "green pear"])
    return collection


def _having(collection: Any, text: str) -> Any:
    return collection.get(where_document={"$contains": text}, include=[])["ids"]


@AREA.case()
def after_update(stage: Stage) -> object:
    collection = _history(stage)
    collection.update(ids=["a"], documents=["blue plum"], embeddings=[[1.0]])
    return [_having(collection, "apple"), _having(collection, "plum"), _having(collection, "pear")]


@AREA.case()
def after_upsert(stage: Stage) -> object:
    collection = _history(stage)
    collection.upsert(ids=["a", "c"], documents=["blue plum", "red cherry"], embeddings=[[1.0], [3.0]])
    return [_having(collection, "apple"), _having(collection, "plum"), _having(collection, "red")]


@AREA.case()
def after_delete(stage: Stage) -> object:
    collection = _history(stage)
    collection.delete(ids=["a"])
    first = _having(collection, "apple")
    collection.add(ids=["a"], embeddings=[[1.0]], documents=["another apple"])
    return [first, _having(collection, "apple"), _having(collection, "red")]


@AREA.case()
def after_a_skipped_add(stage: Stage) -> object:
    collection = _history(stage)
    collection.add(ids=["a"], embeddings=[[5.0]], documents=["yellow banana"])
    return [_having(collection, "banana"), _having(collection, "apple")]


@AREA.case()
def after_setting_the_empty_document(stage: Stage) -> object:
    collection = _history(stage)
    collection.update(ids=["a"], embeddings=[[1.0]], documents=[""])
    return [
        collection.get(ids=["a"])["documents"],
        _having(collection, "apple"),
        collection.get(where_document={"$not_contains": "pear"}, include=[])["ids"],
    ]


@AREA.case()
def other_collections_are_not_searched(stage: Stage) -> object:
    first = _history(stage)
    second = stage.collection("others")
    second.add(ids=["z"], embeddings=[[1.0]], documents=["apple of another collection"])
    return [_having(first, "apple"), _having(second, "apple")]
