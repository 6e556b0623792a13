"""Calls that are known and answered as a server without a cluster answers them."""

from __future__ import annotations

from chromadb.model.errors import InvalidArgumentError, NotFoundError
from chromadb.model.wire import ConditionalCommit, ConditionalGet
from chromadb.server.handlers.catalog import owned_collection
from chromadb.server.responses import HttpError, Response
from chromadb.server.route import Call

_NOT_SUPPORTED = "Tonic error: code: 'Operation is not implemented or not supported', message: "
_NO_TRANSACTIONS = "conditional transactions are disabled by frontend configuration"


def attach_function(call: Call) -> Response:
    """Refuse to attach a function."""
    owned_collection(call)
    message = f'{_NOT_SUPPORTED}" Attached Function operations not yet implemented in SqliteSysDb"'
    raise HttpError(501, "ChromaError", message)


def get_attached_function(call: Call) -> Response:
    """Answer that there is no such function."""
    owned_collection(call)
    raise NotFoundError("Attached function not found")


def detach_function(call: Call) -> Response:
    """Refuse to detach a function."""
    owned_collection(call)
    raise HttpError(501, "ChromaError", f'{_NOT_SUPPORTED}"Not implemented"')


def conditional_get(call: Call) -> Response:
    """Refuse a read whose records a conditional write may depend on."""
    body: ConditionalGet = call.body
    if body.ids is None and not body.limit:
        raise InvalidArgumentError("transactional filter reads require a positive limit")
    owned_collection(call)
    raise HttpError(501, "TransactionsNotSupported", _NO_TRANSACTIONS)


def conditional_commit(call: Call) -> Response:
    """Refuse writes that depend on an earlier read."""
    body: ConditionalCommit = call.body
    if body.read_ids and body.read_token is None:
        raise InvalidArgumentError("conditional commit with read_ids requires read_token")
    owned_collection(call)
    raise HttpError(501, "TransactionsNotSupported", _NO_TRANSACTIONS)
