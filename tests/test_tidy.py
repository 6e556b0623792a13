"""The house is in order: documented, declared, small files, nothing left to do, nothing private."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import chromadb

ROOT = Path(__file__).parent.parent
_PACKAGES = ("chromadb", "chromadbx")
SOURCES = sorted(path for package in _PACKAGES for path in (ROOT / package).rglob("*.py"))
_TEXT_SUFFIXES = {".py", ".md", ".toml", ".sql", ".json", ".yml", ".yaml", ".sh", ".cfg", ".txt", ""}

Documentable = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def every_file() -> list[Path]:
    """Return the text files under version control, or all of them where this is no checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [path for folder in (*_PACKAGES, "tests", "docs", "examples") for path in (ROOT / folder).rglob("*")]
    return [path for path in paths if path.is_file() and path.suffix in _TEXT_SUFFIXES]


# Documentation


def bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).split("[")[0].rsplit(".")[-1] for base in node.bases}


def documented_methods() -> dict[str, set[str]]:
    """Return class name to the names of its documented methods, over all sources."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(
                    member.name
                    for member in node.body
                    if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(member)
                )
    return found


def parents() -> dict[str, set[str]]:
    """Return class name to the names of its direct bases, over all sources."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(bases(node))
    return found


def inherits_documentation(class_name: str, method: str, above: dict[str, set[str]], said: dict[str, set[str]]) -> bool:
    return any(
        method in said.get(base, set()) or inherits_documentation(base, method, above, said)
        for base in above.get(class_name, set())
    )


def public(
    node: Documentable, scope: str, owner: ast.ClassDef | None
) -> Iterator[tuple[str, ast.AST, ast.ClassDef | None]]:
    """Yield what is public in a module or class, with the class it belongs to."""
    for member in node.body:
        if not isinstance(member, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or member.name.startswith("_"):
            continue
        name = f"{scope}.{member.name}"
        overloaded = any(
            ast.unparse(decorator) in ("overload", "typing.overload") or ast.unparse(decorator).endswith(".setter")
            for decorator in member.decorator_list
        )
        if not overloaded:
            yield name, member, owner
        if isinstance(member, ast.ClassDef):
            yield from public(member, name, member)


def test_everything_public_is_documented() -> None:
    above, said = parents(), documented_methods()
    missing = []
    for path in SOURCES:
        module = parsed(path)
        if module.body and not ast.get_docstring(module):
            missing.append(relative(path))
        for name, node, owner in public(module, relative(path), None):
            assert isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            if ast.get_docstring(node):
                continue
            if owner is not None and "Protocol" in bases(owner) and relative(path) == "chromadb/client/api.py":
                continue
            if owner is not None and inherits_documentation(owner.name, node.name, above, said):
                continue
            missing.append(name)
    assert missing == []


# Size and leftovers


_LONGER = {"tests/client/test_client_configuration.py": 519}
"""Files that were longer when the ceiling was set, and may only shrink."""


def test_no_file_is_too_long() -> None:
    lengths = {
        relative(path): len(path.read_text("utf-8").splitlines()) for path in every_file() if path.suffix == ".py"
    }
    assert {name: length for name, length in lengths.items() if length > _LONGER.get(name, 500)} == {}


def test_nothing_is_left_to_do() -> None:
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK")))
    found = [
        relative(path)
        for path in every_file()
        if path.suffix in {".py", ".md", ".sql"} and marks.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_path_of_one_machine_is_named() -> None:
    paths = re.compile(r"""(?<![\w.$}~-])/(work|root|home/\w+|Users/\w+)(/|\b(?=["'\s]))""")
    found = []
    for path in every_file():
        if relative(path) == "tests/test_tidy.py" or path.stat().st_size > 2_000_000:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if paths.search(line):
                found.append(f"{relative(path)}:{number}: {line.strip()[:100]}")
    assert found == []


# Imports and dependencies


def top_level_imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the top-level package of each absolute import below a node, with the statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node


_INSIDE_FUNCTIONS = {
    # Heavy or optional packages, loaded by the few calls that need them.
    "onnxruntime", "tokenizers", "jsonschema", "pandas", "nanoid", "ulid", "faiss", "dotenv",
    "snowballstemmer", "bcrypt", "opentelemetry", "httpx", "filelock", "pydantic_core", "hashlib",
}  # fmt: skip
_ROOMS_INSIDE_FUNCTIONS = (
    # What most programs never use, so that they do not wait for it when they start.
    "chromadb.auth", "chromadb.client.admin", "chromadb.client.async_client", "chromadb.client.attaching",
    "chromadb.client.collection_model", "chromadb.client.remote", "chromadb.client.schema", "chromadb.client.searches",
    "chromadb.client.settings", "chromadb.client.span_names", "chromadb.embedding.minilm", "chromadb.embedding.remote",
    "chromadb.engine", "chromadb.model.configuration_requests", "chromadb.model.expression",
    "chromadb.model.schema_reconciliation", "chromadb.model.schema_rules", "chromadb.telemetry",
)  # fmt: skip


def is_from_lazy_room(statement: ast.AST) -> bool:
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(_ROOMS_INSIDE_FUNCTIONS)


def test_imports_inside_functions_are_of_heavy_or_optional_packages() -> None:
    found = []
    for path in SOURCES:
        for function in ast.walk(parsed(path)):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found += [
                    f"{relative(path)}:{function.name}: {package}"
                    for package, statement in top_level_imports(function)
                    if package not in _INSIDE_FUNCTIONS and not is_from_lazy_room(statement)
                ]
    assert sorted(set(found)) == []


_DISTRIBUTIONS = {"ulid": "ulid-py", "faiss": "faiss-cpu", "dotenv": "python-dotenv", "yaml": "pyyaml",
                  "opentelemetry": "opentelemetry-sdk"}  # fmt: skip
"""Packages whose distribution has another name."""


def project() -> str:
    return (ROOT / "pyproject.toml").read_text("utf-8")


def requirements(block: str) -> set[str]:
    """Return the normalised names of the requirements in a TOML array of strings."""
    return {
        re.split(r"[\[<>=!~ ;]", requirement)[0].lower().replace("_", "-")
        for requirement in re.findall(r'"([^"]+)"', block)
    } - {"chromadb"}


def declared() -> tuple[set[str], set[str]]:
    """Return the packages that are always installed, and those of extras (`test` for pandas)."""
    text = project()
    always = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    extras = re.findall(r"^(?:auth|ids|telemetry|test) = \[(.*?\])$", text, re.DOTALL | re.MULTILINE)
    assert always is not None
    return requirements(always[1].replace("[", "(")), set().union(*(requirements(extra) for extra in extras))


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    imported: set[str] = set()
    for path in SOURCES:
        for package, _ in top_level_imports(parsed(path)):
            if package not in sys.stdlib_module_names and package not in _PACKAGES:
                imported.add(_DISTRIBUTIONS.get(package, package.lower().replace("_", "-")))
    always, optional = declared()
    # The regex engine is reached through pydantic-core, which pydantic pins to one version.
    assert imported - always - optional == {"pydantic-core"}
    assert always - imported == set()


# Versions


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == chromadb.__version__


def test_the_project_has_the_version_of_the_package() -> None:
    version = re.search(r'^version = "(.+)"$', project(), re.MULTILINE)
    assert version is not None
    assert version[1] == chromadb.__version__
