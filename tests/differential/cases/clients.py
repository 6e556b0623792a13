"""Clients, tenants and databases."""

from __future__ import annotations

import gc
from functools import partial
from typing import Any

import chromadb
from chromadb.config import Settings

from .area import Area, Stage

AREA = Area("clients")


@AREA.case()
def what_a_client_says_of_itself(stage: Stage) -> object:
    client = stage.client
    return {
        "tenant": client.tenant,
        "database": client.database,
        "heartbeat": type(client.heartbeat()).__name__,
        "heartbeat in nanoseconds": client.heartbeat() > 1_500_000_000 * 10**9,
        "version": type(client.get_version()).__name__,
        "settings": type(client.get_settings()).__name__,
        "collections": client.count_collections(),
        "list": list(client.list_collections()),
        "type": type(client).__name__,
    }


@AREA.case()
def batch_size(stage: Stage) -> object:
    return stage.client.get_max_batch_size()


@AREA.case()
def batch_size_as_a_property(stage: Stage) -> object:
    return stage.client.max_batch_size


@AREA.case()
def user_identity(stage: Stage) -> object:
    identity = stage.client.get_user_identity()
    return [identity.user_id, identity.tenant, identity.databases]


@AREA.case()
def ephemeral_clients_share_one_store(stage: Stage) -> object:
    with chromadb.EphemeralClient() as first, chromadb.EphemeralClient() as second:
        first.create_collection("things", embedding_function=None).add(ids=["a"], embeddings=[[1.0]])
        return second.get_collection("things", embedding_function=None).get()["ids"]


@AREA.case()
def client_shares_the_ephemeral_store(stage: Stage) -> object:
    with chromadb.EphemeralClient() as first, chromadb.Client() as second:
        first.create_collection("things", embedding_function=None)
        return second.count_collections()


@AREA.case()
def ephemeral_data_ends_with_the_last_client(stage: Stage) -> object:
    with chromadb.EphemeralClient() as first:
        second = chromadb.EphemeralClient()
        first.create_collection("things", embedding_function=None)
    counts = [second.count_collections()]
    second.close()
    with chromadb.EphemeralClient() as third:
        return [*counts, third.count_collections()]


@AREA.case()
def closing_twice(stage: Stage) -> object:
    client = chromadb.EphemeralClient()
    client.close()
    return client.close()


@AREA.case()
def using_a_closed_client(stage: Stage) -> object:
    client = chromadb.EphemeralClient()
    client.close()
    return client.count_collections()


@AREA.case()
def using_a_collection_of_a_closed_client(stage: Stage) -> object:
    client = chromadb.EphemeralClient()
    collection = client.create_collection("things", embedding_function=None)
    client.close()
    return collection.count()


@AREA.case()
def cleared_cache_gives_an_empty_store(stage: Stage) -> object:
    stage.collection()
    chromadb.api.shared_system_client.SharedSystemClient.clear_system_cache()
    with chromadb.EphemeralClient() as other:
        return [other.count_collections(), stage.client.count_collections()]


@AREA.case(exact_message=True)
def reset_disabled(stage: Stage) -> object:
    return stage.client.reset()


@AREA.case()
def reset_allowed(stage: Stage) -> object:
    with chromadb.EphemeralClient(Settings(allow_reset=True)) as client:
        client.create_collection("things", embedding_function=None)
        answer = client.reset()
        client.create_collection("others", embedding_function=None).add(ids=["a"], embeddings=[[1.0]])
        return [
            answer,
            [collection.name for collection in client.list_collections()],
            client.tenant,
            client.database,
        ]


@AREA.case()
def collection_after_reset(stage: Stage) -> object:
    with chromadb.EphemeralClient(Settings(allow_reset=True)) as client:
        collection = client.create_collection("things", embedding_function=None)
        client.reset()
        return collection.count()


@AREA.case()
def reset_removes_tenants(stage: Stage) -> object:
    with chromadb.EphemeralClient(Settings(allow_reset=True)) as client:
        admin = chromadb.AdminClient(client.get_settings())
        admin.create_tenant("acme")
        client.reset()
        return admin.get_tenant("acme")


