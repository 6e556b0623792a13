"""Every Python block of the user documentation that runs in one process does what the document says.

The blocks are read from a directory beside the checkout (see `blocks`); without it these tests are skipped.
Each block runs unmodified, in an empty working directory and an empty database; what it needs besides is
built by `scenes`, and what it must have done is checked by `outcomes`.
"""

import ast
import shutil

import pytest

from chromadb.api.shared_system_client import SharedSystemClient

from .blocks import PAGES, SOURCE, read_blocks, run_code
from .outcomes import check_outcome
from .scenes import set_scene

BLOCKS = read_blocks()
BATCHING, QUERY, QUERY_RESULT = 396, 403, 404
UNLOADING = 408
"""Reaches into what releases before 1.0 were made of; `client.unload_collection` does it here."""
TOLERANCE = 2e-3
"""Of distances: model weights of half precision and another batch change the printed ones by less."""

pytestmark = [
    pytest.mark.skipif(not BLOCKS, reason=f"the blocks are not beside this checkout ({SOURCE.name})"),
    # The document's embedding functions are written in an older style, which warns.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def blocks_of(category):
    chosen = [
        block
        for block in BLOCKS.values()
        if block.page in PAGES
        and block.category == category
        and block.number not in (BATCHING, QUERY_RESULT, UNLOADING)
    ]
    return [
        pytest.param(
            block,
            id=f"block-{block.number:04d}",
            marks=[pytest.mark.slow] if "1000 documents embedded" in block.needs else [],
        )
        for block in chosen
    ] or [pytest.param(None, id="no-blocks")]


@pytest.fixture(autouse=True)
def _empty_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    SharedSystemClient.clear_system_cache()
    yield
    SharedSystemClient.clear_system_cache()


def close_clients(namespace):
    for value in list(namespace.values()):
        if type(value).__name__ == "Client":
            value.close()


@pytest.mark.parametrize("block", blocks_of("offline"))
def test_block(block, monkeypatch):
    namespace = set_scene(block, BLOCKS, monkeypatch)
    value = run_code(block.code, f"<block {block.number}>", namespace)
    check_outcome(block, namespace, value)
    close_clients(namespace)


@pytest.mark.parametrize("block", blocks_of("raises"))
def test_block_raises_as_written(block, monkeypatch):
    namespace = set_scene(block, BLOCKS, monkeypatch)
    error, message = block.observed_error
    with pytest.raises(error) as caught:
        run_code(block.code, f"<block {block.number}>", namespace)
    assert type(caught.value) is error
    assert str(caught.value) == message
    close_clients(namespace)


def test_block_0404_is_the_result_of_block_0403():
    namespace = {}
    result = run_code(BLOCKS[QUERY].code, f"<block {QUERY}>", namespace)
    written = ast.literal_eval(BLOCKS[QUERY_RESULT].code)
    assert {name: result[name] for name in written if name != "distances"} == {
        name: value for name, value in written.items() if name != "distances"
    }
    assert result["distances"][0] == pytest.approx(written["distances"][0], abs=TOLERANCE)
    close_clients(namespace)


def run_batching(records, dimension, capsys):
    """Run the block that adds 100000 vectors of 1536 dimensions, with these two numbers in their place.

    Returns the batch sizes that the block prints.
    """
    code = BLOCKS[BATCHING].code
    assert code.count("100000") == code.count("1536") == 1
    namespace = {}
    code = code.replace("100000", str(records)).replace("1536", str(dimension))
    run_code(code, f"<block {BATCHING}>", namespace)
    sizes = [int(line.rsplit(" ", 1)[1]) for line in capsys.readouterr().out.splitlines()]
    assert namespace["collection"].count() == records
    close_clients(namespace)
    return sizes


def test_block_0396_scaled_down(capsys):
    assert run_batching(7000, 8, capsys) == [5461, 1539]


@pytest.mark.slow
def test_block_0396_in_full(capsys, tmp_path):
    sizes = run_batching(100000, 1536, capsys)
    assert sizes == [5461] * 18 + [1702]
    # pytest keeps the directories of the last runs, and this one holds most of a gigabyte.
    shutil.rmtree(tmp_path)
