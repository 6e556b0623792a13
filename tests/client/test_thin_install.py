"""The install for clients alone: what it holds, and that it needs nothing of the database."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from running_server import running

_ROOT = Path(__file__).parents[2]

_USES = """
import sys
from importlib.abc import MetaPathFinder

class NotInstalled(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("apsw", "faiss", "granian", "onnxruntime", "tokenizers", "typer"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
sys.path.insert(0, sys.argv[1])
import asyncio
import chromadb

assert chromadb.__file__.startswith(sys.argv[1]), chromadb.__file__
with chromadb.HttpClient(sys.argv[2]) as client:
    things = client.get_or_create_collection("things")
    things.add(ids=["a"], embeddings=[[1, 2]], documents=["x"])
    print(things.query(query_embeddings=[[1, 2]], n_results=1)["documents"])
    try:
        things.query(query_texts=["x"])
    except ValueError as error:
        print(error)

async def count():
    async with await chromadb.AsyncHttpClient(sys.argv[2]) as client:
        return await (await client.get_collection("things")).count()

print(asyncio.run(count()))
for make in (chromadb.EphemeralClient, chromadb.PersistentClient):
    try:
        make()
    except RuntimeError as error:
        print(error)
"""


@pytest.mark.slow
def test_it_reaches_servers_and_says_what_it_lacks(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*build, str(_ROOT / "packaging" / "chromadb-client")], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("chromadb_client-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        names = archive.namelist()
    assert wheel.stat().st_size < 2_000_000
    assert not any(name.startswith(("chromadb/engine/", "chromadb/server/", "chromadb/cli/")) for name in names)

    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with running(tmp_path / "server") as server:
        command = [sys.executable, "-c", _USES, str(tmp_path / "installed"), server.url]
        finished = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert finished.returncode == 0, finished.stderr
    answers = finished.stdout.splitlines()
    assert answers[0] == "[['x']]"
    assert answers[1].startswith("chromadb-client holds no model")
    assert answers[2] == "1"
    assert all("pip install chromadb" in answer for answer in answers[3:])
    assert len(answers) == 5
