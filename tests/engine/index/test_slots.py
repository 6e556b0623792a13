"""Slots: readers keep the moment they began with, while writers append and the dead are dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chromadb
from chromadb.engine.index.collection_index import Change, CollectionIndex
from chromadb.engine.index.selected import Selected
from chromadb.engine.index.vectors import VectorRows

_NONE = np.empty(0, dtype=np.int64)


def change(before: int, seq: int, numbers: Any, value: float, deleted: Any = _NONE) -> Change:
    """Return a change that gives the records vectors of one value."""
    numbers = np.asarray(numbers, dtype=np.int64)
    vectors = np.full((len(numbers), 2), value, dtype=np.float32)
    return Change(before, seq, 2, numbers, ((numbers, vectors),), np.asarray(deleted, dtype=np.int64))


def current(index: CollectionIndex) -> Any:
    """Return the index's present snapshot, which needs no transaction when nothing is behind."""

    class State:
        last_seq = index.seq
        dimension = 2
        generation = 0

    return index.snapshot(None, State())  # type: ignore[arg-type]


def values(snapshot: Any) -> dict[int, float]:
    """Return record number to the value of its vector."""
    rows = snapshot.table.vectors.take(snapshot.live_slots)[:, 0].tolist()
    return dict(zip(snapshot.live_numbers.tolist(), rows, strict=True))


def test_a_snapshot_outlives_the_table_it_was_taken_from() -> None:
    index = CollectionIndex(1, None)
    numbers = np.arange(100, 3100)
    index.apply(change(0, 1, numbers, 0.5), 0)
    old = current(index)
    expected = dict.fromkeys(numbers.tolist(), 0.5)
    tables = {id(old.table)}
    for seq in range(1, 9):
        index.apply(change(seq, seq + 1, numbers[seq:], float(seq), deleted=numbers[seq - 1 : seq]), 0)
        tables.add(id(current(index).table))
        assert values(old) == expected
        assert old.mask_of(numbers).sum() == 3000
    new = current(index)

    assert len(tables) > 1
    assert new.size < 3 * 3000
    assert values(new) == dict.fromkeys(numbers[8:].tolist(), 8.0)
    assert new.squared_norms[new.live_slots].tolist() == [128.0] * (3000 - 8)
    assert new.slots_of(numbers[:9]).tolist() == new.slots_of(numbers[8:9]).tolist()


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(1, 15), max_size=6, unique=True), st.lists(st.integers(1, 15), max_size=3, unique=True)
        ),
        max_size=12,
    )
)
def test_the_index_holds_what_the_changes_say(steps: list[tuple[list[int], list[int]]]) -> None:
    index, model = CollectionIndex(1, None), {}
    moments: list[tuple[Any, dict[int, float]]] = []
    for seq, (changed, doomed) in enumerate(steps):
        deleted = sorted(number for number in doomed if number in model and number not in changed)
        index.apply(change(seq, seq + 1, sorted(changed), float(seq), deleted), 0)
        model.update(dict.fromkeys(changed, float(seq)))
        for number in deleted:
            del model[number]
        if current(index).table.vectors is not None:
            moments.append((current(index), dict(model)))
    for snapshot, expected in moments:
        assert values(snapshot) == expected
        assert snapshot.live_numbers.tolist() == sorted(expected)
        assert snapshot.live_mask().sum() == len(expected)
        wanted = np.arange(0, 17)
        assert snapshot.numbers[snapshot.slots_of(wanted)].tolist() == sorted(expected)
        odd = np.array([number for number in sorted(expected) if number % 2], dtype=np.int64)
        assert snapshot.numbers[snapshot.ordered(Selected.of_mask(snapshot.mask_of(odd)))].tolist() == odd.tolist()


def test_a_change_that_does_not_follow_the_last_one_is_left_to_the_log() -> None:
    index = CollectionIndex(1, None)
    index.apply(change(0, 1, [1, 2], 1.0), 0)
    index.apply(change(5, 6, [3], 2.0), 0)

    assert index.seq == 1
    assert values(current(index)) == {1: 1.0, 2: 1.0}


@pytest.mark.parametrize("behind", [False, True])
def test_records_changed_over_and_over(tmp_path: Path, behind: bool) -> None:
    """Most slots die, the table is begun anew, and what is asked in between is right; also for who follows the log."""
    # Paths that are written differently are opened twice, each with an index of its own.
    writer, reader = chromadb.PersistentClient(tmp_path), chromadb.PersistentClient(f"{tmp_path}/")
    collection = writer.create_collection("records", embedding_function=None)
    ids = [str(number) for number in range(1500)]
    for round_ in range(8):
        collection.upsert(
            ids=ids, embeddings=[[round_, number] for number in range(1500)],
            metadatas=[{"n": number % 7, "round": round_} for number in range(1500)],
        )  # fmt: skip
        seen = reader.get_collection("records") if behind and round_ % 3 == 0 else collection
        assert seen.count() == 1500
        found = seen.query(query_embeddings=[[round_, 700]], n_results=3, where={"n": 0})
        assert found["ids"] == [["700", "693", "707"]] or found["ids"] == [["700", "707", "693"]]
        assert seen.get(where={"round": {"$lt": round_}})["ids"] == []
        assert seen.get(where={"$and": [{"n": 3}, {"round": round_}]}, limit=3)["ids"] == ["3", "10", "17"]
    reader.close()
    writer.close()


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.integers(0, 2**32))
def test_rows_lie_where_they_were_written(blocks: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, expected = VectorRows(3), np.empty((0, 3), dtype=np.float32)
    for count in blocks:
        block = rng.normal(size=(count, 3)).astype(np.float32)
        first = len(expected)
        rows.extend(count)
        order = rng.permutation(count)
        rows.write(first + order, block[order])
        expected = np.concatenate([expected, block])
    chosen = rng.integers(0, len(expected), size=50)
    assert np.array_equal(rows.take(chosen), expected[chosen])
    size = int(rng.integers(1, len(expected) + 1))
    parts = list(rows.chunks(0, size))
    assert np.array_equal(np.concatenate([part for _, part in parts]), expected[:size])
    assert [first for first, _ in parts] == [sum(len(part) for _, part in parts[:n]) for n in range(len(parts))]
