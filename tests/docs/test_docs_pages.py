"""What the documents show is what happens.

The Python blocks of a page run from top to bottom in one namespace and an empty directory, as a reader who
follows the page would run them. What a block prints must be the ``text`` block right after it, and a block
without one must print nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from chromadb.api.shared_system_client import SharedSystemClient

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [page for page in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))] if page.exists()]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A Python block of a page, the line its code starts at, and the output that the page shows for it."""

    code: str
    line: int
    output: str


def examples_of(page: str) -> list[Example]:
    """Return the Python blocks of a page's text in order."""
    fences = list(FENCE.finditer(page))
    examples = []
    for position, fence in enumerate(fences):
        if fence[1] != "python":
            continue
        output = ""
        if position + 1 < len(fences) and fences[position + 1][1] == "text":
            follower = fences[position + 1]
            if page[fence.end() : follower.start()].strip() == "":
                output = follower[2]
        examples.append(Example(fence[2], page.count("\n", 0, fence.start(2)), output))
    return examples


def run(example: Example, page: Path, namespace: dict[str, object]) -> str:
    """Run one block and return what it prints; a failure's traceback names the page and its line."""
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile("\n" * example.line + example.code, page, "exec"), namespace)
    return printed.getvalue()


def anchors_of(page: str) -> set[str]:
    """Return the anchors that a page's headings make."""
    headings = HEADING.findall(FENCE.sub("", page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty working directory and no client of another test in this process."""
    monkeypatch.chdir(tmp_path)
    SharedSystemClient.clear_system_cache()
    yield
    SharedSystemClient.clear_system_cache()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("empty_place")
def test_page_runs_and_prints_what_it_shows(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for example in examples_of(page.read_text(encoding="utf-8")):
        assert run(example, page, namespace) == example.output, f"{page.name}:{example.line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        there = page.parent / target
        assert there.exists(), target
        if anchor:
            assert anchor in anchors_of(there.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_index_lists_every_page() -> None:
    listed = {target for target, _ in LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= listed


def test_a_wrong_output_would_be_noticed() -> None:
    page = "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\nprint(2)\n```\n\nProse.\n"
    first, second = examples_of(page)
    assert run(first, Path("page.md"), {}) == first.output
    assert run(second, Path("page.md"), {}) != second.output
