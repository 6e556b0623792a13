"""Names of fields, with the operators that turn them into filters."""

from __future__ import annotations

from typing import Any, ClassVar

from chromadb.model.expression.where import (
    Contains,
    Eq,
    Gt,
    Gte,
    In,
    Lt,
    Lte,
    Ne,
    Nin,
    NotContains,
    NotRegex,
    Regex,
    Where,
)


class Key:
    """A metadata field, or one of the special fields below; comparing it makes a filter.

    ``K("year") > 2020`` is a `Where`, and so is ``K("a") == K("b")``: two keys are never compared with each
    other. Keys with the same name hash alike, and a set holds one of them.
    Raises TypeError for a name that is not a str.
    """

    __slots__ = ("name",)

    ID: ClassVar[Key]
    DOCUMENT: ClassVar[Key]
    EMBEDDING: ClassVar[Key]
    METADATA: ClassVar[Key]
    SCORE: ClassVar[Key]

    name: str

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"Field name must be a string, got {type(name).__name__}")
        self.name = name

    def __repr__(self) -> str:
        return f"Key({self.name!r})"

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, value: Any) -> Eq:  # type: ignore[override]
        return Eq(self.name, value)

    def __ne__(self, value: Any) -> Ne:  # type: ignore[override]
        return Ne(self.name, value)

    def __gt__(self, value: Any) -> Gt:
        return Gt(self.name, value)

    def __ge__(self, value: Any) -> Gte:
        return Gte(self.name, value)

    def __lt__(self, value: Any) -> Lt:
        return Lt(self.name, value)

    def __le__(self, value: Any) -> Lte:
        return Lte(self.name, value)

    def is_in(self, values: list[Any]) -> Where:
        """The field equals one of the values."""
        return In(self.name, values)

    def not_in(self, values: list[Any]) -> Where:
        """The field equals none of the values, or is absent."""
        return Nin(self.name, values)

    def contains(self, value: str | int | float | bool) -> Where:
        """The document contains the text, or the field's array contains the value.

        Raises TypeError for a `#document` text that is not a str.
        """
        return Contains(self.name, value)

    def not_contains(self, value: str | int | float | bool) -> Where:
        """The opposite of `contains`; also true of records without the field."""
        return NotContains(self.name, value)

    def regex(self, pattern: str) -> Where:
        """The document, or the field's text, matches the regular expression somewhere."""
        return Regex(self.name, pattern)

    def not_regex(self, pattern: str) -> Where:
        """The document, or the field's text, matches the regular expression nowhere."""
        return NotRegex(self.name, pattern)


Key.ID = Key("#id")
Key.DOCUMENT = Key("#document")
Key.EMBEDDING = Key("#embedding")
Key.METADATA = Key("#metadata")
Key.SCORE = Key("#score")

K = Key


def name_of(key: object, role: str) -> str:
    """Return the name of a key given as text or as `Key`.

    role: what the key is for, named in the TypeError when it is neither.
    """
    if isinstance(key, Key):
        return key.name
    if isinstance(key, str):
        return key
    raise TypeError(f"{role} must be a string or Key, got {type(key).__name__}")
