"""A started server lets in whom its settings name."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import bcrypt
import httpx
import pytest
from running_server import running

import chromadb
from chromadb.client.settings import Settings
from chromadb.errors import AuthorizationError, ChromaAuthError

from .openfga_store import Store

BASIC = "chromadb.auth.basic_authn.BasicAuthenticationServerProvider"
OPENFGA = "chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider"
IN_GROUPS = "users_in_groups.UsersInGroups"
PLUGINS = {
    "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parent / "plugins"), os.getenv("PYTHONPATH")]))
}
TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"


def test_a_server_with_tokens(tmp_path: Path) -> None:
    settings = f"server_authn_provider: {TOKEN}\nserver_authn_credentials: t0k\n"
    with running(tmp_path, settings) as server:
        url = f"{server.url}/api/v2"
        tenant = f"{url}/tenants/default_tenant"
        assert httpx.get(f"{url}/heartbeat").status_code == 200
        assert httpx.get(tenant).json() == {"error": "AuthError", "message": "Forbidden"}
        assert httpx.get(tenant, headers={"Authorization": "Bearer t0k"}).status_code == 200
        identity = httpx.get(f"{url}/auth/identity", headers={"Authorization": "Bearer t0k"}).json()
        assert identity == {"user_id": "anonymous", "tenant": "*", "databases": ["*"]}
    assert "t0k" not in server.output.read_text()


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """The users and groups of the documentation, each with the password ``password123``."""
    hashed = bcrypt.hashpw(b"password123", bcrypt.gensalt(4)).decode()
    file = tmp_path / "server.htpasswd"
    file.write_text("".join(f"{user}:{hashed}\n" for user in ("admin", "user1", "admin-ext")))
    (tmp_path / "groupfile").write_text("chroma: admin, user1\nexternal: admin-ext\n")
    return file


def client_of(url: str, credentials: str) -> chromadb.api.ClientAPI:
    settings = Settings(
        _env_file=None,
        chroma_client_auth_provider="chromadb.auth.basic_authn.BasicAuthClientProvider",
        chroma_client_auth_credentials=credentials,
    )
    return chromadb.HttpClient("127.0.0.1", httpx.URL(url).port, settings=settings)


def test_a_server_with_the_provider_of_another_package(tmp_path: Path, users: Path) -> None:
    settings = f"server_authn_provider: {IN_GROUPS}\nserver_authn_credentials_file: {users}\n"
    with running(tmp_path, settings, environment=PLUGINS) as server:
        assert httpx.get(f"{server.url}/api/v2/heartbeat").status_code == 200
        for user in ("admin", "user1", "admin-ext"):
            with client_of(server.url, f"{user}:password123") as client:
                client.get_or_create_collection("test_collection")
                assert [one.name for one in client.list_collections()] == ["test_collection"]
        for credentials in ("invalid_user:password123", "admin:password124"):
            with pytest.raises(ChromaAuthError, match="Forbidden"):
                client_of(server.url, credentials)
    output = server.output.read_text()
    assert "Starting component UsersInGroups" in output
    assert "password12" not in output


def test_a_server_that_believes_a_proxy(tmp_path: Path) -> None:
    with running(tmp_path, "server_authn_provider: users_in_groups.Deputy\n", environment=PLUGINS) as server:
        url = f"{server.url}/api/v2/auth/identity"
        assert httpx.get(url).json() == {"error": "AuthError", "message": "Forbidden"}
        identity = {"user_id": "ann", "tenant": "default_tenant", "databases": ["default_database"]}
        assert httpx.get(url, headers={"x-user": "ann"}).json() == identity


def initial_tuples() -> list[dict[str, str]]:
    """Return the tuples of the documentation."""
    owners, here = ("team:chroma#owner", "team:external#owner"), "default_tenant-default_database"
    rights = [(user, "owner", f"team:{team}") for user, team in (
        ("user:admin", "chroma"), ("user:admin-ext", "external"))]  # fmt: skip
    rights.append(("user:user1", "reader", "team:chroma"))
    for team in (*owners, "team:chroma#reader"):
        rights += [(team, f"can_{name}", object_) for name, object_ in (
            ("get_tenant", "server:localhost"), ("get_database", f"tenant:{here}"),
            ("list_collections", f"database:{here}"), ("count_collections", f"database:{here}"))]  # fmt: skip
    rights += [(team, "can_create_collection", f"database:{here}") for team in owners]
    return [{"user": user, "relation": relation, "object": object_} for user, relation, object_ in rights]


def test_groups_share_collections_through_openfga(tmp_path: Path, users: Path, store: Store) -> None:
    store.tuples += initial_tuples()
    settings = (
        f"server_authn_provider: {BASIC}\nserver_authn_credentials_file: {users}\n"
        f"server_authn_groups_file: {tmp_path / 'groupfile'}\nserver_authz_provider: {OPENFGA}\n"
        f"openfga: {{api_url: 'http://127.0.0.1:{store.server_port}', store_id: s, model_id: m}}\n"
    )
    with running(tmp_path, settings) as server, ExitStack() as clients:
        admin, reader, stranger = (
            clients.enter_context(client_of(server.url, f"{user}:password123"))
            for user in ("admin", "user1", "admin-ext")
        )
        made = admin.create_collection("things")
        made.add(ids=["a"], embeddings=[[1.0, 2.0]])
        made.upsert(ids=["a"], embeddings=[[1.0, 3.0]])
        read = reader.get_collection("things")
        assert (read.count(), read.get()["ids"]) == (1, ["a"])
        external = stranger.create_collection("external-collection")
        for refused in (
            lambda: read.add(ids=["b"], embeddings=[[1.0, 2.0]]),
            lambda: read.delete(ids=["a"]),
            lambda: reader.delete_collection("things"),
            lambda: reader.create_collection("more"),
            lambda: stranger.delete_collection("things"),
            lambda: stranger.get_collection("things"),
            lambda: admin.delete_collection("external-collection"),
            admin.reset,
        ):
            with pytest.raises(AuthorizationError, match="Unauthorized"):
                refused()
        assert external.count() == 0
        admin.delete_collection("things")
        stranger.delete_collection("external-collection")
        assert store.tuples == initial_tuples()


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("no.such.Thing", r"no\.such\.Thing cannot be loaded \(ModuleNotFoundError: No module named 'no'\)"),
        ("failing_import.Provider", r"failing_import\.Provider cannot be loaded \(RuntimeError\)"),
        ("users_in_groups.Missing", r"users_in_groups\.Missing cannot be loaded \(AttributeError: .*'Missing'\)"),
        ("unusable_providers.NoProvider", r"unusable_providers\.NoProvider is no subclass of chromadb\.auth"),
        ("unusable_providers.Unfinished", r"unusable_providers\.Unfinished does not define authenticate_or_raise"),
        ("unusable_providers.Refusing", r"unusable_providers\.Refusing: it needs a file of users"),
        ("unusable_providers.Raising", r"unusable_providers\.Raising cannot be started \(RuntimeError\)"),
        ("unusable_providers.NotStarting", r"unusable_providers\.NotStarting: no directory of users"),
        (IN_GROUPS, r".*: Missing required config value 'chroma_server_auth_credentials_file'"),
    ],
)
def test_a_provider_that_cannot_be_used_stops_the_start(tmp_path: Path, provider: str, said: str) -> None:
    with (
        pytest.raises(AssertionError, match=f"chroma_server_authn_provider: {said}") as failed,
        running(tmp_path, f"server_authn_provider: {provider}\n", environment=PLUGINS),
    ):
        raise RuntimeError("the server started")
    assert "s3cret" not in str(failed.value)
    assert "Traceback" not in str(failed.value)
