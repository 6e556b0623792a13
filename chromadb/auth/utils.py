"""Tenant and database of a client, under the path that other packages import it from."""

from chromadb.model.identity import maybe_set_tenant_and_database

__all__ = ["maybe_set_tenant_and_database"]
