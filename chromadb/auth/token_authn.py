"""Tokens: in which header of a request they travel."""

from __future__ import annotations

from enum import Enum


class TokenTransportHeader(str, Enum):
    """The header that carries a token."""

    AUTHORIZATION = "Authorization"
    X_CHROMA_TOKEN = "X-Chroma-Token"
