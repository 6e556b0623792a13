"""Who is let in, and what each may do, by the documented providers and by others'."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from chromadb.auth import (
    AuthzAction,
    AuthzResource,
    ServerAuthenticationProvider,
    ServerAuthorizationProvider,
    UserIdentity,
)
from chromadb.auth.guard import Guard, Resource, guard_from
from chromadb.auth.options import AuthOptions
from chromadb.errors import AuthorizationError, ChromaAuthError, InternalError, NotFoundError

from .openfga_store import Store

BASIC = "chromadb.auth.basic_authn.BasicAuthenticationServerProvider"
TOKEN = "chromadb.auth.token_authn.TokenAuthenticationServerProvider"
RBAC = "chromadb.auth.simple_rbac_authz.SimpleRBACAuthorizationProvider"
OPENFGA = "chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider"
HERE = Resource("default_tenant", "default_database", "things")
USERS = """
users:
  - {id: ann, tokens: [a1, a2], role: admin}
  - {id: ben, tokens: [b1], role: reader, tenant: bens, databases: [one]}
roles_mapping:
  admin: {actions: ["system:reset", "db:create_collection"]}
  reader: {actions: ["collection:get", "tenant:get_tenant", "db:list_databases"]}
"""


class Deputy(ServerAuthenticationProvider):
    """Another package's provider: believes a header of a proxy."""

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        return UserIdentity(headers["x-user"])


class Exempting(ServerAuthenticationProvider):
    """Another package's provider, of the documented shape: asks which operations need no credentials."""

    def authenticate_or_raise(self, headers: dict[str, str]) -> UserIdentity:
        if self.ignore_operation(headers["x-verb"], headers["x-path"]):
            return UserIdentity("nobody")
        raise PermissionError


stopped: list[str] = []


class Ending(Deputy):
    """Cannot stop."""

    def stop(self) -> None:
        stopped.append("authentication")
        raise RuntimeError


class EndingAuthorization(ServerAuthorizationProvider):
    """Says when it is stopped."""

    def authorize_or_raise(self, user: UserIdentity, action: AuthzAction, resource: AuthzResource) -> None:
        pass

    def stop(self) -> None:
        super().stop()
        stopped.append("authorization")


def guard(**options: Any) -> Guard:
    made = guard_from(AuthOptions(**options))
    assert made is not None
    return made


def openfga_guard(port: int) -> Guard:
    return guard(
        chroma_server_authn_provider=f"{__name__}.Deputy",
        chroma_server_authz_provider=OPENFGA,
        fga_api_url=f"http://127.0.0.1:{port}",
        fga_store_id="s",
        fga_model_id="m",
    )


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def test_without_settings_there_is_no_guard() -> None:
    assert guard_from(AuthOptions()) is None


def test_basic_authentication_of_many_users_with_groups(tmp_path: Path) -> None:
    (tmp_path / "groups").write_text("chroma: admin, ann\nother: ann\n")
    lines = f"admin:{hashed('pass:word')}\nann:{hashed('x')}\nben:{hashed('y')}\n"
    tested = guard(
        chroma_server_authn_provider=BASIC,
        chroma_server_authn_credentials=lines,
        chroma_server_authn_groups_file=str(tmp_path / "groups"),
    )
    for _ in range(2):
        assert tested.authenticate(basic("admin", "pass:word")) == UserIdentity("admin", attributes={"team": "chroma"})
    assert tested.authenticate(basic("ann", "x")).attributes == {"team": "chroma"}
    assert tested.authenticate(basic("ben", "y")).attributes == {"team": "public"}
    assert tested.recognized(basic("ann", "x")) == tested.authenticate(basic("ann", "x"))
    wrong = [basic("ann", "y"), basic("nobody", "x"), basic("ann", "x" * 100), {}, {"authorization": "Basic ?"}]
    for headers in wrong:
        assert tested.recognized(headers) is None
        with pytest.raises(ChromaAuthError):
            tested.authenticate(headers)


