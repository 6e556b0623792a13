"""Texts that every match of a regular expression contains, for looking it up in the trigram index.

Reads the common part of the syntax, which the engine of ``regex.py`` has found valid before, and gives up on the rest:
no requirement is always right, it just means that every document has to be looked at. The index leaves letter case
aside, so ``(?i)`` costs nothing but the letters that fold to ones outside ASCII.
"""

from __future__ import annotations

from chromadb.engine.store.text_query import EachOf, OneOf, Requirement

_WORD_BOUNDARIES = set("<>")
"""Punctuation that stands for a word boundary when it is escaped."""
_FLAGS = set("imsUR")
_FOLDED_WITH_OTHERS = set("kKsS")
"""ASCII letters that fold to each other and to the Kelvin sign or the long s, which have trigrams of their own."""
_DEEPEST = 10
"""Groups in groups beyond which to give up; FTS5 has a bound of its own."""


class _UnsureError(Exception):
    """The pattern holds something that is not understood here."""


def required(pattern: str) -> Requirement | None:
    """Return what each document with a match must contain, None where nothing is known.

    pattern: a valid regular expression; of an invalid one nothing that is returned means anything.
    """
    reader = _Reader(pattern)
    try:
        found = reader.alternation(folds=False, depth=0)
    except (_UnsureError, IndexError):
        return None
    return found if reader.position == len(pattern) else None


class _Reader:
    """Reads a pattern from left to right. position: how far it has come."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.position = 0

    def alternation(self, *, folds: bool, depth: int) -> Requirement | None:
        """Read branches up to the end or the closing parenthesis, which is not read."""
        if depth > _DEEPEST:
            raise _UnsureError
        branch, folds = self._branch(folds, depth)
        branches = [branch]
        while self._next() == "|":
            self.position += 1
            # Flags hold from where they are given to the end of the group, through later branches.
            branch, folds = self._branch(folds, depth)
            branches.append(branch)
        known = tuple(branch for branch in branches if branch is not None)
        if len(known) < len(branches):
            return None
        return known[0] if len(known) == 1 else OneOf(known)

    def _branch(self, folds: bool, depth: int) -> tuple[Requirement | None, bool]:
        """Read the parts of one branch; returns what they require, and whether letter case is folded from here on."""
        parts: list[Requirement] = []
        run = ""

        def end_run() -> None:
            nonlocal run
            if run:
                parts.append(run)
            run = ""

        while (character := self._next()) not in ("", "|", ")"):
            if character == "(":
                end_run()
                folds, inner = self._group(folds, depth)
                if not self._may_be_absent() and inner is not None:
                    parts.append(inner)
                continue
            literal = self._literal(character)
            if literal is None or (folds and (literal in _FOLDED_WITH_OTHERS or not literal.isascii())):
                end_run()
                self._may_be_absent()
                continue
            repeated = self._next() in ("*", "+", "?", "{")
            if not repeated:
                run += literal
            elif self._may_be_absent():
                end_run()
            else:
                run += literal
                end_run()
        end_run()
        if not parts:
            return None, folds
        return (parts[0] if len(parts) == 1 else EachOf(tuple(parts))), folds

    def _next(self) -> str:
        return self._pattern[self.position : self.position + 1]

    def _literal(self, character: str) -> str | None:
        """Read an atom that is no group; returns the character it stands for, None if it is not just one."""
        if character == "\\":
            return self._escape()
        if character == "[":
            self._skip_class()
            return None
        if character in "*+?{":
            raise _UnsureError
        self.position += 1
        return None if character in ".^$" else character

    def _may_be_absent(self) -> bool:
        """Read the quantifiers behind an atom; returns whether they allow that it is absent."""
        absent = False
        while (character := self._next()) in ("*", "+", "?", "{"):
            if character != "{":
                absent |= character != "+"
                self.position += 1
                continue
            start = self.position + 1
            self._skip_past("}")
            least = self._pattern[start : self.position - 1].partition(",")[0].strip()
            # Without a number before the comma, the least is zero.
            absent |= not (least.isascii() and least.isdigit() and int(least) > 0)
        return absent

    def _group(self, folds: bool, depth: int) -> tuple[bool, Requirement | None]:
        """Read a group, or flags alone; returns whether case is folded behind it, and what it requires."""
        self.position += 1
        inner = folds
        if self._next() == "?":
            self.position += 1
            if self._next() in ("P", "<"):
                self._skip_past(">")
            else:
                inner = self._flags(folds)
                if self._pattern[self.position] == ")":
                    self.position += 1
                    return inner, None
                self.position += 1
        required_inside = self.alternation(folds=inner, depth=depth + 1)
        if self._next() != ")":
            raise _UnsureError
        self.position += 1
        return folds, required_inside

    def _flags(self, folds: bool) -> bool:
        """Read flags up to the colon or parenthesis that ends them; returns whether letter case is folded."""
        on = True
        while (character := self._pattern[self.position]) not in ":)":
            if character == "-":
                on = False
            elif character not in _FLAGS:
                raise _UnsureError
            elif character == "i":
                folds = on
            self.position += 1
        return folds

    def _skip_past(self, closing: str) -> None:
        end = self._pattern.find(closing, self.position)
        if end < 0:
            raise _UnsureError
        self.position = end + 1

    def _escape(self) -> str | None:
        """Read an escape: punctuation stands for itself, letters and digits for classes or code points."""
        following = self._pattern[self.position + 1]
        self.position += 2
        if not following.isalnum() and following not in _WORD_BOUNDARIES:
            return following
        if self._next() == "{" and following in set("xuUpPbB"):
            self._skip_past("}")
        else:
            self.position += {"x": 2, "u": 4, "U": 8, "p": 1, "P": 1}.get(following, 0)
        return None

    def _skip_class(self) -> None:
        """Read a bracketed class; raises _UnsureError where its end is not plain to see."""
        depth = 0
        while True:
            character = self._pattern[self.position]
            if character == "\\":
                self.position += 1
            elif character == "[":
                if self._pattern.startswith(("[]", "[^]"), self.position):
                    # Here the closing bracket is the first member of the class.
                    raise _UnsureError
                depth += 1
            elif character == "]":
                depth -= 1
            self.position += 1
            if depth == 0:
                return
