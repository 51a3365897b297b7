"""Sizes that a result must not fall below, whatever an operator's formula gives."""

from typing import Any

from ..dims import Dim, Truth, at_least
from ..dims.facts import Facts

_MAPS = ("conv", "pool", "upsampl", "interpolate")


def positive(facts: Facts, name: str, result: Any) -> None:
    """Go on with the sizes for which every axis of a result has elements (layers that make maps) or exists at all (every other)."""
    if isinstance(result, tuple):
        map_of_windows = any(part in name.lower() for part in _MAPS) and "adaptive" not in name.lower()  # whose output size may well be 0
        least = 1 if map_of_windows else 0
        for size in result:
            if isinstance(size, int):
                if size < least:
                    facts.excluded(facts.region)
            elif not size.unread:
                _require(facts, size, least)
            elif least:
                facts.doubt()
    elif isinstance(result, list):
        for part in result:
            positive(facts, name, part)


def _require(facts: Facts, size: Dim, least: int) -> None:
    answer = at_least(size, least)
    if answer is not Truth.ALWAYS and facts.require(answer, ">=", size, least) is Truth.NEVER:
        facts.excluded(facts.region)
