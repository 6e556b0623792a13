"""Nobody reaches what is another tenant's: every described operation is tried on it, by every path that leads there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from running_server import RunningServer, running

from chromadb.auth import AuthzAction

USERS = f"""
users:
  - {{id: ann, tokens: [anns-token], role: all, tenant: anns, databases: [anns-database]}}
  - {{id: ben, tokens: [bens-token], role: all, tenant: bens, databases: [bens-database]}}
  - {{id: root, tokens: [roots-token], role: all}}
roles_mapping:
  all: {{actions: {[action.value for action in AuthzAction]}}}
"""
VECTOR = [1.0, 2.0]
EVERYTHING = {"include": ["documents", "metadatas", "embeddings", "uris"]}
SECRETS = ("bens-record", "bens-document", "bens-value", "bens-uri", "bens-key")
"""What stands in the records and the metadata of Ben's collection, and in no request."""

BODIES: dict[str, Any] = {
    "create_tenant": {"name": "bens"},
    "update_tenant": {"resource_name": "taken"},
    "create_database": {"name": "bens-database"},
    "create_collection": {"name": "bens-things", "get_or_create": True},
    "update_collection": {"new_name": "taken-things", "new_metadata": {"taken": 1}},
    "fork_collection": {"new_name": "forked-things"},
    "collection_add": {"ids": ["taken"], "embeddings": [VECTOR]},
    "collection_update": {"ids": ["bens-record"], "embeddings": [[7, 7]], "documents": ["taken"]},
    "collection_upsert": {"ids": ["bens-record"], "embeddings": [[7, 7]], "documents": ["taken"]},
    "collection_delete": {"ids": ["bens-record"]},
    "collection_get": EVERYTHING,
    "collection_query": {"query_embeddings": [VECTOR], "n_results": 5, **EVERYTHING},
    "collection_search": {"searches": [{"rank": {"$val": 1}, "select": {"keys": ["#document", "#metadata"]}}]},
    "collection_count_selected": {"where": {"bens-key": "bens-value"}},
    "collection_facets": {"key": "bens-key"},
    "collection_conditional_get": {"ids": ["bens-record"]},
    "collection_conditional_commit": {"operations": []},
    "attach_function": {"name": "taken", "function_id": "f", "output_collection": "taken-output"},
    "detach_function": {},
}
"""A body for each operation that has one, such that the operation goes through where it is allowed."""


