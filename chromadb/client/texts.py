"""Arguments that must be texts."""

from __future__ import annotations

from chromadb.model.errors import MistypedArgumentError


def required_text(argument: str, value: object) -> str:
    """Return the value when it is a str; raises MistypedArgumentError naming the argument otherwise."""
    if not isinstance(value, str):
        raise MistypedArgumentError(
            f"argument '{argument}': '{type(value).__name__}' object cannot be converted to 'PyString': "
            f"expected a str, got {value!r}"
        )
    return value
