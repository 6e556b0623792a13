"""Arguments that must be texts."""

from __future__ import annotations


def required_text(argument: str, value: object) -> str:
    """Return the value when it is a str; raises TypeError naming the argument otherwise."""
    if not isinstance(value, str):
        raise TypeError(
            f"argument '{argument}': '{type(value).__name__}' object cannot be converted to 'PyString': "
            f"expected a str, got {value!r}"
        )
    return value
