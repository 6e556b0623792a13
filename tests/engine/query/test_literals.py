"""Literals that every match of a pattern must contain: whatever the pattern, no document may be missed."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chromadb.engine.query.literals import required
from chromadb.engine.query.regex import found_in
from chromadb.engine.store.text_query import EachOf, OneOf, Requirement, match_expression
from chromadb.errors import InvalidArgumentError

_ALPHABET = "abcks\u017f\u212aK<]"
_PIECES = st.sampled_from([
    *"abcks<>]}-_ ", "ab", "bc", ".", "^", "$", "|", "(", ")", "(?:", "(?i)", "(?-i)", "(?i:", "(?P<n>",
    "[", "[^", "]", "[ab]", "[^a]", "[]a]", "[[:alpha:]]", "[a-c&&[^b]]", "&&",
    "*", "+", "?", "{0}", "{2}", "{0,1}", "{,2}", "{1,}", "{", "}",
    r"\a", r"\b", r"\b{start}", r"\d", r"\w", r"\s", r"\x61", r"\x{61}", r"\u0061", r"\U00000061", r"\pL", r"\p{Lu}",
    r"\<", r"\>", r"\.", r"\+", r"\[", r"\]", r"\\", r"\-", r"\A", r"\z", "\\",
])  # fmt: skip
_PATTERNS = st.lists(_PIECES, min_size=1, max_size=9).map("".join)
_DOCUMENTS = st.lists(st.text(_ALPHABET + "A.+[\\-_ \n", max_size=7), min_size=1, max_size=30)


def satisfies(document: str, requirement: Requirement | None) -> bool:
    match requirement:
        case None:
            return True
        case str():
            return requirement.lower() in document.lower()
        case EachOf(parts=parts):
            return all(satisfies(document, part) for part in parts)
        case OneOf(parts=parts):
            return any(satisfies(document, part) for part in parts)


@given(_PATTERNS, _DOCUMENTS)
@example("(?i)as", ["a\u017f"])
@example("(?i)ak", ["a\u212a"])
def test_every_match_contains_what_is_required(pattern: str, documents: list[str]) -> None:
    requirement = required(pattern)
    try:
        found = found_in(pattern, documents)
    except InvalidArgumentError:
        assume(False)
    for document, matches in zip(documents, found, strict=True):
        if matches:
            assert satisfies(document, requirement), (document, requirement)


@given(st.text(max_size=12).filter(lambda text: not set(text) & set(r"\.+*?()|[]{}^$")))
def test_plain_text_is_its_own_literal(text: str) -> None:
    assert required(text) == (text or None)


@pytest.mark.parametrize(
    ("pattern", "requirement"),
    [
        ("needle", "needle"),
        (r"error: \d+ files", EachOf(("error: ", " files"))),
        (r"^begin.*end$", EachOf(("begin", "end"))),
        (r"100\.5 \(ca\)", "100.5 (ca)"),
        ("colou?r", EachOf(("colo", "r"))),
        ("ab+c", EachOf(("ab", "c"))),
        ("gr[ae]y cat", EachOf(("gr", "y cat"))),
        ("(?:one|two) three", EachOf((OneOf(("one", "two")), " three"))),
        ("one|two", OneOf(("one", "two"))),
        ("one|two|", None),
        ("one|.*", None),
        ("(one|two)?three", "three"),
        ("(?P<name>one)+", "one"),
        ("(?<name>one){2,3}", "one"),
        ("(one){0,3}", None),
        ("(one){,3}", None),
        ("(?i)needle", "needle"),
        ("(?i)basket", EachOf(("ba", "et"))),
        ("(?i:kilo)meters", EachOf(("ilo", "meters"))),
        ("(?i)a(?-i)ks", EachOf(("a", "ks"))),
        ("(?x)a b", None),
        ("ab+*c", EachOf(("a", "c"))),
        ("ab++?c", EachOf(("a", "c"))),
        (r"\<word", "word"),
        ("[[]]ab]", None),
        ("(" * 20 + "abc" + ")" * 20, None),
    ],
)
def test_what_common_patterns_require(pattern: str, requirement: Requirement | None) -> None:
    assert required(pattern) == requirement


@pytest.mark.parametrize(
    ("requirement", "expression"),
    [
        ("abcd", '"abc" AND "bcd"'),
        ("ab", None),
        ('a"b', '"a""b"'),
        (EachOf(("abc", "x")), '"abc"'),
        (OneOf(("abc", "xyz")), '(("abc") OR ("xyz"))'),
        (OneOf(("abc", "x")), None),
        (EachOf((OneOf(("abc", "x")), "y")), None),
        (OneOf(tuple(f"word{number}" for number in range(99))), None),
    ],
)
def test_only_trigrams_are_asked_for(requirement: Requirement, expression: str | None) -> None:
    assert match_expression(requirement) == expression
