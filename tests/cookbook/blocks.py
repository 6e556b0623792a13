"""Reading the blocks. They are no part of this repository: they lie in a directory beside the checkout."""

from __future__ import annotations

import ast
import builtins
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromadb.errors

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "spec" / "cookbook-python-blocks.json"

PAGES = (
    "Collections",
    "Chroma Clients",
    "Filters",
    "Document IDs",
    "Concepts",
    "Batching",
    "Keyword Search",
    "Multi-Category/Tag Filters",
    "Time-based Queries",
    "Naive Multi-tenancy Strategies",
    "Creating your own embedding function",
    "Frequently Asked Questions and Commonly Encountered Issues",
    "Configuration",
    "Write-ahead Log (WAL) Pruning",
    "Memory Management",
    "Implementing OpenFGA Authorization Model In Chroma",
)
"""The pages whose blocks run in one process without a server."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its number in the document, its code, what it needs, and what Chroma 1.5.9 did with it."""

    number: int
    page: str
    category: str
    needs: tuple[str, ...]
    code: str
    observed: str

    @property
    def observed_ids(self) -> list[str] | None:
        """The ids that `results` held, when the observation names them."""
        match = re.fullmatch(r"ok, ids (.*)", self.observed)
        return match and match[1].split(", ")

    @property
    def observed_error(self) -> tuple[type[BaseException], str]:
        """The class and the message of the error that the block raised as written."""
        name, message = self.observed.split(" ; ")[0].split(" ", 1)
        name = name.removeprefix("chromadb.errors.")
        return getattr(builtins, name, None) or getattr(chromadb.errors, name), message

    def literals(self, keyword: str) -> list[Any]:
        """Return the literal values that calls in the block pass by this keyword."""
        return [
            ast.literal_eval(argument.value)
            for call in ast.walk(ast.parse(self.code))
            if isinstance(call, ast.Call)
            for argument in call.keywords
            if argument.arg == keyword and _is_literal(argument.value)
        ]


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def read_blocks() -> dict[int, Block]:
    """Return all blocks by number; none when the directory beside the checkout is not there."""
    if not SOURCE.exists():
        return {}
    return {
        entry["n"]: Block(
            number=entry["n"],
            page=entry["heading"].split(" > ")[0],
            category=entry["category"],
            needs=tuple(entry["needs"]),
            code=entry["code"],
            observed=entry["observed_chromadb_1_5_9"],
        )
        for entry in json.loads(SOURCE.read_text(encoding="utf-8"))
    }


def run_code(code: str, name: str, namespace: dict[str, Any]) -> Any:
    """Execute the code in the namespace; return the value of its last statement, None if that has none."""
    tree = ast.parse(code, filename=name)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace)
