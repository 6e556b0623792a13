"""The page of metrics, as a program reads it."""

from __future__ import annotations

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from running_server import running

from chromadb.server.operation.counts import BUCKETS, Counts
from chromadb.server.operation.metrics import metrics_text

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(found: Samples, name: str, **labels: object) -> float:
    return found[name, frozenset((label, str(content)) for label, content in labels.items())]


def test_what_is_counted() -> None:
    counts = Counts(("add", "query"), None)
    for seconds in (0.0004, 0.02, 99.0):
        counts.began()
        counts.ended("add", 201, seconds, 10, 2)
    counts.began()
    counts.ended("add", 299, 0.0005, 0, 0)
    counts.began()
    counts.refused("rate")
    found = samples(metrics_text(counts).decode())
    assert value(found, "chroma_requests_total", operation="add", status=201) == 3
    assert value(found, "chroma_requests_total", operation="add", status=0) == 1
    assert value(found, "chroma_request_body_bytes_total", operation="add") == 30
    assert value(found, "chroma_response_body_bytes_total", operation="add") == 6
    in_buckets = [
        value(found, "chroma_request_duration_seconds_bucket", operation="add", le=bound)
        for bound in (*BUCKETS, "+Inf")
    ]
    assert in_buckets == sorted(in_buckets)
    assert (in_buckets[0], in_buckets[BUCKETS.index(0.025)], in_buckets[-2], in_buckets[-1]) == (2, 3, 3, 4)
    assert value(found, "chroma_request_duration_seconds_count", operation="add") == 4
    assert value(found, "chroma_request_duration_seconds_sum", operation="add") == 99.0209
    assert value(found, "chroma_limited_requests_total", limit="rate") == 1
    assert [found[key] for key in found if key[0] == "chroma_requests_in_flight"] == [1]
    assert not any("query" in dict(labels).values() for _, labels in found)
    counts.close()


def test_processes_count_together(tmp_path: Path) -> None:
    with running(tmp_path, "metrics: true\nworkers: 2\n") as server:
        for _ in range(30):
            httpx.get(f"{server.url}{DATABASE}/collections")
        httpx.get(f"{server.url}/nowhere")
        answer = httpx.get(f"{server.url}/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        found = samples(answer.text)
        assert value(found, "chroma_requests_total", operation="list_collections", status=200) == 30
        assert value(found, "chroma_requests_total", operation="other", status=404) == 1
        assert len([name for name, _ in found if name == "chroma_worker_resident_memory_bytes"]) == 2
        memory = [found[key] for key in found if key[0] == "chroma_worker_resident_memory_bytes"]
        assert min(memory) > 1e7


def test_without_the_setting_there_is_no_page(server_url: str) -> None:
    assert httpx.get(f"{server_url}/metrics").status_code == 404


def test_the_page_is_for_whom_the_operator_lets_see_it(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    users.write_text(
        "users:\n- {id: operator, tokens: [o], role: watcher}\n- {id: ann, tokens: [a], role: reader}\n"
        "- {id: ben, tokens: [b], role: watcher, tenant: bens}\n"
        "roles_mapping:\n  watcher: {actions: ['system:metrics']}\n  reader: {actions: ['tenant:get_tenant']}\n"
    )
    settings = (
        f"metrics: true\nserver_authn_provider: {TOKEN}\nserver_authn_credentials_file: {users}\n"
        "server_authz_provider: chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider\n"
        f"server_authz_config_file: {users}\n"
    )
    with running(tmp_path, settings) as server:
        url = f"{server.url}/metrics"
        statuses = [httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code for token in "oabx"]
    assert statuses == [200, 401, 401, 403]