def client(server: RunningServer, user: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {user}s-token"}, timeout=30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("tenants")
    users = directory / "users.yaml"
    users.write_text(USERS)
    settings = (
        "allow_reset: true\n"
        "server_authn_provider: chromadb.auth.token_authn.TokenAuthenticationServerProvider\n"
        f"server_authn_credentials_file: {users}\n"
        "server_authz_provider: chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider\n"
        f"server_authz_config_file: {users}\n"
    )
    with running(directory, settings) as started:
        yield started


@dataclass(frozen=True, slots=True)
class Owned:
    """A tenant's only collection, which has one record."""

    tenant: str
    database: str
    name: str
    id: str

    @property
    def path(self) -> str:
        return f"/api/v2/tenants/{self.tenant}/databases/{self.database}/collections"


def made(root: httpx.Client, user: str) -> Owned:
    tenant, database, name = f"{user}s", f"{user}s-database", f"{user}s-things"
    assert root.post("/api/v2/tenants", json={"name": tenant}).is_success
    assert root.post(f"/api/v2/tenants/{tenant}/databases", json={"name": database}).is_success
    path = f"/api/v2/tenants/{tenant}/databases/{database}/collections"
    metadata = {f"{user}s-key": f"{user}s-value"}
    collection = root.post(path, json={"name": name, "metadata": metadata}).json()
    record = {
        "ids": [f"{user}s-record"], "embeddings": [VECTOR], "documents": [f"{user}s-document"],
        "uris": [f"{user}s-uri"], "metadatas": [metadata],
    }  # fmt: skip
    assert root.post(f"{path}/{collection['id']}/add", json=record).is_success
    return Owned(tenant, database, name, collection["id"])


@pytest.fixture(scope="module")
def anns_and_bens(server: RunningServer) -> tuple[Owned, Owned]:
    with client(server, "root") as root:
        return made(root, "ann"), made(root, "ben")


def seen(server: RunningServer, owned: Owned) -> list[Any]:
    """Return all that a tenant has."""
    with client(server, "root") as root:
        paths = (f"/api/v2/tenants/{owned.tenant}", f"/api/v2/tenants/{owned.tenant}/databases", owned.path)
        records = root.post(f"{owned.path}/{owned.id}/get", json=EVERYTHING)
        assert records.status_code == 200
        return [root.get(path).json() for path in paths] + [records.json()]


def operations(server: RunningServer) -> list[tuple[str, str, str, bool, bool]]:
    """Return name, method, path, whether there is a body and whether credentials are needed, of all that is described.

    Those that rename or delete what the others need come last.
    """
    described = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    found = [
        (one["operationId"], method.upper(), path, "requestBody" in one, "security" in one)
        for path, methods in described.items()
        for method, one in methods.items()
    ]
    last = ["update_collection", "delete_collection", "delete_database", "reset"]
    return sorted(found, key=lambda one: last.index(one[0]) if one[0] in last else -1)


def paths_to(path: str, ann: Owned, ben: Owned) -> Iterator[str]:
    """Yield a described path filled with what is Ben's, and with mixtures of his and Ann's."""
    crns = (f"{tenant}:{database}:{name}" for tenant, database, name in product(
        (ann.tenant, ben.tenant), (ann.database, ben.database), (ann.name, ben.name, ben.id)))  # fmt: skip
    values = {
        "tenant": (ann.tenant, ben.tenant, f"{ann.tenant}%2F..%2F{ben.tenant}", "*"),
        "database": (ann.database, ben.database),
        "collection_id": (ben.id, ben.id.upper(), ben.name, ben.id.replace("-", "")),
        "crn": (*crns, f"{ben.tenant}%3A{ben.database}%3A{ben.name}"),
        "name": ("function",),
    }  # fmt: skip
    names = re.findall(r"{(\w+)}", path)
    for chosen in product(*(values[name] for name in names)):
        of = dict(zip(names, chosen, strict=True))
        is_anns = of.get("tenant") == ann.tenant and of.get("database", ann.database) == ann.database
        if "collection_id" in of or not is_anns:
            yield path.format(**of)


def body_of(name: str, has_body: bool) -> dict[str, Any]:
    # A route that is added needs a body here, or this fails.
    return {"json": BODIES[name]} if has_body else {}


def test_nothing_of_another_tenant_is_read_or_changed(
    server: RunningServer, anns_and_bens: tuple[Owned, Owned]
) -> None:
    ann, ben = anns_and_bens
    before = seen(server, ben)
    tried = set()
    with client(server, "ann") as thief:
        for name, method, path, has_body, needs_credentials in operations(server):
            if not needs_credentials or name == "get_user_identity":
                continue
            for one in [path] if "{" not in path else paths_to(path, ann, ben):
                if one.endswith(f"/{ann.tenant}:{ann.database}:{ann.name}"):
                    continue
                answer = thief.request(method, one, **body_of(name, has_body))
                assert answer.status_code in (400, 401, 404, 501), (name, one, answer.text)
                assert not any(secret in answer.text for secret in SECRETS), (name, one, answer.text)
                # A refusal may repeat the id that was asked for, written in another way.
                is_asked = ben.id.replace("-", "") in one.lower().replace("-", "")
                assert is_asked or ben.id not in answer.text, (name, one, answer.text)
                tried.add(name)
            assert seen(server, ben) == before, name
    assert {"reset", "create_tenant", "get_collection_by_crn", "get_collection_by_id", "collection_query"} <= tried
    assert tried >= set(BODIES)


def test_a_collection_of_another_tenant_is_answered_as_one_that_is_nowhere(
    server: RunningServer, anns_and_bens: tuple[Owned, Owned]
) -> None:
    ann, ben = anns_and_bens
    nowhere = str(uuid4())
    compared = 0
    with client(server, "ann") as thief:
        for name, method, path, has_body, _ in operations(server):
            if "{collection_id}" not in path:
                continue
            answers = []
            for id_ in (ben.id, nowhere):
                filled = path.format(tenant=ann.tenant, database=ann.database, collection_id=id_, name="function")
                answer = thief.request(method, filled, **body_of(name, has_body))
                answers.append((answer.status_code, answer.text.replace(id_, "ID")))
            assert answers[0] == answers[1], (name, answers)
            compared += 1
    assert compared > 10


def test_the_same_requests_go_through_for_the_owner(server: RunningServer, anns_and_bens: tuple[Owned, Owned]) -> None:
    """Without this, the tests above would pass with requests that nobody may make."""
    _, ben = anns_and_bens
    passed: dict[str, int] = {}
    with client(server, "ben") as owner:
        for name, method, path, has_body, needs_credentials in operations(server):
            if "{" not in path or not needs_credentials:
                continue
            by_name = name in ("get_collection", "delete_collection")
            # By then it has its new name.
            collection = "taken-things" if name == "delete_collection" else ben.name if by_name else ben.id
            crn = f"{ben.tenant}:{ben.database}:{ben.name}"
            filled = path.format(
                tenant=ben.tenant, database=ben.database, collection_id=collection, name="function", crn=crn
            )
            passed[name] = owner.request(method, filled, **body_of(name, has_body)).status_code
    unsupported = {name for name, status in passed.items() if status == 501}
    assert unsupported == {
        "fork_count", "collection_conditional_get", "collection_conditional_commit", "attach_function",
        "detach_function",
    }  # fmt: skip
    refused = {name: status for name, status in passed.items() if status >= 400 and name not in unsupported}
    # No function is attached, the database is there already, and Ben is bound to one database of his tenant.
    expected = {"get_attached_function": 404, "create_database": 409, "list_databases": 401, "update_tenant": 401}
    assert refused == expected
