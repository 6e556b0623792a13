"""Whichever call to OpenFGA fails, nobody gets rights on another's collection, and the owner can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from running_application import client_of

from chromadb.auth.guard import guard_from
from chromadb.auth.options import AuthOptions
from chromadb.engine.database import Database, DatabaseOptions
from chromadb.errors import AlreadyExistsError, NotFoundError
from chromadb.server.application import Application
from chromadb.server.configuration import ServerConfiguration

from .openfga_store import Store

DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
COLLECTIONS = f"{DATABASE}/collections"
OPTIONS = {
    "chroma_server_authn_provider": "chromadb.auth.token_authn.TokenAuthenticationServerProvider",
    "chroma_server_authn_credentials": "users:\n- {id: ann, tokens: [ann]}\n- {id: ben, tokens: [ben]}\n",
    "chroma_server_authz_provider": "chromadb.auth.openfga_authz.OpenFGAAuthorizationProvider",
    "fga_store_id": "s",
    "fga_model_id": "m",
}
OBJECTS = {"database": "default_tenant-default_database", "tenant": "default_tenant-default_database"}
RIGHTS = [("database", "can_create_collection"), ("tenant", "can_delete_database"), ("tenant", "can_create_database")]

Users = Callable[..., Awaitable[httpx.Response]]


def initial_tuples() -> list[dict[str, str]]:
    return [
        {"user": f"user:{user}", "relation": relation, "object": f"{kind}:{OBJECTS[kind]}"}
        for user in ("ann", "ben")
        for kind, relation in RIGHTS
    ]


def serving(directory: Path, store: Store, visit: Callable[[Users], Awaitable[None]]) -> None:
    """Run an application that asks the store, as long as a visit takes."""

    async def run() -> None:
        options = AuthOptions(fga_api_url=f"http://127.0.0.1:{store.server_port}", **OPTIONS)
        application = Application(ServerConfiguration(persist_path=directory / "data"), guard_from(options))
        async with client_of(application) as client:

            async def ask(user: str, method: str, path: str, body: Any = None) -> httpx.Response:
                return await client.request(method, path, json=body, headers={"authorization": f"Bearer {user}"})

            await visit(ask)

    asyncio.run(run())


async def create(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "POST", COLLECTIONS, {"name": "made"})


async def get_or_create(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "POST", COLLECTIONS, {"name": "things", "get_or_create": True})


async def fork(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "POST", f"{COLLECTIONS}/{id_}/fork", {"new_name": "made"})


async def rename(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "PUT", f"{COLLECTIONS}/{id_}", {"new_name": "made"})


async def delete(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "DELETE", f"{COLLECTIONS}/things")


async def delete_database(ask: Users, id_: str) -> httpx.Response:
    return await ask("ann", "DELETE", DATABASE)


async def try_after_failures(
    ask: Users,
    directory: Path,
    store: Store,
    change: Callable[[Users, str], Awaitable[httpx.Response]],
    failing: Container[int],
) -> int:
    """Let a change meet failures, look who may do what then, repeat it; return how many calls to OpenFGA it took."""
    if change is delete_database:
        await ask("ann", "POST", "/api/v2/tenants/default_tenant/databases", {"name": "default_database"})
    made = await ask("ann", "POST", COLLECTIONS, {"name": "things"})
    assert made.status_code == 200, made.text
    id_ = made.json()["id"]
    store.calls, store.failing = 0, failing
    answer = await change(ask, id_)
    calls, store.failing = store.calls, ()
    there: dict[str, Any] = {}
    assert answer.status_code in (200, 401, 500), answer.text

    with closing(Database(DatabaseOptions(directory=directory / "data"))) as database, suppress(NotFoundError):
        there = {info.name: info.id for info in database.list_collections("default_tenant", "default_database")}
    for name in ("things", "made"):
        assert (await ask("ben", "GET", f"{COLLECTIONS}/{name}")).status_code == 401
        owned = await ask("ann", "GET", f"{COLLECTIONS}/{name}")
        if name not in there:
            assert owned.status_code in (401, 404)
            continue
        by_id = await ask("ann", "GET", f"{COLLECTIONS}/by-id/{there[name]}")
        records = await ask("ann", "POST", f"{COLLECTIONS}/{there[name]}/get", {})
        assert (owned.status_code, by_id.status_code, records.status_code) == (200, 200, 200)
    if answer.status_code != 200:
        again = await change(ask, id_)
        assert again.status_code in (200, 404, 409), again.text

    # Whoever takes the names now shares them with nobody.
    if change is delete_database:
        await ask("ann", "POST", "/api/v2/tenants/default_tenant/databases", {"name": "default_database"})
    for name in ("things", "made"):
        await ask("ann", "DELETE", f"{COLLECTIONS}/{name}")
        taken = await ask("ben", "POST", COLLECTIONS, {"name": name})
        assert taken.status_code == 200, taken.text
        for method in ("GET", "DELETE"):
            assert (await ask("ann", method, f"{COLLECTIONS}/{name}")).status_code == 401
        assert (await ask("ann", "GET", f"{COLLECTIONS}/by-id/{taken.json()['id']}")).status_code == 401
        assert (await ask("ben", "DELETE", f"{COLLECTIONS}/{name}")).status_code == 200
    return calls


@pytest.mark.parametrize("is_outage", [False, True])
@pytest.mark.parametrize("change", [create, get_or_create, fork, rename, delete, delete_database])
def test_a_failure_at_any_call(
    tmp_path: Path, store: Store, change: Callable[[Users, str], Awaitable[httpx.Response]], is_outage: bool
) -> None:
    store.tuples = initial_tuples()

    async def visit(ask: Users) -> None:
        usual = await try_after_failures(ask, tmp_path, store, change, ())
        assert store.tuples == initial_tuples()
        for number in range(usual):
            await try_after_failures(ask, tmp_path, store, change, range(number, 1000) if is_outage else (number,))

    serving(tmp_path, store, visit)


def test_who_is_second_to_create_a_collection_of_theirs_gets_it(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.tuples = initial_tuples()
    make, quicker = Database.create_collection, uuid4()

    def make_later(database: Database, *arguments: Any) -> Any:
        # Another process has made it by now, and has not yet told OpenFGA of the name.
        with suppress(AlreadyExistsError):
            make(database, "things", "default_tenant", "default_database", id_=quicker)
        return make(database, *arguments)

    async def visit(ask: Users) -> None:
        right = {"user": "user:ann", "relation": "can_get_collection"}
        right["object"] = f"collection:default_tenant-default_database-{quicker}"
        store.tuples.append(right)
        answer = await get_or_create(ask, "")
        assert (answer.status_code, answer.json()["id"]) == (200, str(quicker))
        assert (await ask("ben", "POST", COLLECTIONS, {"name": "things", "get_or_create": True})).status_code == 401
        assert [one for one in store.tuples if one["object"].endswith(str(quicker))] == [right]

    monkeypatch.setattr(Database, "create_collection", make_later)
    serving(tmp_path, store, visit)


@pytest.mark.parametrize("is_renamed", [False, True])
def test_collections_of_the_documented_plug_in_have_rights_under_their_names(
    tmp_path: Path, store: Store, is_renamed: bool
) -> None:
    store.tuples = initial_tuples()

    async def visit(ask: Users) -> None:
        id_ = (await ask("ann", "POST", COLLECTIONS, {"name": "things"})).json()["id"]
        by_id = f"collection:default_tenant-default_database-{id_}"
        names = ("can_get_collection", "can_delete_collection")
        store.tuples = [one for one in store.tuples if one["object"] != by_id or one["relation"] not in names]
        name = "things"
        if is_renamed:
            assert (await rename(ask, id_)).status_code == 200
            name = "made"
        for path in (f"{COLLECTIONS}/{name}", f"{COLLECTIONS}/by-id/{id_}"):
            assert (await ask("ann", "GET", path)).status_code == 200
            assert (await ask("ben", "GET", path)).status_code == 401
        assert (await ask("ben", "DELETE", f"{COLLECTIONS}/{name}")).status_code == 401
        assert (await ask("ann", "DELETE", f"{COLLECTIONS}/{name}")).status_code == 200
        assert store.tuples == initial_tuples()

    serving(tmp_path, store, visit)


def test_a_change_that_is_refused_leaves_all_rights_as_they_were(tmp_path: Path, store: Store) -> None:
    store.tuples = initial_tuples()

    async def visit(ask: Users) -> None:
        id_ = (await ask("ann", "POST", COLLECTIONS, {"name": "things"})).json()["id"]
        assert (await create(ask, id_)).status_code == 200
        before = sorted(map(str, store.tuples))
        for change in (rename, fork, create):
            assert (await change(ask, id_)).status_code == 409
            assert sorted(map(str, store.tuples)) == before

    serving(tmp_path, store, visit)
