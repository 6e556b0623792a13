"""Regular expressions over documents, in linear time.

The dialect is that of the Rust crate ``regex`` (finite automata, no backtracking, so no pattern can blow up), reached
through pydantic-core, which runs a whole list of texts through it in one call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chromadb.model.errors import InvalidArgumentError

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

_UNICODE_OFF = r"(?<!\\)(?:\\\\)*\(\?[a-zA-Z]*-[a-zA-Z]*u"
_CLASS = r"\\[wWdDsS]|\[|\."
_REASON = r"(?s)(regex parse error:.*|Compiled regex exceeds size limit.*)"


def check(pattern: str) -> None:
    """Raise InvalidArgumentError, with the place and the reason, for a pattern outside the dialect."""
    _compiled(pattern)


def found_in(pattern: str, documents: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return in which documents the pattern is found (anywhere, unless it is anchored)."""
    matches = _compiled(pattern).validate_python(documents)
    return np.fromiter((match is not None for match in matches), dtype=np.bool_, count=len(documents))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> SchemaValidator:
    if re.search(_UNICODE_OFF, pattern) and re.search(_CLASS, pattern):
        raise InvalidArgumentError(f"Byte pattern is not allowed: {pattern!r} turns Unicode off with (?-u)")
    # Most programs use no expressions, and should not wait 10 ms for what runs them.
    from pydantic_core import CoreConfig, SchemaError, SchemaValidator, core_schema

    one_text = core_schema.with_default_schema(
        core_schema.str_schema(pattern=pattern, strict=True), default=None, on_error="default"
    )
    try:
        return SchemaValidator(core_schema.list_schema(one_text), CoreConfig(regex_engine="rust-regex"))
    except SchemaError as error:
        reason = re.search(_REASON, str(error))
        raise InvalidArgumentError(f"Regex syntax errror: {reason[0] if reason else error}") from None
