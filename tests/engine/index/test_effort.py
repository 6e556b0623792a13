"""How much effort searches begin with, learnt from those before."""

from __future__ import annotations

from chromadb.engine.index.effort import Effort, Efforts

_FIRST = Effort().rung


def _tell(effort: Effort, doubts: list[float]) -> list[int]:
    """Return the rung after each of some searches, each on the rung where the effort then stood."""
    rungs = []
    for doubt in doubts:
        effort.note(effort.rung, doubt)
        rungs.append(effort.rung)
    return rungs


def test_easy_vectors_are_searched_with_less_after_a_while() -> None:
    rungs = _tell(Effort(), [0.0] * 40)
    assert rungs[:31] == [_FIRST] * 31
    assert rungs[-1] == _FIRST - 1 == 0


def test_rare_doubts_do_not_end_the_lowest_rung_and_many_do() -> None:
    effort = Effort()
    _tell(effort, [0.0] * 32)
    assert set(_tell(effort, ([0.0] * 49 + [1.0]) * 4)) == {0}
    assert _tell(effort, [1.0] * 3)[-1] == _FIRST


def test_what_was_tried_in_vain_is_tried_less_and_less_often() -> None:
    effort = Effort()
    searches_between = []
    for _ in range(4):
        searches = 0
        while effort.rung == _FIRST:
            effort.note(_FIRST, 0.0)
            searches += 1
        searches_between.append(searches)
        while effort.rung < _FIRST:
            effort.note(effort.rung, 1.0)
    assert searches_between == [32, 64, 128, 256]


def test_hard_vectors_are_searched_with_more_and_what_was_learnt_on_other_rungs_is_ignored() -> None:
    effort = Effort()
    effort.note(_FIRST + 1, 1.0)
    assert effort.rung == _FIRST
    assert _tell(effort, [1.0] * 6)[-1] > _FIRST


def test_searches_for_many_results_learn_by_themselves() -> None:
    efforts = Efforts()
    _tell(efforts.of(10), [0.0] * 40)
    assert efforts.of(9).rung == 0
    assert efforts.of(100).rung == _FIRST
