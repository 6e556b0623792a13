"""Who owns a collection in OpenFGA is the only one to reach it, whatever others call theirs."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import httpx
import pytest
from running_server import running

from .openfga_store import Store

SETTINGS = """
server_authn_provider: chromadb.auth.token_authn.TokenAuthenticationServerProvider
server_authn_credentials_file: {users}
server_authz_provider: chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider
openfga: {{api_url: "http://127.0.0.1:{port}", store_id: s, model_id: m}}
"""
USERS = "users:\n  - {id: ann, tokens: [anns]}\n  - {id: ben, tokens: [bens]}\n"
DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
REFUSAL = {"error": "AuthorizationError", "message": "Unauthorized"}


def spellings(id_: str) -> list[str]:
    return [id_, id_.upper(), UUID(id_).hex]


def test_nobody_gets_at_a_collection_by_a_copy_or_by_its_id_as_a_name(store: Store, tmp_path: Path) -> None:
    for user in ("ann", "ben"):
        database = "database:default_tenant-default_database"
        store.tuples.append({"user": f"user:{user}", "relation": "can_create_collection", "object": database})
    (tmp_path / "users.yaml").write_text(USERS)
    settings = SETTINGS.format(users=tmp_path / "users.yaml", port=store.server_port)
    with running(tmp_path, settings) as server:
        ann, ben = (
            httpx.Client(base_url=server.url + DATABASE, headers={"authorization": f"Bearer {token}"}, timeout=30)
            for token in ("anns", "bens")
        )
        bens = ben.post("/collections", json={"name": "bens-things", "metadata": {"secret": "bens"}}).json()["id"]
        assert ben.post(f"/collections/{bens}/add", json={"ids": ["a"], "embeddings": [[1, 2]]}).status_code == 201
        anns = ann.post("/collections", json={"name": "anns-things"}).json()["id"]

        assert ann.post(f"/collections/{bens}/fork", json={"new_name": "copied"}).json() == REFUSAL
        assert ben.post(f"/collections/{bens}/fork", json={"new_name": "bens-copy"}).status_code == 200
        for name in spellings(bens):
            for answer in (
                ann.post("/collections", json={"name": name}),
                ann.post("/collections", json={"name": name, "get_or_create": True}),
                ann.put(f"/collections/{anns}", json={"new_name": name}),
                ann.post(f"/collections/{anns}/fork", json={"new_name": name}),
            ):
                assert answer.status_code == 400, answer.text
                assert "is the id of a collection" in answer.json()["message"]
            assert ann.get(f"/collections/by-id/{name}").json() == REFUSAL
            assert ann.post(f"/collections/{name}/get", json={}).json() == REFUSAL
        assert ben.post(f"/collections/{bens}/get", json={}).json()["ids"] == ["a"]
        assert ben.get(f"/collections/by-id/{bens}").json()["name"] == "bens-things"
        assert ben.get(f"/collections/{bens}/indexing_status").status_code == 200
        assert ben.get(f"/collections/{bens}/fork_count").status_code == 501
        # A name that looks like an id is as good as any other.
        assert ann.post("/collections", json={"name": "6f1c0f8e-7f0b-4b38-9a43-2a8b3a0f6c11"}).status_code == 200
        for client in (ann, ben):
            client.close()


@pytest.mark.parametrize("kept", ["", "collection:get"])
def test_who_copies_a_collection_may_read_it(tmp_path: Path, kept: str) -> None:
    actions = ["db:create_collection", "collection:add", *filter(None, [kept])]
    users = tmp_path / "users.yaml"
    users.write_text(
        f"users:\n  - {{id: ann, tokens: [anns], role: r}}\n  - {{id: ben, tokens: [bens], role: r}}\n"
        f"roles_mapping: {{r: {{actions: {actions}}}}}\n"
    )
    settings = SETTINGS.format(users=users, port=1).replace(
        "openfga_authz.OpenFGAAuthorizationProvider", "simple_rbac_authz.SimpleRBACAuthorizationProvider"
    )
    settings = settings[: settings.index("openfga:")] + f"server_authz_config_file: {users}\n"
    known = {"authorization": "Bearer anns"}
    with running(tmp_path, settings) as server, httpx.Client(base_url=server.url + DATABASE, headers=known) as ann:
        made = ann.post("/collections", json={"name": "things"}).json()["id"]
        status = ann.post(f"/collections/{made}/fork", json={"new_name": "copy"}).status_code
    assert status == (200 if kept else 401)
