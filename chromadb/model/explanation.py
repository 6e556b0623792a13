"""How a query was answered, for people who ask why it took as long as it did."""

from __future__ import annotations

from msgspec import Struct

_WAYS = ("exact", "scan", "masked", "narrow", "graph", "lists")


class Stage(Struct, frozen=True):
    """One step of a query: what it did, how many rows it looked at, and for how long."""

    name: str
    rows: int
    milliseconds: float


class Explanation(Struct, frozen=True):
    """What ``collection.explain`` returns.

    matches: how many records the filters left. slots: how many versions of records the index holds. widened: how many
    queries had to look at more candidates to be sure. stages: in the order in which they ended:
    ``filter`` (filters to a mask), ``exact`` (vectors compared), ``scan`` and ``masked`` (codes of all and of selected
    rows), ``narrow`` (codes of selected rows that were taken out for a filter that is used again and again), ``graph``
    and ``lists`` (those of large segments), ``rescoring`` (vectors of candidates compared), ``records`` (documents and
    metadata read).
    """

    matches: int
    slots: int
    widened: int
    stages: tuple[Stage, ...]

    @property
    def plan(self) -> str:
        """The ways in which vectors were searched, such as ``scan + exact``."""
        ways = dict.fromkeys(stage.name for stage in self.stages if stage.rows)
        return " + ".join(way for way in ways if way in _WAYS) or "nothing"

    def __str__(self) -> str:
        lines = [f"plan: {self.plan}; {self.matches:,} records match, of {self.slots:,} slots"]
        lines += [f"  {stage.name:<10} {stage.rows:>10,} rows {stage.milliseconds:>9.3f} ms" for stage in self.stages]
        if self.widened:
            lines.append(f"  {self.widened} queries took more candidates to be sure of their neighbours")
        return "\n".join(lines)
