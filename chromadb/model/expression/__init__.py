"""The Search API as values: what to match, how to score, how to group, which page, which columns.

``Search`` joins the parts; each part turns to and from the JSON that is sent. Building one checks the
types of what is combined; reading one (`from_dict`) checks everything. Nothing here runs a search.
"""

from chromadb.model.expression.grouping import Aggregate, GroupBy, MaxK, MinK
from chromadb.model.expression.key import K, Key
from chromadb.model.expression.nesting import MAX_NESTING
from chromadb.model.expression.rank import Abs, Div, Exp, Knn, Log, Max, Min, Mul, Rank, Sub, Sum, Val
from chromadb.model.expression.rrf import Rrf
from chromadb.model.expression.search import Search
from chromadb.model.expression.search_result import SearchResult, SearchResultRow
from chromadb.model.expression.selection import Limit, Select
from chromadb.model.expression.where import (
    And,
    Contains,
    Eq,
    Gt,
    Gte,
    In,
    Lt,
    Lte,
    Ne,
    Nin,
    NotContains,
    NotRegex,
    Or,
    Regex,
    Where,
)

SearchWhere = Where

__all__ = [
    "MAX_NESTING",
    "Abs",
    "Aggregate",
    "And",
    "Contains",
    "Div",
    "Eq",
    "Exp",
    "GroupBy",
    "Gt",
    "Gte",
    "In",
    "K",
    "Key",
    "Knn",
    "Limit",
    "Log",
    "Lt",
    "Lte",
    "Max",
    "MaxK",
    "Min",
    "MinK",
    "Mul",
    "Ne",
    "Nin",
    "NotContains",
    "NotRegex",
    "Or",
    "Rank",
    "Regex",
    "Rrf",
    "Search",
    "SearchResult",
    "SearchResultRow",
    "SearchWhere",
    "Select",
    "Sub",
    "Sum",
    "Val",
    "Where",
]
