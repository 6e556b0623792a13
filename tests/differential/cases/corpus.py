"""Documents that document filters are tried on."""

from __future__ import annotations

from typing import Any

from .area import Stage

DOCUMENTS: dict[str, str | None] = {
    "apple": "Apple pie and cider",
    "lower": "apple PIE",
    "empty": "",
    "none": None,
    "signs": "100% sure_thing *star* a+b=c (x) [y] {z} ^ $5 | 1.5",
    "quotes": 'He said "hi" and it\'s ok',
    "backslash": "C:\\temp\\new",
    "newline": "first line\nsecond line",
    "tab": "col1\tcol2",
    "composed": "caf\u00e9 au lait",
    "composed upper": "CAF\u00c9",
    "decomposed": "cafe\u0301 noir",
    "sharp": "Straße",
    "double": "STRASSE",
    "cjk": "東京は日本の首都です",
    "emoji": "party 🎉👩\u200d👩\u200d👧 time",
    "spaces": "a  b",
    "single": "x",
    "digits": "order 12345 shipped 2024-01-31",
    "arabic digits": "٣٤٥",
    "trailing newline": "ends here\n",
    "greek": "Σίσυφος ΣΊΣΥΦΟΣ",
    "turkish": "İstanbul ISPARTA ırmak",
    "nul": "a\0b",
    "crlf": "one\r\ntwo",
    "separators": "one\u2028two\x85three\x0bfour",
    "email": "write to bob@example.com now",
    "no-break space": "a\u00a0b",
    "kelvin": "300 \u212a",
    "repeat": "aaaa bbbb aaaa",
    "underscore": "snake_case_name",
    "long": "lorem ipsum " * 500 + "needle",
    "blank": "   ",
    "cyrillic": "Привет, мир",
    "mixed": "Version v1.2.3-rc1 of FooBar",
}


def fill(stage: Stage) -> Any:
    """Make a collection of the documents, each with metadata {"row": position, "even": bool}."""
    collection = stage.collection()
    rows = range(len(DOCUMENTS))
    collection.add(
        ids=list(DOCUMENTS),
        embeddings=[[float(row), 1.0] for row in rows],
        documents=list(DOCUMENTS.values()),
        metadatas=[{"row": row, "even": row % 2 == 0} for row in rows],
    )
    return collection


def matches(stage: Stage, condition: Any) -> list[str]:
    """Return the ids whose documents satisfy the condition, in the order of the collection."""
    return list(stage.shared.get(where_document=condition, include=[])["ids"])
