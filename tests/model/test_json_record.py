from typing import Annotated, Any, ClassVar

import pytest

from chromadb.model.errors import InvalidArgumentError
from chromadb.model.json_record import (
    JsonRecord,
    Member,
    Number,
    Text,
    Unsigned,
    Unsigned32,
    merged,
    nested,
    one_of,
    read_boolean,
    read_record,
    record_json,
)


class Part(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True
    size: Unsigned = None
    small: Unsigned32 = None
    ratio: Number = None


class Empty(JsonRecord, frozen=True):
    strict: ClassVar[bool] = True


class Whole(JsonRecord, frozen=True):
    enabled: Annotated[bool, Member(read_boolean)]
    part: Annotated[Part | None, Member(nested(Part))] = None
    empty: Annotated[Empty | None, Member(nested(Empty))] = None
    label: Text = None
    kind: Annotated[str | None, Member(one_of("a", "b", "c"), json_name="sort", older_name="#sort")] = None


def test_a_record_comes_back_as_it_was_written() -> None:
    given = {"enabled": True, "part": {"size": 3, "ratio": 2.5}, "empty": {}, "sort": "b"}
    assert record_json(read_record(Whole, given, "whole")) == given


def test_null_and_absent_are_the_same_where_a_member_is_optional() -> None:
    assert read_record(Whole, {"enabled": True, "part": None}, "whole") == Whole(enabled=True)


def test_an_int_is_taken_where_a_number_is_wanted() -> None:
    ratio = read_record(Part, {"ratio": 2}, "part").ratio
    assert (ratio, type(ratio)) == (2.0, float)


def test_older_spellings_are_read_and_the_present_one_is_written() -> None:
    assert record_json(read_record(Whole, {"enabled": True, "#sort": "a"}, "whole")) == {
        "enabled": True,
        "sort": "a",
    }


def test_only_strict_records_refuse_members_they_do_not_know() -> None:
    assert read_record(Whole, {"enabled": False, "other": 1}, "whole") == Whole(enabled=False)
    with pytest.raises(InvalidArgumentError, match="unknown field `other`"):
        read_record(Part, {"other": 1}, "part")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "whole: invalid type: sequence, expected an object"),
        ({}, "whole: missing field `enabled`"),
        ({"enabled": None}, "whole.enabled: invalid type: null, expected a boolean"),
        ({"enabled": 1}, "whole.enabled: invalid type: integer `1`, expected a boolean"),
        (
            {"enabled": True, "part": {"size": -1}},
            "whole.part.size: invalid value: integer `-1`, expected usize",
        ),
        ({"enabled": True, "part": {"size": 2**64}}, f"integer `{2**64}`, expected usize"),
        ({"enabled": True, "part": {"size": 1.0}}, "invalid type: floating point `1.0`, expected usize"),
        ({"enabled": True, "part": {"size": True}}, "invalid type: boolean `true`, expected usize"),
        ({"enabled": True, "part": {"small": 2**32}}, f"invalid value: integer `{2**32}`, expected u32"),
        ({"enabled": True, "part": {"ratio": "x"}}, 'invalid type: string "x", expected f64'),
        ({"enabled": True, "part": {"ratio": float("nan")}}, "expected a finite f64"),
        ({"enabled": True, "part": {"ratio": 10**400}}, "expected a finite f64"),
        (
            {"enabled": True, "part": {"other": 1}},
            "whole.part.other: unknown field `other`, expected one of `size`, `small`, `ratio`",
        ),
        ({"enabled": True, "empty": {"a": 1}}, "whole.empty.a: unknown field `a`, there are no fields"),
        ({"enabled": True, "label": 5}, "whole.label: invalid type: integer `5`, expected a string"),
        ({"enabled": True, "sort": "z"}, "whole.sort: unknown variant `z`, expected one of `a`, `b`, `c`"),
        (
            {"enabled": True, "sort": 1},
            "whole.sort: invalid type: integer `1`, expected one of `a`, `b`, `c`",
        ),
        ({"enabled": True, "sort": "a", "#sort": "b"}, "whole: duplicate field `sort`"),
        ({1: 2}, "whole: invalid type: integer `1`, expected a string as member name"),
    ],
)
def test_a_malformed_member_is_named_with_its_value_and_what_is_accepted(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        read_record(Whole, given, "whole")
    assert message in str(raised.value)


def test_merging_takes_what_is_missing_from_the_base_at_every_depth() -> None:
    given = Whole(enabled=False, part=Part(size=1))
    base = Whole(enabled=True, part=Part(size=2, ratio=0.5), label="base")
    assert merged(given, base) == Whole(enabled=False, part=Part(size=1, ratio=0.5), label="base")
    assert merged(None, base) == base
