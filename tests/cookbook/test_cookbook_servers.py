"""Every Python block of the user documentation that talks to a server does so with ours, unmodified.

See `test_cookbook_blocks`. What a block needs of the server, and what must have come of it, is said with each.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from auth.openfga_store import serving
from running_server import RunningServer, running

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.errors import ChromaAuthError, NotFoundError

from .blocks import SOURCE, read_blocks, run_code
from .servers import lead_to, of_the_cloud, with_passwords, with_token

BLOCKS = read_blocks()
CLOUD_BLOCKS = {23: ("ck-your-api-key", "your-tenant-id", "your-database-name"), 95: ("k", "my-tenant", "my-database")}
DOCUMENTED_PORT, CHART_PORT, TLS_PORT = 8000, 61892, 443

pytestmark = [
    pytest.mark.skipif(not BLOCKS, reason=f"the blocks are not beside this checkout ({SOURCE.name})"),
    # The document's blocks close no client.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

Namespace = dict[str, Any]


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    SharedSystemClient.clear_system_cache()
    yield
    SharedSystemClient.clear_system_cache()
    # Connections that blocks left open are closed here, where their warnings are expected.
    gc.collect()


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server"), "allow_reset: true\n") as server:
        yield server


@pytest.fixture(name="open_server")
def _open_server(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty server without credentials, to which the ports of the document lead."""
    lead_to(server.url, monkeypatch, DOCUMENTED_PORT, CHART_PORT)
    with chromadb.HttpClient("127.0.0.1", DOCUMENTED_PORT) as client:
        client.reset()
        yield client


