"""Selected slots are the same in either form."""

from __future__ import annotations

import numpy as np
import pytest

from chromadb.engine.index.selected import Selected

_MASK = np.array([False, True, False, True, True, False])
_SLOTS = np.array([1, 3, 4])


@pytest.mark.parametrize("selected", [Selected.of_mask(_MASK), Selected.of_slots(_SLOTS, len(_MASK))])
def test_each_form_is_made_of_the_other(selected: Selected) -> None:
    assert selected.count == 3
    assert selected.mask.tolist() == _MASK.tolist()
    assert selected.slots.tolist() == _SLOTS.tolist()
    assert selected.among(np.array([0, 1, 4])).slots.tolist() == [1, 4]


@pytest.mark.parametrize("selected", [Selected.of_mask(_MASK[:1]), Selected.of_slots(_SLOTS[:0], 1)])
def test_nothing_may_be_selected(selected: Selected) -> None:
    assert selected.count == 0
    assert selected.mask.tolist() == [False]
    assert selected.slots.tolist() == []
