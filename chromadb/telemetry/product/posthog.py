"""The class that ``chroma_product_telemetry_impl`` names by default."""

from __future__ import annotations

from typing import Any


class Posthog:
    """Reports nothing to anybody; there for code that silences it."""

    def __init__(self, system: Any) -> None:
        self._system = system

    def capture(self, event: Any) -> None:
        """Do nothing."""
