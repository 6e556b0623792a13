"""The ``where_document`` language."""

from __future__ import annotations

from typing import Any

import pytest

_DOCUMENTS: dict[str, str | None] = {
    "fox": "The quick brown fox", "FOX": "THE QUICK BROWN FOX", "empty": "", "none": None, "space": " ",
    "lines": "first\nsecond\tthird", "quotes": "it's \"quoted\" \\ 100% a_b *", "composed": "caf\u00e9",
    "decomposed": "cafe\u0301", "capitals": "CAFÉ STRASSE", "sharp": "straße", "cjk": "日本語の文書",
    "emoji": "a😀b👩‍👩‍👧c",
    "nul": "before\0after", "digits": "tel 555-0199 ٣", "x": "x",
}  # fmt: skip


@pytest.fixture
def library(collection: Any) -> Any:
    """Give a collection of the documents above."""
    collection.add(ids=list(_DOCUMENTS), embeddings=[[1, 0, 0]] * len(_DOCUMENTS), documents=list(_DOCUMENTS.values()))
    return collection


def matching(collection: Any, where_document: Any) -> set[str]:
    """Return the ids that satisfy a filter."""
    return set(collection.get(where_document=where_document, include=[])["ids"])


def test_queries_obey_the_same_filters_as_get(library: Any) -> None:
    for where_document in (
        {"$contains": "quick"}, {"$not_contains": "quick"}, {"$regex": "[xé]"},
        {"$not_regex": "[xé]"}, {"$contains": "no"},
        {"$or": [{"$contains": "x"}, {"$regex": "^$"}]},
    ):  # fmt: skip
        found = library.query(query_embeddings=[[1, 0, 0]], n_results=99, where_document=where_document)["ids"][0]
        assert len(found) == len(set(found))
        assert set(found) == matching(library, where_document), where_document


_TEXTS = (
    ["quick", "QUICK", "quick brown", "x", " ", "\n", "\t", "second\tthird", "'", '"', "\\", "%", "_", "*", "a_b",
     "100%", "é", "e\u0301", "\u0301", "ß", "ss", "SS", "日", "日本語", "本語の文", "😀", "👩", "\u200d", "\0", "e\0a",
     "after", "before", "555-0199", "The quick brown fox",
     "The quick brown fox ", "zzz", "OR", "quick OR brown", '"quick"', "-"]
)  # fmt: skip


def test_contains_is_by_code_point(library: Any) -> None:
    for text in _TEXTS:
        expected = {id_ for id_, document in _DOCUMENTS.items() if document is not None and text in document}
        assert matching(library, {"$contains": text}) == expected, text
        assert matching(library, {"$not_contains": text}) == set(_DOCUMENTS) - expected, text


_PATTERNS: dict[str, set[str]] = {
    "quick": {"fox"},
    "(?i)quick": {"fox", "FOX"},
    "^The": {"fox"},
    "fox$": {"fox"},
    "^second": set(),
    "(?m)^second": {"lines"},
    "first.second": set(),
    "(?s)first.second": {"lines"},
    "^$": {"empty"},
    "a*": set(_DOCUMENTS) - {"none"},
    ".*": set(_DOCUMENTS) - {"none"},
    ".": set(_DOCUMENTS) - {"none", "empty"},
    r"\d{3}-\d{4}": {"digits"},
    r"^tel [[:digit:]]+": {"digits"},
    r"\p{Han}": {"cjk"},
    "(?i)café": {"composed", "capitals"},
    "(?i)straße": {"sharp"},
    r"\x{1F600}": {"emoji"},
    r"\bquick\b": {"fox"},
    r"(?P<animal>fox|dog)": {"fox"},
    r"\A(?:x|X)\z": {"x"},
    "brown|third": {"fox", "lines"},
    r"before\x00after": {"nul"},
    r"100% a_b \*": {"quotes"},
    "zzz": set(),
}