def test_one_token_in_either_header() -> None:
    tested = guard(chroma_server_authn_provider=TOKEN, chroma_server_authn_credentials="t0k")
    assert tested.authenticate({"authorization": "Bearer t0k"}) == UserIdentity("anonymous", "*", ["*"])
    other = guard(
        chroma_server_authn_provider=TOKEN,
        chroma_server_authn_credentials="t0k",
        chroma_auth_token_transport_header="X-Chroma-Token",
    )
    assert other.authenticate({"x-chroma-token": "t0k"}).user_id == "anonymous"
    for one, headers in (
        (tested, {"authorization": "t0k"}),
        (tested, {"x-chroma-token": "t0k"}),
        (tested, {"authorization": "Bearer t0"}),
        (other, {"authorization": "Bearer t0k"}),
    ):
        with pytest.raises(ChromaAuthError):
            one.authenticate(headers)


def test_roles_and_bounds() -> None:
    tested = guard(
        chroma_server_authn_provider=TOKEN,
        chroma_server_authn_credentials=USERS,
        chroma_server_authz_provider=RBAC,
        chroma_server_authz_config=USERS,
    )
    ann, ben = (tested.authenticate({"authorization": f"Bearer {token}"}) for token in ("a2", "b1"))
    tested.authorize(ann, "system:reset", Resource())
    tested.authorize(ann, "db:create_collection", HERE)
    tested.authorize(ben, "collection:get", Resource("bens", "one", "c"))
    tested.authorize(ben, "tenant:get_tenant", Resource("bens"))
    for user, action, resource in (
        (ann, "collection:get", HERE),
        (ben, "collection:get", HERE),
        (ben, "collection:get", Resource("bens", "two", "c")),
        (ben, "db:list_databases", Resource("bens")),
        (ben, "tenant:get_tenant", Resource("default_tenant")),
        (UserIdentity("nobody"), "collection:get", HERE),
    ):
        with pytest.raises(AuthorizationError):
            tested.authorize(user, action, resource)


def test_a_provider_of_another_package() -> None:
    tested = guard(chroma_server_authn_provider=f"{__name__}.Deputy")
    assert tested.authenticate({"x-user": "eve"}).user_id == "eve"
    with pytest.raises(ChromaAuthError):
        tested.authenticate({})


def test_a_provider_may_ask_which_operations_need_no_credentials() -> None:
    tested = guard(chroma_server_authn_provider=f"{__name__}.Exempting")
    for verb, path in (("GET", "/api/v2"), ("get", "/api/v2/heartbeat"), ("GET", "/api/v1/version")):
        assert tested.authenticate({"x-verb": verb, "x-path": path}).user_id == "nobody"
    for verb, path in (("POST", "/api/v2/heartbeat"), ("GET", "/api/v2/tenants")):
        with pytest.raises(ChromaAuthError):
            tested.authenticate({"x-verb": verb, "x-path": path})


