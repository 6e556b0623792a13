"""Who may do what. An embedded database has one caller, who may do everything."""

from chromadb.model.identity import UserIdentity

__all__ = ["UserIdentity"]
