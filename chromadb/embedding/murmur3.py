"""MurmurHash3, the 32-bit variant for x86, by Austin Appleby (public domain): a fast hash that is the same everywhere.

Not for security.
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """Return the hash of the bytes, 0 to 2^32 - 1. seed: 0 to 2^32 - 1."""
    hashed = seed
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        hashed ^= _scrambled(int.from_bytes(data[start : start + 4], "little"))
        hashed = ((hashed << 13) | (hashed >> 19)) & _MASK
        hashed = (hashed * 5 + 0xE6546B64) & _MASK
    if whole < len(data):
        hashed ^= _scrambled(int.from_bytes(data[whole:], "little"))
    hashed ^= len(data)
    hashed ^= hashed >> 16
    hashed = (hashed * 0x85EBCA6B) & _MASK
    hashed ^= hashed >> 13
    hashed = (hashed * 0xC2B2AE35) & _MASK
    return hashed ^ (hashed >> 16)


def _scrambled(block: int) -> int:
    block = (block * 0xCC9E2D51) & _MASK
    block = ((block << 15) | (block >> 17)) & _MASK
    return (block * 0x1B873593) & _MASK
