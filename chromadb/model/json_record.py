"""Frozen structs to and from JSON objects, with errors that name the place, the value and the choices.

A record's fields are annotated with ``Member``; ``read_record``, ``record_json`` and ``merged`` work on any. Modules
that define records do not postpone their annotations: to evaluate those of a schema's records when the first
collection is found took 5 ms.
JSON ``null`` and an absent member mean the same wherever a member is optional.
Not for records of the database (ids, vectors, metadata): those have their own, faster paths.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chromadb.model.errors import InvalidArgumentError

MAX_LEVELS = 128
"""Levels of objects and lists in a value that is kept as it came."""

Reader = Callable[[Any, str], Any]
"""Turns a JSON value found at a path into a Python value, or raises InvalidArgumentError naming the path."""

R = TypeVar("R", bound="JsonRecord")


class JsonRecord(Struct, frozen=True):
    """Marks the structs of this module. ``strict``: members that the record does not know are refused."""

    strict: ClassVar[bool] = False


class Member(Struct, frozen=True):
    """Annotates a field of a record: how its value is read, its JSON name, a spelling of older releases."""

    read: Reader
    json_name: str | None = None
    older_name: str | None = None


class _Field(Struct, frozen=True):
    json_name: str
    older_name: str | None
    read: Reader
    required: bool


def _declared_fields(record: Any) -> dict[str, _Field]:
    """Return the fields of a record by name, in JSON order."""
    names = record.__struct_fields__
    without_default = names[: len(names) - len(record.__struct_defaults__)]
    found = {}
    for name in names:
        declared: Member = record.__annotations__[name].__metadata__[0]
        required = name in without_default
        found[name] = _Field(declared.json_name or name, declared.older_name, declared.read, required)
    return found


def _declared_spellings(record: Any) -> dict[str, str]:
    spellings = {}
    for name, declared in _fields(record).items():
        spellings[declared.json_name] = name
        if declared.older_name is not None:
            spellings[declared.older_name] = name
    return spellings


_fields: Callable[[Any], dict[str, _Field]] = cache(_declared_fields)
_fields_by_spelling: Callable[[Any], dict[str, str]] = cache(_declared_spellings)


def read_record(record: type[R], value: Any, path: str) -> R:
    """Build a record from a JSON object; raises InvalidArgumentError that names the offending member."""
    declared = _fields(record)
    spellings = _fields_by_spelling(record)
    found: dict[str, Any] = {}
    for spelling, given in read_object(value, path).items():
        name = spellings.get(spelling)
        if name is None:
            if record.strict:
                refuse_unknown_field(spelling, path, [item.json_name for item in declared.values()])
            continue
        item = declared[name]
        if name in found:
            raise InvalidArgumentError(f"{path}: duplicate field `{item.json_name}`")
        absent = given is None and not item.required
        found[name] = None if absent else item.read(given, f"{path}.{spelling}")
    for name, item in declared.items():
        if item.required and name not in found:
            raise InvalidArgumentError(f"{path}: missing field `{item.json_name}`")
    return record(**found)


def record_json(record: JsonRecord) -> dict[str, Any]:
    """Return the record as a JSON object in declaration order; members that are None are left out."""
    plain = {}
    for name, declared in _fields(type(record)).items():
        value = getattr(record, name)
        if value is not None:
            plain[declared.json_name] = _plain(value)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, JsonRecord):
        return record_json(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.to_json() if hasattr(value, "to_json") else value


def merged(given: R | None, base: R) -> R:
    """Return ``given`` with each member that it lacks taken from ``base``, nested records likewise."""
    if given is None:
        return base
    taken = {}
    for name in _fields(type(given)):
        ours, theirs = getattr(given, name), getattr(base, name)
        if ours is None or (isinstance(ours, JsonRecord) and theirs is not None):
            taken[name] = merged(ours, theirs)
    return replace(given, **taken)


def nested(record: type[R]) -> Reader:
    """Return a reader of objects of this record."""
    return lambda value, path: read_record(record, value, path)


def read_object(value: Any, path: str) -> dict[str, Any]:
    """Return a JSON object unchanged; raises InvalidArgumentError for anything else."""
    if not isinstance(value, dict):
        raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected an object")
    for key in value:
        if not isinstance(key, str):
            raise InvalidArgumentError(f"{path}: invalid type: {described(key)}, expected a string as member name")
    return value


def read_unsigned(value: Any, path: str) -> int:
    """Return an int of 0 to 2^64 - 1."""
    return _read_unsigned(value, path, "usize", 2**64)


def read_unsigned_32(value: Any, path: str) -> int:
    """Return an int of 0 to 2^32 - 1."""
    return _read_unsigned(value, path, "u32", 2**32)


def _read_unsigned(value: Any, path: str, expected: str, limit: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected {expected}")
    if not 0 <= value < limit:
        raise InvalidArgumentError(f"{path}: invalid value: {described(value)}, expected {expected}")
    return value


def read_number(value: Any, path: str) -> float:
    """Return a finite float; ints are taken as floats."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected f64")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidArgumentError(f"{path}: invalid value: {described(value)}, expected a finite f64")
    return number


def read_boolean(value: Any, path: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected a boolean")
    return value


def read_text(value: Any, path: str) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected a string")
    return value


Unsigned = Annotated[int | None, Member(read_unsigned)]
Unsigned32 = Annotated[int | None, Member(read_unsigned_32)]
Number = Annotated[float | None, Member(read_number)]
Text = Annotated[str | None, Member(read_text)]


def one_of(*variants: str) -> Reader:
    """Return a reader that accepts only these strings."""

    def read(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise InvalidArgumentError(f"{path}: invalid type: {described(value)}, expected {_choice(variants)}")
        if value not in variants:
            raise InvalidArgumentError(f"{path}: unknown variant `{value}`, expected {_choice(variants)}")
        return value

    return read


def refuse_unknown_field(name: str, path: str, known: Iterable[str]) -> None:
    """Raise InvalidArgumentError for a member that a strict object does not have."""
    names = list(known)
    accepted = f"expected {_choice(names)}" if names else "there are no fields"
    raise InvalidArgumentError(f"{path}.{name}: unknown field `{name}`, {accepted}")


def _choice(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " or ".join(quoted) if len(quoted) <= 2 else "one of " + ", ".join(quoted)


def described(value: Any) -> str:
    """Return a short description of a JSON value for an error text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"boolean `{str(value).lower()}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    if isinstance(value, str):
        return f"string {json.dumps(value, ensure_ascii=False)}"
    if isinstance(value, dict):
        return "map"
    return "sequence" if isinstance(value, (list, tuple)) else f"{type(value).__name__} `{value}`"


def canonical_text(value: Any, path: str) -> str:
    """Return JSON text with members sorted by key.

    Raises InvalidArgumentError when the value is not JSON, or nests so deep that it could be kept but not sent again.
    """
    try:
        text = json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{path}: cannot be written as JSON: {error}") from error
    except RecursionError:
        raise InvalidArgumentError(f"{path}: nests deeper than the {MAX_LEVELS} levels that are allowed") from None
    level = [value]
    for _ in range(MAX_LEVELS + 1):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return text
    raise InvalidArgumentError(f"{path}: nests deeper than the {MAX_LEVELS} levels that are allowed")


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
