"""Rules count the requests that all of their patterns match."""

from __future__ import annotations

from msgspec.structs import replace

from chromadb.server.operation.scorecard import Scorecard, ScorecardRule, tags_of
from chromadb.server.request import Request

REQUEST = Request(
    method="POST", path="/", query_string=b"", http_version="1.1", headers={}, id="r", trace_id="t",
    operation="collection_add", parameters={"tenant": "a", "database": "d", "collection_id": "c"},
)  # fmt: skip


def test_tags() -> None:
    assert tags_of(REQUEST, "b") == ["op:write", "tenant:a", "collection:c"]
    assert tags_of(replace(REQUEST, operation="collection_query"), "b") == [
        "op:read", "tenant:a", "collection:c", "requester:b",
    ]  # fmt: skip
    assert tags_of(replace(REQUEST, operation="get_collection_by_id"), None) == ["op:get_collection", "tenant:a"]
    assert tags_of(replace(REQUEST, operation="attach_function"), None)[-1] == "database:d"
    assert tags_of(replace(REQUEST, operation="get_tenant"), None) == []


def test_a_rule_admits_as_many_as_it_says() -> None:
    scorecard = Scorecard([ScorecardRule(("op:write", "tenant:*"), 1), ScorecardRule(("tenant:a",), 2)])
    first = scorecard.begin(["op:write", "tenant:a"])
    assert first is not None
    assert scorecard.begin(["op:write", "tenant:b"]) is None
    assert scorecard.begin(["op:read", "tenant:a"]) is not None
    assert scorecard.begin(["op:read", "tenant:a"]) is None
    assert scorecard.begin(["op:read", "tenant:b"]) is not None
    scorecard.end(first)
    assert scorecard.begin(["op:write", "tenant:b"]) is not None