def test_regex_is_searched_for_in_the_rust_dialect(library: Any) -> None:
    for pattern, expected in _PATTERNS.items():
        assert matching(library, {"$regex": pattern}) == expected, pattern
        assert matching(library, {"$not_regex": pattern}) == set(_DOCUMENTS) - expected, pattern


def test_a_pattern_that_backtracks_elsewhere_is_quick_here(library: Any) -> None:
    library.add(ids=["long"], embeddings=[[1, 0, 0]], documents=["a" * 20_000])

    assert matching(library, {"$regex": "^(a+)+b$"}) == set()
    assert matching(library, {"$regex": "(a|aa)+$"}) == {"long"}
    assert matching(library, {"$regex": "(x+x+)+y"}) == set()


def test_conditions_nest(library: Any) -> None:
    quick, brown, first = {"$contains": "quick"}, {"$contains": "brown"}, {"$contains": "first"}

    assert matching(library, {"$and": [quick, brown]}) == {"fox"}
    assert matching(library, {"$or": [quick, first]}) == {"fox", "lines"}
    assert matching(library, {"$and": [{"$or": [quick, first]}, {"$not_contains": "fox"}]}) == {"lines"}
    assert matching(library, {"$or": [{"$and": [quick, first]}, {"$regex": "^x$"}]}) == {"x"}


def test_both_kinds_of_filter_must_hold(library: Any) -> None:
    library.update(ids=["fox", "FOX", "lines"], metadatas=[{"n": 1}, {"n": 1}, {"n": 2}])

    assert library.get(where={"n": 1}, where_document={"$contains": "fox"})["ids"] == ["fox"]
    assert library.get(where={"n": 2}, where_document={"$contains": "fox"})["ids"] == []
    assert library.get(where={"#document": {"$contains": "fox"}})["ids"] == ["fox"]
    assert library.get(where={"$and": [{"#document": {"$not_contains": "fox"}}, {"n": 1}]})["ids"] == ["FOX"]


def test_filters_see_changes_at_once(library: Any) -> None:
    library.update(ids=["fox"], documents=["The slow green turtle"])
    assert matching(library, {"$contains": "quick"}) == set()
    assert matching(library, {"$regex": "turtle$"}) == {"fox"}
    library.delete(ids=["fox"])
    assert matching(library, {"$contains": "turtle"}) == set()
    library.add(ids=["fox"], embeddings=[[1, 0, 0]], documents=["quick again"])
    assert matching(library, {"$contains": "quick"}) == {"fox"}
    library.upsert(ids=["fox"], embeddings=[[0, 1, 0]])
    assert matching(library, {"$contains": "quick again"}) == {"fox"}
    library.upsert(ids=["fox"], embeddings=[[0, 1, 0]], documents=["slow again"])
    assert matching(library, {"$contains": "quick"}) == set()
    assert library.delete(where_document={"$contains": "again"}) == {"deleted": 1}


def test_filters_are_right_before_and_after_the_text_index_has_caught_up(collection: Any) -> None:
    """Some thousands of documents are indexed in the background while these calls are made."""
    ids = [str(number) for number in range(5000)]
    documents = [f"record {number} holds the word needle{number % 97}x" for number in range(5000)]
    collection.add(ids=ids, embeddings=[[1, 0, 0]] * 5000, documents=documents)
    for round_ in range(4):
        for text in ("needle42x", "record 77 ", "holds", f"fresh{round_ - 1}", "zzz"):
            assert collection.get(where_document={"$contains": text}, include=[])["ids"] == [
                id_ for id_, document in zip(ids, documents, strict=True) if text in document
            ]
        assert len(collection.get(where_document={"$regex": r"needle4\dx"}, include=[])["ids"]) == sum(
            "needle4" in document and "needle4x" not in document for document in documents
        )
        changed = [str(number) for number in range(round_, 5000, 500)]
        collection.update(
            ids=changed, documents=[f"fresh{round_}"] * len(changed), embeddings=[[0, 1, 0]] * len(changed)
        )
        for id_ in changed:
            documents[int(id_)] = f"fresh{round_}"
