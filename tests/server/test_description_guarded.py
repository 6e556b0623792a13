"""What the description says of credentials is true: nobody without them, or without a role, reads or changes anything.

Each request that is made from the description is sent with no token, a wrong one, one of a user whose role holds no
action, and at last one of a user who may do everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_server import RunningServer, running

from chromadb.auth import AuthzAction
from chromadb.server.routes import ROUTES

from .described import check_described, operations_of, with_cases

TENANT = "/api/v2/tenants/default_tenant"
HEADER = "x-chroma-token"
FORBIDDEN = {"error": "AuthError", "message": "Forbidden"}
UNAUTHORIZED = {"error": "AuthorizationError", "message": "Unauthorized"}
USERS = f"""
users:
  - {{id: ann, tokens: [anns], role: all}}
  - {{id: eve, tokens: [eves], role: none}}
roles_mapping:
  all: {{actions: {[action.value for action in AuthzAction]}}}
  none: {{actions: []}}
"""

_NUMBERS = count()
_PUBLIC = {route.name for route in ROUTES if route.is_public}
_BY_NAME = {"get_collection", "delete_collection"}
"""Operations whose collection is named in the path; of the others it is the id."""
_BROKEN = {400, 413, 415, 422}
"""What a request is refused with before anybody asks whether its sender may do it."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    directory: Path = tmp_path_factory.mktemp("guarded")
    users = directory / "users.yaml"
    users.write_text(USERS)
    settings = (
        "allow_reset: true\n"
        "server_authn_provider: chromadb.auth.token_authn.TokenAuthenticationServerProvider\n"
        f"server_authn_credentials_file: {users}\n"
        "server_authz_provider: chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider\n"
        f"server_authz_config_file: {users}\n"
        "auth_token_transport_header: X-Chroma-Token\n"
    )
    with running(directory, settings) as server:
        yield server


@pytest.fixture(scope="module")
def operations(guarded: RunningServer) -> dict[str, Any]:
    return operations_of(guarded)


@pytest.fixture(scope="module")
def ann(guarded: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=guarded.url, headers={HEADER: "anns"}, timeout=30) as client:
        yield client


def made_things(ann: httpx.Client) -> dict[str, str]:
    """Return path parameters of a collection in a database of its own."""
    database = f"things-{next(_NUMBERS)}"
    assert ann.post(f"{TENANT}/databases", json={"name": database}).status_code == 200
    made = ann.post(f"{TENANT}/databases/{database}/collections", json={"name": "things", "metadata": {"a": 1}}).json()
    path = f"{TENANT}/databases/{database}/collections/{made['id']}"
    record = {"ids": ["a"], "embeddings": [[1, 2]], "documents": ["first"], "metadatas": [{"n": 1}]}
    assert ann.post(f"{path}/add", json=record).status_code == 201
    return {
        "tenant": "default_tenant", "database": database, "collection_id": made["id"],
        "crn": f"default_tenant:{database}:things",
    }  # fmt: skip


def seen(ann: httpx.Client, things: dict[str, str]) -> list[Any]:
    """Return everything that a request could have changed."""
    collections = f"{TENANT}/databases/{things['database']}/collections"
    paths = (f"{TENANT}/databases", collections)
    everything = {"include": ["documents", "metadatas", "embeddings", "uris"]}
    records = ann.post(f"{collections}/{things['collection_id']}/get", json=everything)
    return [ann.get(path).json() for path in paths] + [records.json()]


def sent(case: Any, token: str | None) -> Any:
    case.headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != HEADER}
    return case.call(headers={} if token is None else {HEADER: token})


@pytest.mark.slow
@pytest.mark.parametrize("name", [route.name for route in ROUTES])
def test_credentials_decide(operations: dict[str, Any], ann: httpx.Client, name: str) -> None:
    operation = operations[name]
    successes: list[int] = []
    things = made_things(ann)

    def ask(case: Any) -> None:
        nonlocal things
        if ann.get(f"{TENANT}/databases/{things['database']}/collections/things").status_code != 200:
            things = made_things(ann)
        known = {**things, "collection_id": "things"} if name in _BY_NAME else things
        if case.path_parameters:
            case.path_parameters = {**case.path_parameters, **known}
        before = seen(ann, things)
        for token in (None, "wrong"):
            answer = sent(case, token)
            check_described(operation, case, answer)
            if name not in _PUBLIC:
                assert (answer.status_code, answer.json()) == (403, FORBIDDEN), case.as_curl_command()
        answer = sent(case, "eves")
        check_described(operation, case, answer)
        if name == "get_user_identity":
            assert answer.json()["user_id"] == "eve"
        elif name not in _PUBLIC:
            assert answer.json() == UNAUTHORIZED or answer.status_code in _BROKEN, (case.as_curl_command(), answer.text)
        assert seen(ann, things) == before
        answer = sent(case, "anns")
        check_described(operation, case, answer)
        successes.append(answer.status_code)
        if name not in _PUBLIC:
            assert answer.json() not in (FORBIDDEN, UNAUTHORIZED), case.as_curl_command()

    with_cases(operation, 3, ask)
    assert successes, "no request was made"
