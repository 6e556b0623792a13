"""Authorisation by an OpenFGA server: it is asked about every call, and told when collections come and go.

Relations and objects are those of the documented model (schema 1.1; types user, team, server, tenant, database,
collection). In the names of objects the characters that OpenFGA does not take, and ``-`` in all but the last part, are
percent-encoded: two different resources never share an object.

Rights on a collection are held by its id: they are written before it is made and deleted after it is gone, and as no id
is used twice, what is left of them when OpenFGA fails is harmless. The documented model asks by the name who may get or
delete a collection, so these rights are also written under the name, after it has it, and deleted before it loses it.
What is missing there makes no difference, for the id is asked about as well; what an accident has left there is deleted
before another collection takes the name. So no order of failures gives anybody rights on another's collection or takes
them from the owner, and a call that failed can be repeated. Collections of the documented plug-in have these two rights
under the name only, which is asked about as well; they get them under the id when they are renamed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from chromadb.auth.providers import (
    AuthError,
    AuthzAction,
    AuthzResource,
    ProviderSystem,
    ServerAuthorizationProvider,
)
from chromadb.model.errors import InternalError
from chromadb.model.identity import UserIdentity

_SECONDS = 5.0
_SERVER = "server:localhost"
_OF_RECORDS = ("add", "delete", "get", "query", "count", "update", "upsert")

_LOOKS = "can_get_collection"
_OF_NAMES = (_LOOKS, "can_delete_collection")
_READER = ("can_get_records", "can_query_records", "can_count_records", _LOOKS)
_WRITER = (
    "can_add_records", "can_delete_records", "can_update_records", "can_get_records", "can_upsert_records",
    "can_count_records", "can_query_records", "can_update_collection", *_OF_NAMES,
)  # fmt: skip
_MOST_IN_A_WRITE = 100
"""OpenFGA refuses more tuples at once."""

Tuple = dict[str, str]


class OpenFGAAuthorizationProvider(ServerAuthorizationProvider):
    """Asks the OpenFGA server at FGA_API_URL; when it does not answer, everything is refused.

    The store and the model are named by FGA_STORE_ID and FGA_MODEL_ID, or by the JSON file FGA_CONFIG_FILE that
    ``fga store create`` prints.
    """

    knows_names_and_ids = True

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        settings = system.settings
        if not settings.fga_api_url:
            raise ValueError("FGA_API_URL not set")
        if not settings.fga_api_url.startswith(("http://", "https://")):
            raise ValueError("FGA_API_URL: expected a URL that begins with http:// or https://")
        if settings.fga_store_id and settings.fga_model_id:
            store, self._model = settings.fga_store_id, settings.fga_model_id
        elif settings.fga_config_file:
            store, self._model = _read_ids(Path(settings.fga_config_file))
        else:
            raise ValueError("FGA_CONFIG_FILE or FGA_STORE_ID/FGA_MODEL_ID env vars not set")
        self._url = f"{settings.fga_api_url.rstrip('/')}/stores/{quote(store, safe='')}"

    def authorize_or_raise(self, user: UserIdentity, action: AuthzAction, resource: AuthzResource) -> None:
        key = {"user": _user(user), "relation": _relation(action), "object": _object(action, resource)}
        answer = self._post("check", {"tuple_key": key, "authorization_model_id": self._model})
        if answer.get("allowed") is not True:
            raise AuthError(f"OpenFGA does not allow {key['relation']}")

    def collection_coming(self, user: UserIdentity, resource: AuthzResource, collection_id: str) -> None:
        team = (user.attributes or {}).get("team")
        rights: list[tuple[str, Sequence[str]]] = [(_user(user), _WRITER)]
        if team is not None:
            group = f"team:{_escaped(str(team), '-')}"
            rights = [(f"{group}#owner", _WRITER), (f"{group}#writer", _WRITER), (f"{group}#reader", _READER)]
        object_ = _collection(resource, collection_id)
        # What another collection has left under the name must not remain.
        self._delete(self._tuples_of(_collection(resource, resource.collection)))
        self._write(
            {"user": subject, "relation": relation, "object": object_}
            for subject, relations in rights
            for relation in relations
        )

    def collection_named(self, resource: AuthzResource, collection_id: str) -> None:
        by_name = _collection(resource, resource.collection)
        rights = _rights_of_name(self._tuples_of(_collection(resource, collection_id)), by_name)
        self._delete(self._tuples_of(by_name))
        self._write(rights)

    def collection_leaving(self, resource: AuthzResource, collection_id: str, confirm: Callable[[], object]) -> None:
        named = self._tuples_of(_collection(resource, resource.collection))
        # From here on they are known to be of this collection.
        confirm()
        by_id = _collection(resource, collection_id)
        known = self._tuples_of(by_id)
        self._write(right for right in _rights_of_name(named, by_id) if right not in known)
        self._delete(named)

    def collection_gone(self, resource: AuthzResource, collection_id: str) -> None:
        self._delete(self._tuples_of(_collection(resource, collection_id)))

    def _tuples_of(self, object_: str) -> list[Tuple]:
        """Return every tuple that is stored about an object."""
        found: list[Tuple] = []
        continuation = ""
        while True:
            answer = self._post("read", {"tuple_key": {"object": object_}, "continuation_token": continuation})
            keys = [entry["key"] for entry in answer.get("tuples", [])]
            found += [{part: key[part] for part in ("user", "relation", "object")} for key in keys]
            continuation = answer.get("continuation_token") or ""
            if not continuation:
                return found

    def _write(self, tuples: Iterable[Tuple]) -> None:
        self._change("writes", list(tuples))

    def _delete(self, tuples: Iterable[Tuple]) -> None:
        self._change("deletes", list(tuples))

    def _change(self, kind: str, tuples: Sequence[Tuple]) -> None:
        for start in range(0, len(tuples), _MOST_IN_A_WRITE):
            part = tuples[start : start + _MOST_IN_A_WRITE]
            self._post("write", {"authorization_model_id": self._model, kind: {"tuple_keys": part}})

    def _post(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body).encode("utf-8")
        request = Request(f"{self._url}/{operation}", content, {"content-type": "application/json"}, method="POST")
        try:
            with urlopen(request, timeout=_SECONDS) as response:
                answer = json.load(response)
        except HTTPError as error:
            status = error.code
            error.close()
            raise InternalError(f"OpenFGA answered {status} to {operation}") from None
        except (URLError, OSError, ValueError) as error:
            raise InternalError(f"OpenFGA did not answer to {operation}: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise InternalError(f"OpenFGA answered {operation} with a {type(answer).__name__}")
        return answer


def _read_ids(file: Path) -> tuple[str, str]:
    try:
        content = json.loads(file.read_text("utf-8"))
        store, model = content["store"]["id"], content["model"]["authorization_model_id"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(f"FGA_CONFIG_FILE: {file} holds no store.id and model.authorization_model_id") from None
    return str(store), str(model)


def _escaped(name: str, also_safe: str = "") -> str:
    encoded = quote(name, safe=" _.~" + also_safe).replace(" ", "%20")
    return encoded if "-" in also_safe else encoded.replace("-", "%2D")


def _user(user: UserIdentity) -> str:
    return f"user:{_escaped(user.user_id, '-')}"


def _relation(action: AuthzAction) -> str:
    kind, _, name = action.value.partition(":")
    return f"can_{name}_records" if kind == "collection" and name in _OF_RECORDS else f"can_{name}"


def _collection(resource: AuthzResource, name: str | None) -> str:
    parts = (_escaped(resource.tenant or ""), _escaped(resource.database or ""), _escaped(name or "", "-"))
    return "collection:" + "-".join(parts)


def _rights_of_name(tuples: Iterable[Tuple], object_: str) -> list[Tuple]:
    """Return those of tuples about a collection that a call needs which names it, about another object."""
    return [{**one, "object": object_} for one in tuples if one["relation"] in _OF_NAMES]


def _object(action: AuthzAction, resource: AuthzResource) -> str:
    kind, _, name = action.value.partition(":")
    if kind in ("system", "tenant"):
        return _SERVER
    if kind == "collection":
        return _collection(resource, resource.collection)
    path = f"{_escaped(resource.tenant or '')}-{_escaped(resource.database or '', '-')}"
    return f"tenant:{path}" if name in ("create_database", "get_database", "delete_database") else f"database:{path}"
