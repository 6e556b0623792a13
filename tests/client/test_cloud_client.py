"""Clients of Chroma Cloud: whose key they send, and which tenant and database they work in."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from scripted_server import Scripted, scripted

import chromadb
from chromadb.config import Settings
from chromadb.errors import ChromaAuthError
from chromadb.utils import embedding_functions


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHROMA_API_KEY", "CHROMA_TENANT", "CHROMA_DATABASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as script:
        for database in ("books", "films"):
            described = {"id": "00000000-0000-0000-0000-000000000000", "name": database, "tenant": "acme"}
            script.answers[f"/tenants/acme/databases/{database}"] = (
                200, "application/json", json.dumps(described).encode(),
            )  # fmt: skip
        script.answers["/tenants/acme"] = (200, "application/json", b'{"name": "acme"}')
        leads_to(script, "acme", ["books"])
        yield script


def leads_to(script: Scripted, tenant: str, databases: list[str]) -> None:
    identity = {"user_id": "ann", "tenant": tenant, "databases": databases}
    script.answers["/auth/identity"] = (200, "application/json", json.dumps(identity).encode())


def connect(script: Scripted, **arguments: Any) -> chromadb.api.ClientAPI:
    return chromadb.CloudClient(cloud_host="127.0.0.1", cloud_port=script.port, enable_ssl=False, **arguments)


def test_a_key_is_needed(script: Scripted) -> None:
    with pytest.raises(ValueError, match="Missing required arguments: api_key"):
        connect(script)


@pytest.mark.parametrize("from_environment", [True, False])
def test_it_goes_where_its_key_leads(
    script: Scripted, monkeypatch: pytest.MonkeyPatch, *, from_environment: bool
) -> None:
    monkeypatch.setenv("CHROMA_API_KEY", "very-secret" if from_environment else "of somebody else")
    with connect(script, api_key=None if from_environment else "very-secret") as client:
        assert (client.tenant, client.database) == ("acme", "books")
        assert "very-secret" not in repr(client) + repr(client.get_settings())
    assert {headers["x-chroma-token"] for _, headers in script.seen} == {"very-secret"}


@pytest.mark.parametrize("databases", [["*"], ["books", "films"], []])
def test_where_the_key_leads_to_many_the_caller_says_which(script: Scripted, databases: list[str]) -> None:
    leads_to(script, "acme", databases)
    with pytest.raises(ChromaAuthError, match="provide a database"):
        connect(script, api_key="k")
    with connect(script, api_key="k", database="films") as client:
        assert (client.tenant, client.database) == ("acme", "films")


def test_where_the_key_leads_to_every_tenant_the_caller_says_which(script: Scripted) -> None:
    leads_to(script, "*", ["*"])
    with pytest.raises(ChromaAuthError, match="provide a tenant"):
        connect(script, api_key="k", database="films")
    with connect(script, api_key="k", tenant="acme", database="films") as client:
        assert (client.tenant, client.database) == ("acme", "films")


def test_arguments_go_before_the_environment(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(script, "*", ["*"])
    monkeypatch.setenv("CHROMA_TENANT", "acme")
    monkeypatch.setenv("CHROMA_DATABASE", "films")
    with connect(script, api_key="k") as client:
        assert (client.tenant, client.database) == ("acme", "films")
    with connect(script, api_key="k", database="books") as client:
        assert (client.tenant, client.database) == ("acme", "books")


def test_settings_are_taken_along(script: Scripted) -> None:
    with connect(script, api_key="k", settings=Settings(chroma_server_headers={"X-Own": "1"})):
        assert script.seen[0][1]["x-own"] == "1"


def test_functions_of_the_cloud_use_the_key_of_an_open_client(
    script: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name of the cloud leads to the stand-in.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **options: _local_address(script.port))
    function = embedding_functions.ChromaCloudSpladeEmbeddingFunction
    with pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()
    cloud: dict[str, Any] = {"api_key": "very-secret", "enable_ssl": False, "cloud_port": script.port}
    with chromadb.CloudClient(**cloud, cloud_host="localhost"), pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()
    with chromadb.CloudClient(**cloud):
        assert function().get_config()["api_key_env_var"] == "CHROMA_API_KEY"
        assert chromadb.api.ClientAPI.get_chroma_cloud_api_key_from_clients() == "very-secret"
    assert chromadb.api.ClientAPI.get_chroma_cloud_api_key_from_clients() is None
    with pytest.raises(ValueError, match="CHROMA_API_KEY"):
        function()


def _local_address(port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