def run(number: int, namespace: Namespace | None = None) -> Namespace:
    """Run a block, with the ``await`` of a notebook where it has any, and return what it leaves."""
    namespace = {"__name__": f"block_{number:04d}"} if namespace is None else namespace
    code, name = BLOCKS[number].code, f"<block {number}>"
    if "await " in code and "async def" not in code:
        awaiting = eval(compile(code, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
        assert inspect.iscoroutine(awaiting)
        asyncio.run(awaiting)
    else:
        run_code(code, name, namespace)
    return namespace


def test_block_0015_makes_a_client(open_server: Any) -> None:
    assert run(15)["client"].heartbeat() > 0


def test_block_0016_awaits_a_client(open_server: Any) -> None:
    open_server.create_collection("things", embedding_function=None)
    assert [collection.name for collection in run(16)["result"]] == ["things"]


def test_block_0078_copies_to_a_server(open_server: Any) -> None:
    run(78)["client"].close()
    copied = open_server.get_collection("remote_collection").get(include=["documents", "metadatas", "embeddings"])
    assert copied["ids"] == ["1", "2"]
    assert copied["metadatas"] == [{"a": 1}, {"b": 2}]
    assert copied["embeddings"].shape == (2, 384)


def test_blocks_0090_and_0091_configure_a_graph(open_server: Any) -> None:
    run(91, run(90))
    stored = open_server.get_collection("my_collection").configuration["hnsw"]
    assert (stored["space"], stored["ef_construction"], stored["max_neighbors"]) == ("cosine", 200, 32)
    assert stored["ef_search"] == 200


def test_block_0124_configures_by_metadata(open_server: Any) -> None:
    run(124)
    stored = open_server.get_collection("my_collection").configuration["hnsw"]
    assert (stored["space"], stored["max_neighbors"], stored["ef_search"]) == ("cosine", 16, 10)


def test_block_0315_finds_the_server_of_a_chart(open_server: Any) -> None:
    assert run(315)["client"].get_version() == open_server.get_version()


def test_block_0418_reads_a_vector(open_server: Any) -> None:
    with pytest.raises(NotFoundError):
        run(418)
    open_server.create_collection("my_collection", embedding_function=None).add(ids=["1"], embeddings=[[1, 2]])
    assert run(418)["res"]["embeddings"].tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("number", "token", "header"),
    [
        (351, "myT0k3n123", "Authorization"),
        (354, "myT0k3n123", "X-Chroma-Token"),
        (381, "chr0ma-t0k3n", "Authorization"),
        (382, "chr0ma-t0k3n", "Authorization"),
    ],
)
def test_blocks_with_a_token(
    number: int, token: str, header: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_token(tmp_path / "right", token, header) as server:
        lead_to(server.url, monkeypatch, DOCUMENTED_PORT)
        if number == 382:
            # The block sends the token in either header, of which a server takes one.
            with pytest.raises(ChromaAuthError, match="Forbidden"):
                run(number)
        else:
            assert run(number)["client"].list_collections() == []
    monkeypatch.undo()
    with with_token(tmp_path / "other", "another", header) as server:
        lead_to(server.url, monkeypatch, DOCUMENTED_PORT)
        with pytest.raises(ChromaAuthError, match="Forbidden"):
            run(number)


@pytest.mark.parametrize("number", [369, 370])
def test_blocks_with_a_password(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_passwords(tmp_path / "right", {"admin": "admin", "user": "password"}) as server:
        lead_to(server.url, monkeypatch, DOCUMENTED_PORT)
        assert run(number)["client"].tenant == chromadb.DEFAULT_TENANT
    monkeypatch.undo()
    with with_passwords(tmp_path / "other", {"admin": "another"}) as server:
        lead_to(server.url, monkeypatch, DOCUMENTED_PORT)
        with pytest.raises(ChromaAuthError, match="Forbidden"):
            run(number)


@pytest.mark.parametrize("number", sorted(CLOUD_BLOCKS))
def test_blocks_of_the_cloud(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, tenant, database = CLOUD_BLOCKS[number]
    monkeypatch.setenv("CHROMA_API_KEY", key)
    with of_the_cloud(tmp_path / "cloud", key, tenant, database, monkeypatch) as server:
        lead_to(server.url, monkeypatch, TLS_PORT)
        namespace = run(number)
        client = namespace["client"]
        assert (client.tenant, client.database) == (tenant, database)
        if number == 95:
            run(96, namespace)
            stored = client.get_collection("my_collection").configuration["spann"]
            assert (stored["search_nprobe"], stored["ef_search"]) == (96, 200)


@pytest.mark.parametrize("number", [442, 443, 444])
def test_blocks_of_releases_before_0_5_are_told_the_new_name(number: int, open_server: Any) -> None:
    with pytest.raises(ValueError, match=r"use chromadb\.auth\.basic_authn\.BasicAuthClientProvider"):
        run(number)


@pytest.mark.parametrize("number", [442, 444])
def test_with_the_new_name_openfga_lets_owners_do_what_the_blocks_do(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = "chromadb.auth.basic.BasicAuthClientProvider", "chromadb.auth.basic_authn.BasicAuthClientProvider"
    users = ("admin", "user1", "admin-ext")
    with serving() as store:
        place = "default_tenant-default_database"
        for user in ("admin", "admin-ext"):
            store.tuples += [
                {"user": f"user:{user}", "relation": relation, "object": object_}
                for relation, object_ in (
                    ("can_get_tenant", "server:localhost"),
                    ("can_get_database", f"tenant:{place}"),
                    ("can_list_collections", f"database:{place}"),
                    ("can_create_collection", f"database:{place}"),
                )
            ]
        openfga = (
            "server_authz_provider: chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider\n"
            f'openfga: {{api_url: "http://127.0.0.1:{store.server_port}", store_id: s, model_id: m}}\n'
        )
        with with_passwords(tmp_path / "openfga", dict.fromkeys(users, "password123"), openfga) as server:
            lead_to(server.url, monkeypatch, DOCUMENTED_PORT)
            namespace: Namespace = {}
            run_code(BLOCKS[number].code.replace(old, new), f"<block {number}>", namespace)
    printed = capsys.readouterr().out
    if number == 444:
        assert "Expected error for admin-ext" in printed
        assert "Expected error for admin:" in printed
    assert namespace["client"].tenant == chromadb.DEFAULT_TENANT


def test_the_plugin_for_several_users(tmp_path: Path) -> None:
    bcrypt = pytest.importorskip("bcrypt")
    pytest.importorskip("overrides")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "several_users.py").write_text(BLOCKS[456].code)
    passwords = {"ann": "first", "ben": "second"}
    file = tmp_path / "server.htpasswd"
    hashes = {name: bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode() for name, word in passwords.items()}
    file.write_text("".join(f"{name}:{hashed}\n" for name, hashed in hashes.items()))
    name = "several_users.MultiUserHtpasswdFileServerAuthCredentialsProvider"
    settings = f"server_authn_provider: {name}\nserver_authn_credentials_file: {file}\n"
    path = os.pathsep.join(filter(None, [str(tmp_path / "plugins"), os.getenv("PYTHONPATH")]))
    with running(tmp_path, settings, environment={"PYTHONPATH": path}) as server:
        for user, word in passwords.items():
            answer = httpx.get(f"{server.url}/api/v2/auth/identity", auth=(user, word))
            assert (answer.status_code, answer.json()["user_id"]) == (200, user)
        for user, word in (("ann", "second"), ("nobody", "first")):
            assert httpx.get(f"{server.url}/api/v2/auth/identity", auth=(user, word)).status_code == 403
