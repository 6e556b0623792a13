"""Authorisation by roles: each user has one, each role a list of actions."""

from __future__ import annotations

from typing import Any

import yaml

from chromadb.auth.providers import (
    AuthError,
    AuthzAction,
    AuthzResource,
    ProviderSystem,
    ServerAuthorizationProvider,
)
from chromadb.model.identity import UserIdentity


class SimpleRBACAuthorizationProvider(ServerAuthorizationProvider):
    """Reads ``roles_mapping`` and ``users`` of a YAML policy, which may be the file of the tokens too."""

    def __init__(self, system: ProviderSystem) -> None:
        super().__init__(system)
        try:
            policy = yaml.safe_load("\n".join(self.read_config_or_config_file()))
        except yaml.YAMLError:
            raise ValueError("the authz configuration is not YAML") from None
        if not isinstance(policy, dict):
            raise ValueError("the authz configuration holds no `roles_mapping` and `users`")
        roles = {name: _read_actions(name, role) for name, role in _section(policy, "roles_mapping", dict).items()}
        self._permitted: dict[str, frozenset[str]] = {}
        for user in _section(policy, "users", list):
            if not isinstance(user, dict) or not isinstance(user.get("id"), str) or "role" not in user:
                raise ValueError("users of the authz configuration: each needs an `id` and a `role`")
            if user["role"] not in roles:
                raise ValueError(f"user {user['id']} has the role {user['role']!r}, which roles_mapping does not hold")
            self._permitted[user["id"]] = roles[user["role"]]

    def authorize_or_raise(self, user: UserIdentity, action: AuthzAction, resource: AuthzResource) -> None:
        if action.value not in self._permitted.get(user.user_id, frozenset()):
            raise AuthError(f"the role of user {user.user_id!r} does not hold {action.value}")


def _section(policy: dict[Any, Any], name: str, kind: type[Any]) -> Any:
    found = policy.get(name)
    if not isinstance(found, kind):
        raise ValueError(f"{name} of the authz configuration: expected a {'list' if kind is list else 'mapping'}")
    return found


def _read_actions(name: Any, role: Any) -> frozenset[str]:
    actions = role.get("actions") if isinstance(role, dict) else None
    if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
        raise ValueError(f"role {name} of the authz configuration: expected a list `actions`")
    return frozenset(actions)
