"""Sets of small ints as the bits of one int."""

from __future__ import annotations

from collections.abc import Iterable


def bits(members: int) -> list[int]:
    """The positions of the bits, smallest first."""
    return [at for at, bit in enumerate(bin(members)[:1:-1]) if bit == "1"]


def mask(members: Iterable[int]) -> int:
    """The int with these bits; the members come in ascending order."""
    text = bytearray()
    for member in members:
        text.extend(b"0" * (member - len(text)) + b"1")
    return int(bytes(reversed(text)) or b"0", 2)


def periodic(period: int, tail: int, length: int) -> int:
    """Bits 0..length-1 of the pattern ``tail`` repeated."""
    if not tail or length <= 0:
        return 0
    found, have = tail, period
    while have < length:  # doubling
        found |= found << have
        have *= 2
    return found & ((1 << length) - 1)
