"""Request ids: taken over where they are sane, made otherwise, and in every answer."""

from __future__ import annotations

import re

import httpx
import pytest


def test_an_answer_carries_an_id(http: httpx.Client) -> None:
    ids = [http.get("/version").headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)


def test_the_id_of_the_client_is_taken_over(http: httpx.Client) -> None:
    answer = http.get("/tenants/none", headers={"x-request-id": "order-5/7"})
    assert answer.headers["x-request-id"] == "order-5/7"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["chroma-trace-id"])


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 129, b'"><script>', b"\xe9", b"a\tb"])
def test_an_id_that_is_not_sane_is_not(http: httpx.Client, given: bytes) -> None:
    answer = http.get("/tenants/none", headers={"x-request-id": given})  # type: ignore[dict-item]
    assert answer.headers["x-request-id"] == answer.headers["chroma-trace-id"]
