"""Texts that every match of a regular expression must contain, for looking it up in the trigram index.

Understands only the plainest part of the syntax and gives up on the rest: an empty answer is always right, it just
means that every document has to be looked at.
"""

from __future__ import annotations

_SPECIAL = set(r"\.+*?()|[]{}^$")
_MAKES_OPTIONAL = set("*?{")
_QUANTIFIERS = set("*?{+")
_WORD_BOUNDARIES = set("<>")
"""Punctuation that stands for a word boundary when it is escaped."""


def required_literals(pattern: str) -> list[str]:
    """Return literal runs outside groups, classes and alternations that each match must contain.

    Returns [] for a pattern with alternation, inline flags or anything else that could make a run optional or fold
    case.
    """
    if "(?" in pattern:
        return []
    runs: list[str] = []
    run = ""
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            run, position = _escape(pattern, position, run, runs)
        elif character in "[(":
            end = _closing(pattern, position)
            if end is None:
                return []
            runs.append(run)
            run, position = "", end + 1
        elif character == "|":
            return []
        elif character in _MAKES_OPTIONAL or (
            character == "+" and pattern[position + 1 : position + 2] in _QUANTIFIERS
        ):
            # One quantifier may follow another: b+* is (b+)*.
            runs.append(run[:-1])
            run = ""
            position = pattern.find("}", position) + 1 if character == "{" else position + 1
            if position == 0:
                return []
        elif character in _SPECIAL:
            runs.append(run)
            run = ""
            position += 1
        else:
            run += character
            position += 1
    runs.append(run)
    return [run for run in runs if run]


def _escape(pattern: str, position: int, run: str, runs: list[str]) -> tuple[str, int]:
    """Read an escape: punctuation stands for itself, letters and digits for classes or code points."""
    following = pattern[position + 1 : position + 2]
    if following and not following.isalnum() and following not in _WORD_BOUNDARIES:
        return run + following, position + 2
    runs.append(run)
    position += 2
    if pattern[position : position + 1] == "{" and following in set("xuUpPbB"):
        position = pattern.find("}", position) + 1 or len(pattern)
    elif following == "x":
        position += 2
    elif following == "u":
        position += 4
    elif following == "U":
        position += 8
    elif following in set("pP"):
        position += 1
    return "", position


def _closing(pattern: str, position: int) -> int | None:
    """Return where the group or class that opens here closes, None when that is not plain to see."""
    opening = pattern[position]
    closing = "]" if opening == "[" else ")"
    depth = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 1
        elif opening == "[" and pattern.startswith(("[]", "[^]"), position):
            # Here the closing bracket is the first member of the class.
            return None
        elif character == opening:
            depth += 1
        elif character == closing:
            depth -= 1
            if depth == 0:
                return position
        elif opening == "(" and character == "[":
            return None
        position += 1
    return None
