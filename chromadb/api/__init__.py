"""Import paths that other packages use; everything is defined in the rooms below."""

from chromadb.client.admin import AdminClient as AdminAPI
from chromadb.client.client import Client as ClientAPI
from chromadb.client.configuration import CreateCollectionConfiguration, UpdateCollectionConfiguration

__all__ = ["AdminAPI", "ClientAPI", "CreateCollectionConfiguration", "UpdateCollectionConfiguration"]
