"""What all tests share: how long property tests look, and that no test finds what another left open."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from chromadb.api.shared_system_client import SharedSystemClient

# HYPOTHESIS_PROFILE=thorough looks for minutes instead of seconds.
_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=60, stateful_step_count=30, **_COMMON)
settings.register_profile("thorough", max_examples=3000, stateful_step_count=60, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def no_open_databases() -> Iterator[None]:
    """Begin and end without any open database in this process."""
    SharedSystemClient.clear_system_cache()
    yield
    SharedSystemClient.clear_system_cache()