@AREA.case(exact_message=True)
def other_settings_for_the_same_store(stage: Stage) -> object:
    with chromadb.EphemeralClient():
        return chromadb.EphemeralClient(Settings(allow_reset=True)).tenant


@AREA.case(exact_message=True)
def unknown_tenant(stage: Stage) -> object:
    return chromadb.EphemeralClient(tenant="acme").tenant


@AREA.case(exact_message=True)
def unknown_database(stage: Stage) -> object:
    return chromadb.EphemeralClient(database="acme").database


@AREA.case(exact_message=True)
def short_database(stage: Stage) -> object:
    return chromadb.EphemeralClient(database="ab").database


@AREA.case(exact_message=True)
def set_unknown_tenant(stage: Stage) -> object:
    client = stage.client
    return [stage.attempt(lambda: client.set_tenant("acme")), client.tenant, client.database]


@AREA.case(exact_message=True)
def set_unknown_database(stage: Stage) -> object:
    client = stage.client
    return [stage.attempt(lambda: client.set_database("acme")), client.tenant, client.database]


def _admin(stage: Stage) -> Any:
    return chromadb.AdminClient(stage.client.get_settings())


@AREA.case()
def tenants_and_databases_are_apart(stage: Stage) -> object:
    admin, client = _admin(stage), stage.client
    admin.create_tenant("acme")
    admin.create_database("default_database", tenant="acme")
    admin.create_database("sales", tenant="acme")
    admin.create_database("sales")
    seen: dict[str, Any] = {}
    for tenant, database in (
        ("acme", "sales"),
        ("default_tenant", "sales"),
        ("default_tenant", "default_database"),
    ):
        client.set_tenant(tenant, database)
        before = client.count_collections()
        made = client.create_collection("things", embedding_function=None)
        seen[f"{tenant} {database}"] = [before, client.count_collections(), made.tenant, made.database]
    client.set_tenant("acme")
    seen["default database of acme"] = [client.database, client.count_collections()]
    return seen


@AREA.case()
def get_tenant(stage: Stage) -> object:
    admin = _admin(stage)
    admin.create_tenant("acme")
    return [dict(admin.get_tenant("acme")), dict(admin.get_tenant("default_tenant"))]


@AREA.case(exact_message=True)
def get_missing_tenant(stage: Stage) -> object:
    return _admin(stage).get_tenant("acme")


@AREA.case()
def create_existing_tenant(stage: Stage) -> object:
    return _admin(stage).create_tenant("default_tenant")


@AREA.case()
def get_database(stage: Stage) -> object:
    admin = _admin(stage)
    admin.create_database("sales")
    return [admin.get_database("sales"), admin.get_database("default_database")]


@AREA.case(exact_message=True)
def get_missing_database(stage: Stage) -> object:
    return _admin(stage).get_database("sales")


@AREA.case(exact_message=True)
def get_short_database(stage: Stage) -> object:
    return _admin(stage).get_database("ab")


@AREA.case()
def create_existing_database(stage: Stage) -> object:
    return _admin(stage).create_database("default_database")


@AREA.case()
def create_database_of_an_unknown_tenant(stage: Stage) -> object:
    return _admin(stage).create_database("sales", tenant="nobody")


for _name in ("a", "ab", "abc", "", "with space", "-dash-", "a..b", "1.2.3.4", "ünï", "a" * 600, "a/b"):
    AREA.add(
        f"create a tenant called {_name[:20]!r}",
        partial(lambda stage, name: _admin(stage).create_tenant(name), name=_name),
    )
    AREA.add(
        f"create a database called {_name[:20]!r}",
        partial(lambda stage, name: _admin(stage).create_database(name), name=_name),
    )


@AREA.case()
def list_databases(stage: Stage) -> object:
    admin = _admin(stage)
    for name in ("zoo", "Bar", "alpha", "beta"):
        admin.create_database(name)

    def names(**request: Any) -> list[str]:
        return [database["name"] for database in admin.list_databases(**request)]

    return {
        "all": names(),
        "two": names(limit=2),
        "two more": names(limit=2, offset=2),
        "none": names(limit=0),
        "offset": names(offset=3),
        "past the end": names(offset=30),
        "unknown tenant": names(tenant="nobody"),
        "keys": sorted(admin.list_databases()[0]),
    }


