"""Literals that every match of a pattern must contain: whatever the pattern, no document may be missed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chromadb.engine.query.literals import required_literals
from chromadb.engine.query.regex import found_in
from chromadb.errors import InvalidArgumentError

_ALPHABET = "abc<]"
_PIECES = st.sampled_from([
    *"abc<>]}-_ ", "ab", "bc", ".", "^", "$", "|", "(", ")", "(?:", "(?i)", "(?P<n>",
    "[", "[^", "]", "[ab]", "[^a]", "[]a]", "[[:alpha:]]", "[a-c&&[^b]]", "&&",
    "*", "+", "?", "{0}", "{2}", "{0,1}", "{1,}", "{", "}",
    r"\a", r"\b", r"\b{start}", r"\d", r"\w", r"\s", r"\x61", r"\x{61}", r"\u0061", r"\U00000061", r"\pL", r"\p{Lu}",
    r"\<", r"\>", r"\.", r"\+", r"\[", r"\]", r"\\", r"\-", r"\A", r"\z", "\\",
])  # fmt: skip
_PATTERNS = st.lists(_PIECES, min_size=1, max_size=9).map("".join)
_DOCUMENTS = st.lists(st.text(_ALPHABET + "A.+[\\-_ \n", max_size=7), min_size=1, max_size=30)


@given(_PATTERNS, _DOCUMENTS)
def test_every_match_contains_every_literal(pattern: str, documents: list[str]) -> None:
    literals = required_literals(pattern)
    try:
        found = found_in(pattern, documents)
    except InvalidArgumentError:
        assume(False)
    for document, matches in zip(documents, found, strict=True):
        if matches:
            assert all(literal in document for literal in literals), document


@given(st.text(max_size=12).filter(lambda text: not set(text) & set(r"\.+*?()|[]{}^$")))
def test_plain_text_is_its_own_literal(text: str) -> None:
    assert required_literals(text) == ([text] if text else [])


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("needle", ["needle"]),
        (r"error: \d+ files", ["error: ", " files"]),
        (r"^begin.*end$", ["begin", "end"]),
        (r"100\.5 \(ca\)", ["100.5 (ca)"]),
        ("colou?r", ["colo", "r"]),
        ("ab+c", ["ab", "c"]),
        ("gr[ae]y cat", ["gr", "y cat"]),
        ("(?:one|two) three", []),
        ("one|two", []),
        ("(?i)needle", []),
        ("ab+*c", ["a", "c"]),
        ("ab++?c", ["a", "c"]),
        (r"\<word", ["word"]),
        ("[[]]ab]", []),
    ],
)
def test_literals_of_common_patterns(pattern: str, literals: list[str]) -> None:
    assert required_literals(pattern) == literals
