"""What the server asks a guard, and that nothing but public routes is served without its consent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_application import client_of

from chromadb.auth.guard import Resource
from chromadb.engine.database import Database, DatabaseOptions
from chromadb.errors import AuthorizationError, ChromaAuthError, InternalError
from chromadb.model.identity import UserIdentity
from chromadb.server.application import Application
from chromadb.server.configuration import ServerConfiguration
from chromadb.server.routes import ROUTES

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"


class Recorder:
    """Knows one token, forbids one action, and keeps what it was asked."""

    knows_names_and_ids = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, Resource]] = []
        self.noted: list[tuple[str, Resource]] = []

    def recognized(self, headers: Mapping[str, str]) -> UserIdentity | None:
        return None

    def authenticate(self, headers: Mapping[str, str]) -> UserIdentity:
        if headers.get("x-chroma-token") != "secret":
            raise ChromaAuthError
        return UserIdentity(user_id="ann", tenant="default_tenant", databases=["default_database"])

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        self.asked.append((action, resource))
        if action == "system:reset":
            raise AuthorizationError("Unauthorized")

    def collection_coming(self, identity: UserIdentity, resource: Resource, collection_id: str) -> None:
        self.noted.append(("coming", resource))

    def collection_named(self, resource: Resource, collection_id: str) -> None:
        self.noted.append(("named", resource))

    def collection_leaving(self, resource: Resource, collection_id: str, confirm: Callable[[], object]) -> None:
        confirm()
        self.noted.append(("leaving", resource))

    def collection_gone(self, resource: Resource, collection_id: str) -> None:
        self.noted.append(("gone", resource))

    def close(self) -> None:
        self.noted.append(("closed", Resource()))


def exchanged(
    tmp_path: Path, guard: Recorder, requests: list[tuple[str, str, Any]], token: str, at_once: bool = False
) -> list[httpx.Response]:
    """Return the answers of an application that is started and stopped as a server does."""

    async def run() -> list[httpx.Response]:
        application = Application(ServerConfiguration(persist_path=tmp_path / "data", allow_reset=True), guard)
        async with client_of(application, {"x-chroma-token": token}) as client:
            asked = [client.request(method, path, json=body) for method, path, body in requests]
            return await asyncio.gather(*asked) if at_once else [await one for one in asked]

    return asyncio.run(run())


def test_without_credentials_only_public_routes_are_served(tmp_path: Path) -> None:
    guard = Recorder()
    values = {"{tenant}": "default_tenant", "{database}": "default_database"}
    requests = []
    for route in ROUTES:
        path = route.path
        for name, value in values.items():
            path = path.replace(name, value)
        requests.append((route.method, path, {}))
    answers = exchanged(tmp_path, guard, requests, "wrong")
    for route, answer in zip(ROUTES, answers, strict=True):
        assert answer.status_code == (200 if route.is_public else 403), route.name
        if not route.is_public:
            assert answer.json() == {"error": "AuthError", "message": "Forbidden"}
    assert guard.asked == []


def test_the_guard_is_asked_about_what_the_call_names(tmp_path: Path) -> None:
    guard = Recorder()
    requests: list[tuple[str, str, Any]] = [
        ("POST", f"{DATABASE}/collections", {"name": "things"}),
        ("GET", f"{DATABASE}/collections", None),
        ("POST", "/api/v2/tenants", {"name": "other"}),
        ("POST", "/api/v2/tenants/other/databases", {"name": "more"}),
        ("DELETE", f"{DATABASE}/collections/things", None),
        ("POST", "/api/v2/reset", None),
        ("GET", "/api/v2/auth/identity", None),
    ]
    answers = exchanged(tmp_path, guard, requests, "secret")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 401, 200]
    assert answers[5].json() == {"error": "AuthorizationError", "message": "Unauthorized"}
    assert answers[6].json()["user_id"] == "ann"
    things = Resource("default_tenant", "default_database", "things")
    assert guard.asked == [
        ("db:create_collection", things),
        ("db:list_collections", Resource("default_tenant", "default_database")),
        ("tenant:create_tenant", Resource("other")),
        ("db:create_database", Resource("other", "more")),
        ("collection:delete_collection", things),
        ("system:reset", Resource()),
    ]
    assert guard.noted == [*((what, things) for what in ("coming", "named", "leaving", "gone")), ("closed", Resource())]


def test_every_route_that_is_not_public_has_an_action() -> None:
    assert {route.name for route in ROUTES if not route.is_public and route.action is None} == {"get_user_identity"}


def test_a_guard_hears_of_new_collections_once_and_of_all_deleted(tmp_path: Path) -> None:
    guard = Recorder()
    again = {"name": "things", "get_or_create": True}
    requests: list[tuple[str, str, Any]] = [("POST", f"{DATABASE}/collections", again)] * 2
    requests.append(("DELETE", DATABASE, None))
    answers = exchanged(tmp_path, guard, requests, "secret")
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    things = Resource("default_tenant", "default_database", "things")
    assert guard.noted == [*((what, things) for what in ("coming", "named", "leaving", "gone")), ("closed", Resource())]
    assert guard.asked[2] == ("collection:get_collection", things)


class Besieged(Recorder):
    """Takes until somebody who is known has been let in to refuse the others, of whom eight come first."""

    def __init__(self) -> None:
        super().__init__()
        self.came = 0
        self.let_in = threading.Event()
        self.waited: list[bool] = []

    def recognized(self, headers: Mapping[str, str]) -> UserIdentity | None:
        self.came += 1
        return super().authenticate(headers) if self.came > 8 else None

    def authenticate(self, headers: Mapping[str, str]) -> UserIdentity:
        self.waited.append(self.let_in.wait(10))
        raise ChromaAuthError

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        self.let_in.set()


def test_who_is_known_does_not_wait_for_those_who_try_passwords(tmp_path: Path) -> None:
    guard = Besieged()
    request = ("GET", f"{DATABASE}/collections", None)
    answers = exchanged(tmp_path, guard, [request] * 9, "secret", at_once=True)
    assert [answer.status_code for answer in answers] == [403] * 8 + [200]
    assert guard.waited == [True] * 8


class Strict(Recorder):
    """Lets nobody get a collection."""

    def authorize(self, identity: UserIdentity, action: str, resource: Resource) -> None:
        super().authorize(identity, action, resource)
        if action == "collection:get_collection":
            raise AuthorizationError("Unauthorized")


@pytest.mark.parametrize(("kind", "statuses"), [(Recorder, [200, 200]), (Strict, [200, 401])])
def test_of_two_that_create_a_collection_at_once_one_has_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Recorder], statuses: list[int]
) -> None:
    guard, both, make = kind(), threading.Barrier(2, timeout=30), Database.create_collection

    def make_at_once(*arguments: Any) -> Any:
        # By now both calls have found no collection of the name.
        both.wait()
        return make(*arguments)

    monkeypatch.setattr(Database, "create_collection", make_at_once)
    request = ("POST", f"{DATABASE}/collections", {"name": "things", "get_or_create": True})
    answers = exchanged(tmp_path, guard, [request] * 2, "secret", at_once=True)
    assert sorted(answer.status_code for answer in answers) == statuses
    things = Resource("default_tenant", "default_database", "things")
    noted = sorted(what for what, resource in guard.noted if resource == things)
    assert noted == ["coming", "coming", "gone", "named", "named"]
    assert guard.asked[2:] == [("collection:get_collection", things)]
    with closing(Database(DatabaseOptions(directory=tmp_path / "data"))) as database:
        kept = database.get_collection("things", "default_tenant", "default_database")
    assert {answer.json()["id"] for answer in answers if answer.status_code == 200} == {str(kept.id)}


class Forgetful(Recorder):
    """Cannot take note of some collections."""

    def collection_coming(self, identity: UserIdentity, resource: Resource, collection_id: str) -> None:
        if resource.collection == "things":
            raise InternalError("OpenFGA answered 400 to write")
        super().collection_coming(identity, resource, collection_id)

    def collection_leaving(self, resource: Resource, collection_id: str, confirm: Callable[[], object]) -> None:
        raise InternalError("OpenFGA answered 400 to read")


def test_what_a_guard_cannot_take_note_of_is_not_done(tmp_path: Path) -> None:
    guard = Forgetful()
    first = exchanged(tmp_path, guard, [("POST", f"{DATABASE}/collections", {"name": "first"})], "secret")[0].json()
    requests: list[tuple[str, str, Any]] = [
        ("POST", f"{DATABASE}/collections", {"name": "things"}),
        ("POST", f"{DATABASE}/collections/{first['id']}/fork", {"new_name": "things"}),
        ("PUT", f"{DATABASE}/collections/{first['id']}", {"new_name": "other"}),
        ("DELETE", f"{DATABASE}/collections/first", None),
        ("DELETE", DATABASE, None),
    ]
    assert [answer.status_code for answer in exchanged(tmp_path, guard, requests, "secret")] == [500] * 5
    with closing(Database(DatabaseOptions(directory=tmp_path / "data"))) as database:
        found = {info.name: str(info.id) for info in database.list_collections("default_tenant", "default_database")}
    assert found == {"first": first["id"]}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_collection_deleted_while_it_is_asked_for_is_made_again_and_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    guard, make = Recorder() if is_known else Forgetful(), Database.create_collection
    request: tuple[str, str, Any] = ("POST", f"{DATABASE}/collections", {"name": "things", "get_or_create": True})
    exchanged(tmp_path, Recorder(), [request], "secret")

    def make_later(database: Database, *arguments: Any) -> Any:
        database.delete_collection("things", "default_tenant", "default_database")
        return make(database, *arguments)

    monkeypatch.setattr(Database, "create_collection", make_later)
    answers = exchanged(tmp_path, guard, [request], "secret")
    assert answers[0].status_code == (200 if is_known else 500)
    things = Resource("default_tenant", "default_database", "things")
    assert guard.noted[:-1] == ([("coming", things), ("named", things)] if is_known else [])
    with closing(Database(DatabaseOptions(directory=tmp_path / "data"))) as database:
        assert database.count_collections("default_tenant", "default_database") == is_known
