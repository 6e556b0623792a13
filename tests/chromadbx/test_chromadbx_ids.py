"""Id generators: what they make, and that what they make is a list."""

import copy
import hashlib
import json
import pickle
import re
import sys
import types
import uuid
from functools import partial

import orjson
import pytest

from chromadbx import (
    DocumentSHA256Generator,
    IDGenerator,
    NanoIDGenerator,
    RandomSHA256Generator,
    ULIDGenerator,
    UUIDGenerator,
)

SHAPES = {
    UUIDGenerator: r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    RandomSHA256Generator: r"[0-9a-f]{64}",
    ULIDGenerator: r"[0-9A-HJKMNP-TV-Z]{26}",
    NanoIDGenerator: r"[_\-0-9a-zA-Z]{21}",
}


@pytest.fixture(autouse=True)
def _optional_packages(request):
    if "needs_nothing" not in request.fixturenames:
        pytest.importorskip("ulid")
        pytest.importorskip("nanoid")


@pytest.fixture
def needs_nothing():
    """The test runs without the optional packages."""


@pytest.mark.parametrize(("generator", "shape"), SHAPES.items())
def test_ids_have_their_shape_and_differ(generator, shape):
    ids = generator(50)
    assert len(ids) == 50
    assert len(set(ids)) == 50
    assert all(re.fullmatch(shape, record_id) for record_id in ids)


@pytest.mark.parametrize("generator", SHAPES)
def test_generators_are_lists_that_hold_their_ids(generator):
    ids = generator(3)
    assert isinstance(ids, list)
    assert isinstance(ids, IDGenerator)
    assert repr(ids) == repr([ids[0], ids[1], ids[2]])
    assert json.loads(json.dumps(ids)) == ids
    assert orjson.loads(orjson.dumps(ids)) == ids
    assert ids[1:] == [ids[1], ids[2]]
    assert pickle.loads(pickle.dumps(ids)) == copy.copy(ids) == ids


@pytest.mark.parametrize("generator", SHAPES)
def test_no_ids_can_be_asked_for(generator):
    assert generator(0) == []


def test_a_negative_number_of_ids_is_refused(needs_nothing):
    with pytest.raises(ValueError, match="at least 0, got -1"):
        UUIDGenerator(-1)


def test_uuids_are_random_ones(needs_nothing):
    assert {uuid.UUID(record_id).version for record_id in IDGenerator(5)} == {4}
    assert {uuid.UUID(record_id).version for record_id in IDGenerator(5, generator=None)} == {4}


def test_document_hashes_follow_the_documents(needs_nothing):
    documents = ["plain", "žluťoučký", "plain"]
    ids = DocumentSHA256Generator(documents=documents)
    assert ids == [hashlib.sha256(document.encode("utf-8")).hexdigest() for document in documents]
    assert ids[0] == ids[2]


@pytest.mark.parametrize("documents", ["one text", ["text", None]])
def test_documents_must_be_a_list_of_text(needs_nothing, documents):
    with pytest.raises(TypeError, match="Expected document"):
        DocumentSHA256Generator(documents)


def numbers(start=0):
    while True:
        yield str(start)
        start += 1


def test_any_generator_can_make_the_ids(needs_nothing):
    assert IDGenerator(3, numbers) == ["0", "1", "2"]
    assert IDGenerator(ids_len=2, generator=partial(numbers, start=10)) == ["10", "11"]


def test_a_generator_that_runs_out_is_an_error(needs_nothing):
    with pytest.raises(RuntimeError, match="made only 2 of the 3 ids"):
        IDGenerator(3, lambda: iter(["a", "b"]))


def test_ulids_sort_by_time():
    times = [record_id[:10] for record_id in ULIDGenerator(20)]
    assert times == sorted(times)


def test_nano_ids_take_an_alphabet_and_a_size():
    ids = NanoIDGenerator(20, alphabet="abc", size=40)
    assert {len(record_id) for record_id in ids} == {40}
    assert set("".join(ids)) == set("abc")


@pytest.mark.parametrize(
    ("generator", "module", "command"),
    [(ULIDGenerator, "ulid", "pip install ulid-py"), (NanoIDGenerator, "nanoid", "pip install nanoid")],
)
def test_a_missing_package_is_named_when_the_first_id_is_made(needs_nothing, monkeypatch, generator, module, command):
    monkeypatch.setitem(sys.modules, module, None)
    assert generator(0) == []
    with pytest.raises(ValueError, match=command):
        generator(1)


def test_another_package_named_ulid_is_told_from_the_right_one(needs_nothing, monkeypatch):
    monkeypatch.setitem(sys.modules, "ulid", types.ModuleType("ulid"))
    with pytest.raises(ValueError, match="pip install ulid-py"):
        ULIDGenerator(1)
