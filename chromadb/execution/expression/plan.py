"""Import path of third-party code for `Search`."""

from chromadb.model.expression import GroupBy, Key, Limit, Rank, Search, Select, Where

__all__ = ["GroupBy", "Key", "Limit", "Rank", "Search", "Select", "Where"]
