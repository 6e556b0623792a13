"""Tenants and databases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chromadb.errors import InvalidArgumentError, NotFoundError

from .backends import Backend


@pytest.fixture
def admin(backend: Backend) -> Any:
    return backend.admin()


def names(databases: Any) -> list[str]:
    return [database["name"] for database in databases]


def test_the_default_tenant_and_database_are_there(admin: Any) -> None:
    assert admin.get_tenant("default_tenant") == {"name": "default_tenant"}
    assert admin.get_database("default_database")["tenant"] == "default_tenant"
    assert names(admin.list_databases()) == ["default_database"]


def test_a_tenant_is_made_once(admin: Any, backend: Backend) -> None:
    admin.create_tenant("acme")

    assert admin.get_tenant("acme") == {"name": "acme"}
    with pytest.raises(backend.taken, match="acme"):
        admin.create_tenant("acme")
    assert names(admin.list_databases(tenant="acme")) == []


def test_a_database_has_an_id_a_name_and_a_tenant(admin: Any) -> None:
    admin.create_tenant("acme")
    admin.create_database("books", tenant="acme")
    made = admin.get_database("books", tenant="acme")

    assert set(made) == {"id", "name", "tenant"}
    assert (made["name"], made["tenant"]) == ("books", "acme")
    assert UUID(str(made["id"]))
    assert list(admin.list_databases(tenant="acme")) == [made]


def test_a_database_name_is_taken_within_its_tenant_only(admin: Any, backend: Backend) -> None:
    admin.create_tenant("acme")
    admin.create_database("books")
    admin.create_database("books", tenant="acme")

    with pytest.raises(backend.taken, match="books"):
        admin.create_database("books")
    assert names(admin.list_databases()) == ["books", "default_database"]
    assert names(admin.list_databases(tenant="acme")) == ["books"]


def test_databases_are_listed_in_pages(admin: Any) -> None:
    for name in ("one", "two", "three"):
        admin.create_database(name)
    whole = names(admin.list_databases())

    assert sorted(whole) == ["default_database", "one", "three", "two"]
    assert names(admin.list_databases(limit=2)) == whole[:2]
    assert names(admin.list_databases(limit=2, offset=1)) == whole[1:3]
    assert names(admin.list_databases(offset=3)) == whole[3:]
    assert names(admin.list_databases(limit=0)) == []
    assert names(admin.list_databases(offset=9)) == []


def test_what_is_unknown_is_not_found(admin: Any) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        admin.get_tenant("nobody")
    with pytest.raises(NotFoundError, match="nothing"):
        admin.get_database("nothing")
    with pytest.raises(NotFoundError, match="nothing"):
        admin.delete_database("nothing")


def test_names_have_at_least_three_characters(backend: Backend, admin: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="te"):
        admin.create_tenant("te")
    with pytest.raises(InvalidArgumentError, match=r"(3-512|at least 3) characters"):
        admin.create_database("db")
    assert names(admin.list_databases()) == ["default_database"]


def test_deleting_a_database_deletes_its_collections_and_no_others(backend: Backend, admin: Any) -> None:
    admin.create_database("books")
    books, default = backend.client(database="books"), backend.client()
    for client in (books, default):
        client.create_collection("same").add(ids=["a"], embeddings=[[1, 2]], metadatas=[{"l": [1, 2]}])
    doomed = books.get_collection("same")
    admin.delete_database("books")

    assert default.get_collection("same").get()["ids"] == ["a"]
    with pytest.raises(NotFoundError):
        doomed.get()
    with pytest.raises(NotFoundError):
        backend.client(database="books")
    admin.create_database("books")
    assert backend.client(database="books").count_collections() == 0


def test_collections_of_different_databases_share_names_but_nothing_else(backend: Backend, admin: Any) -> None:
    admin.create_tenant("acme")
    admin.create_database("books", tenant="acme")
    here, there = backend.client(), backend.client("acme", "books")
    mine = here.create_collection("same", metadata={"of": "default"})
    theirs = there.create_collection("same", metadata={"of": "acme"})
    mine.add(ids=["a"], embeddings=[[1, 2]])

    assert mine.id != theirs.id
    assert (theirs.tenant, theirs.database) == ("acme", "books")
    assert there.get_collection("same").metadata == {"of": "acme"}
    assert theirs.count() == 0
    assert here.get_collection("same").count() == 1
    with pytest.raises(NotFoundError):
        there.get_collection_by_id(mine.id)


def test_a_database_does_not_need_its_tenant_to_exist(admin: Any) -> None:
    admin.create_database("books", tenant="later")

    assert names(admin.list_databases(tenant="later")) == ["books"]
    with pytest.raises(NotFoundError):
        admin.get_tenant("later")


def test_a_client_of_an_unknown_tenant_or_database_is_refused(backend: Backend) -> None:
    with pytest.raises(NotFoundError, match=r"Tenant \[nobody\] not found"):
        backend.client(tenant="nobody")
    with pytest.raises(NotFoundError, match=r"Database \[nothing\] not found"):
        backend.client(database="nothing")
    with pytest.raises(InvalidArgumentError, match=r"(3-512|at least 3) characters"):
        backend.client(database="db")


def test_a_client_moves_to_another_database_only_if_it_exists(backend: Backend, admin: Any) -> None:
    admin.create_tenant("acme")
    admin.create_database("books", tenant="acme")
    admin.create_database("films")
    client = backend.client()
    client.create_collection("first")

    client.set_database("films")
    assert (client.tenant, client.database) == ("default_tenant", "films")
    assert client.count_collections() == 0
    client.set_tenant("acme", "books")
    assert (client.tenant, client.database) == ("acme", "books")
    for refused in (
        lambda: client.set_tenant("nobody"),
        lambda: client.set_tenant("acme"),
        lambda: client.set_database("nothing"),
    ):
        with pytest.raises(NotFoundError):
            refused()
        assert (client.tenant, client.database) == ("acme", "books")
    client.set_tenant("default_tenant")
    assert [collection.name for collection in client.list_collections()] == ["first"]