@AREA.case()
def list_databases_negative_limit(stage: Stage) -> object:
    return _admin(stage).list_databases(limit=-1)


@AREA.case(exact_message=True)
def delete_missing_database(stage: Stage) -> object:
    return _admin(stage).delete_database("sales")


@AREA.case()
def delete_database_removes_its_collections(stage: Stage) -> object:
    admin, client = _admin(stage), stage.client
    admin.create_database("sales")
    client.set_database("sales")
    collection = client.create_collection("things", embedding_function=None)
    collection.add(ids=["a"], embeddings=[[1.0]])
    admin.delete_database("sales")
    outcome = stage.attempt(collection.count)
    outcome.pop("message", None)
    admin.create_database("sales")
    return [outcome, client.count_collections()]


@AREA.case()
def collections_of_a_missing_database(stage: Stage) -> object:
    admin, client = _admin(stage), stage.client
    admin.create_database("sales")
    client.set_database("sales")
    admin.delete_database("sales")
    return [
        stage.attempt(client.count_collections),
        stage.attempt(lambda: [found.name for found in client.list_collections()]),
    ]


@AREA.case()
def create_collection_in_a_missing_database(stage: Stage) -> object:
    admin, client = _admin(stage), stage.client
    admin.create_database("sales")
    client.set_database("sales")
    admin.delete_database("sales")
    return client.create_collection("things", embedding_function=None).name


@AREA.case()
def persistent_clients_share_their_directory(stage: Stage) -> object:
    path = stage.directory / "store"
    with chromadb.PersistentClient(path) as first, chromadb.PersistentClient(str(path)) as second:
        first.create_collection("things", embedding_function=None).add(ids=["a"], embeddings=[[1.0]])
        return second.get_collection("things", embedding_function=None).get()["ids"]


@AREA.case()
def persistent_clients_with_other_settings(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path):
        return chromadb.PersistentClient(path, Settings(allow_reset=True)).tenant


@AREA.case()
def persistent_client_by_settings(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.Client(Settings(is_persistent=True, persist_directory=path)) as client:
        client.create_collection("things", embedding_function=None)
    with chromadb.PersistentClient(path) as client:
        return client.count_collections()


@AREA.case()
def persistent_client_makes_the_directories(stage: Stage) -> object:
    path = stage.directory / "some" / "where" / "store"
    with chromadb.PersistentClient(path) as client:
        client.count_collections()
    return sorted(item.name for item in path.iterdir() if item.name == "chroma.sqlite3")


@AREA.case()
def persistent_client_on_a_file(stage: Stage) -> object:
    path = stage.directory / "file"
    path.write_text("not a directory")
    try:
        return chromadb.PersistentClient(path).tenant
    finally:
        gc.collect()


@AREA.case()
def settings_of_a_persistent_client(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path) as client:
        settings = client.get_settings()
        return [settings.is_persistent, settings.persist_directory == path, settings.allow_reset]


@AREA.case()
def reset_of_a_persistent_client(stage: Stage) -> object:
    path = str(stage.directory / "store")
    with chromadb.PersistentClient(path, Settings(allow_reset=True)) as client:
        client.create_collection("things", embedding_function=None).add(ids=["a"], embeddings=[[1.0]])
        answer = client.reset()
        return [answer, client.count_collections()]


@AREA.case()
def settings_are_read_by_name(stage: Stage) -> object:
    settings = Settings(allow_reset=True, anonymized_telemetry=False)
    return [
        settings["allow_reset"],
        settings.require("persist_directory"),
        settings.is_persistent,
        settings.migrations,
        settings.migrations_hash_algorithm,
        stage.attempt(lambda: settings.require("chroma_server_host")),
        Settings(no_such_setting=1).allow_reset,
    ]


@AREA.case()
def settings_of_the_wrong_type(stage: Stage) -> object:
    return Settings(allow_reset="maybe").allow_reset
