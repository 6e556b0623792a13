"""What a check of a whole database found."""

from __future__ import annotations

from msgspec import Struct


class CheckReport(Struct, frozen=True):
    """What ``client.check`` returns.

    collections, records, segments: how many were looked at. problems: a sentence for each thing that is wrong.
    """

    collections: int
    records: int
    segments: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        looked_at = f"{self.collections} collections, {self.records:,} records, {self.segments} segments"
        if self.ok:
            return f"{looked_at}: all is well"
        return "\n".join(
            [f"{looked_at}: {len(self.problems)} problems", *(f"  {problem}" for problem in self.problems)]
        )