def test_a_closed_guard_has_stopped_its_providers() -> None:
    stopped.clear()
    tested = guard(
        chroma_server_authn_provider=f"{__name__}.Ending",
        chroma_server_authz_provider=f"{__name__}.EndingAuthorization",
    )
    assert stopped == []
    tested.close()
    assert sorted(stopped) == ["authentication", "authorization"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"chroma_server_authn_provider": TOKEN}, "No credentials file or credentials found"),
        ({"chroma_server_authn_provider": "chromadb.auth.basic.BasicAuthServerProvider"}, "use .*basic_authn"),
        ({"chroma_server_authn_provider": "no.such.Thing"}, "no.such.Thing cannot be loaded"),
        ({"chroma_server_authn_provider": "pathlib.Path"}, "no subclass"),
        ({"chroma_server_authz_provider": RBAC}, "chroma_server_authn_provider is not"),
        ({"chroma_server_authn_credentials": "x"}, "name a provider"),
        ({"chroma_server_authn_provider": BASIC, "chroma_server_authn_credentials": "sec:ret:x"}, "of 3 fields"),
        ({"chroma_server_authn_provider": BASIC, "chroma_server_authn_credentials": "a:b"}, "no bcrypt hash"),
        (
            {
                "chroma_server_authn_provider": TOKEN,
                "chroma_server_authn_credentials": "t",
                "chroma_auth_token_transport_header": "Cookie",
            },
            "Invalid token transport header",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(options: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        guard_from(AuthOptions(**options))


def test_options_do_not_show_secrets() -> None:
    assert "s3cret" not in repr(AuthOptions(chroma_server_authn_credentials="s3cret"))


def test_openfga_permissions_follow_collections(store: Store) -> None:
    tested = openfga_guard(store.server_port)
    ann, ben = UserIdentity("ann"), UserIdentity("ben")
    by_id = Resource("default_tenant", "default_database", "1-2")

    def refuses(user: UserIdentity, action: str, resource: Resource) -> bool:
        try:
            tested.authorize(user, action, resource)
        except AuthorizationError:
            return True
        return False

    assert refuses(ann, "collection:add", by_id)
    left = {"user": "user:ben", "relation": "can_get_collection"}
    store.tuples.append({**left, "object": "collection:default_tenant-default_database-things"})
    tested.collection_coming(ann, HERE, "1-2")
    # What was left under the name is gone before anybody could meet the new collection.
    assert refuses(ben, "collection:get_collection", HERE)
    assert not refuses(ann, "collection:add", by_id)
    assert not refuses(ann, "collection:delete_collection", by_id)
    tested.collection_named(HERE, "1-2")
    # By id, by name: both are ways to look at it.
    for resource in (by_id, HERE):
        assert not refuses(ann, "collection:get_collection", resource)
        assert refuses(ben, "collection:get_collection", resource)
    assert not refuses(ann, "collection:delete_collection", HERE)
    assert refuses(ben, "collection:get", by_id)
    assert refuses(ann, "collection:add", Resource("default", "tenant-default_database", "1-2"))
    tested.collection_leaving(HERE, "1-2", lambda: None)
    renamed = Resource("default_tenant", "default_database", "new")
    tested.collection_named(renamed, "1-2")
    assert refuses(ann, "collection:get_collection", HERE)
    assert not refuses(ann, "collection:get_collection", renamed)
    tested.collection_leaving(renamed, "1-2", lambda: None)
    tested.collection_gone(renamed, "1-2")
    assert store.tuples == []


def test_openfga_is_told_of_at_most_100_tuples_at_once(store: Store) -> None:
    tested = openfga_guard(store.server_port)
    by_name, by_id = (f"collection:default_tenant-default_database-{name}" for name in ("things", "1"))
    readers = [f"user:reader-{number}" for number in range(130)]
    store.tuples = [{"user": user, "relation": "can_get_collection", "object": by_name} for user in readers]
    tested.collection_leaving(HERE, "1", lambda: None)
    assert store.tuples == [{"user": user, "relation": "can_get_collection", "object": by_id} for user in readers]
    tested.collection_named(HERE, "1")
    assert len(store.tuples) == 260
    tested.collection_leaving(HERE, "1", lambda: None)
    tested.collection_gone(HERE, "1")
    assert store.tuples == []


def test_what_another_collection_has_under_a_name_stays_there(store: Store) -> None:
    tested = openfga_guard(store.server_port)
    tested.collection_coming(UserIdentity("ben"), HERE, "2")
    tested.collection_named(HERE, "2")
    before = store.tuples

    def confirm() -> None:
        raise NotFoundError("renamed by now")

    with pytest.raises(NotFoundError):
        tested.collection_leaving(HERE, "1", confirm)
    assert store.tuples == before


def test_openfga_that_does_not_answer_refuses_everything(caplog: pytest.LogCaptureFixture) -> None:
    tested = openfga_guard(1)
    with pytest.raises(AuthorizationError):
        tested.authorize(UserIdentity("ann"), "collection:get", HERE)
    assert "User 'ann' was refused collection:get: OpenFGA did not answer to check: URLError" in caplog.text
    tested.collection_named(HERE, "1")
    assert "could not be told the name of collection 1: OpenFGA did not answer to read" in caplog.text
    with pytest.raises(InternalError):
        tested.collection_coming(UserIdentity("ann"), HERE, "1")
    with pytest.raises(InternalError):
        tested.collection_leaving(HERE, "1", lambda: None)
