"""The condition that a set of sizes puts on a symbol, as a Python expression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .expr import shown_name
from .masks import bits, mask, periodic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .sets import SizeSet

MAX_SPACING = 64  # between irregular sizes that follow a rule
MAX_RUNS = 64  # of irregular sizes; more end in "..."


def condition(sizes: SizeSet, name: str) -> str:
    """``H % 16 == 0``; ``H >= 1`` for every size and ``no H`` for none."""
    name = shown_name(name)
    if not sizes:
        return f"no {name}"
    period, start = sizes.period, sizes.start
    pattern = periodic(period, sizes.tail, start)
    extra = bits(sizes.head & ~pattern)
    if not sizes.tail:
        return _among(name, extra)
    regular = set(sizes.residues)
    beginning = bits(sizes.head & pattern)
    least = beginning[0] if beginning else next(x for x in _count(start) if x % period in regular)
    skipped = any(x % period in regular for x in range(max(1, least - period), least))
    missing = bits((pattern & ~sizes.head) >> least << least)
    parts = [f"{name} >= {least}"] if skipped else []
    parts += [_residues(f"{name} % {period}", sizes.residues, period)] if period > 1 else []
    parts += [_not_among(name, missing)] if missing else []
    text = " and ".join(parts or [f"{name} >= 1"])
    return f"{text} or {_among(name, extra)}" if extra else text


def _count(start: int) -> Iterable[int]:
    while True:
        yield start
        start += 1


def _residues(remainder: str, residues: Sequence[int], period: int) -> str:
    if len(residues) == 1:
        return f"{remainder} == {residues[0]}"
    others = [r for r in range(period) if r not in residues]
    if len(others) == 1:
        return f"{remainder} != {others[0]}"
    if residues[-1] == len(residues) - 1:
        return f"{remainder} <= {residues[-1]}"
    if residues[0] == period - len(residues):
        return f"{remainder} >= {residues[0]}"
    if len(others) < len(residues):
        return f"{remainder} not in {_listed(others)}"
    return f"{remainder} in {_listed(residues)}"


def _listed(items: Sequence[int]) -> str:
    return "{" + ", ".join(map(str, items)) + "}"


def _runs(items: Sequence[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """``(first, last)`` of every three or more neighbours, and the items left over."""
    runs: list[list[int]] = []
    for item in items:
        if runs and item == runs[-1][-1] + 1:
            runs[-1].append(item)
        else:
            runs.append([item])
    return [(run[0], run[-1]) for run in runs if len(run) > 2], [item for run in runs if len(run) < 3 for item in run]


def _among(name: str, items: Sequence[int]) -> str:
    regular = _regular(name, items)
    if regular:
        return regular
    runs, single = _runs(items)
    parts = [f"{name} <= {last}" if first == 1 else f"{first} <= {name} <= {last}" for first, last in runs[:MAX_RUNS]]
    if single:
        parts.append(f"{name} == {single[0]}" if len(single) == 1 else f"{name} in {_listed(single[:MAX_RUNS])}")
    if len(runs) > MAX_RUNS or len(single) > MAX_RUNS:
        parts.append("...")
    return " or ".join(parts)


def _regular(name: str, items: Sequence[int]) -> str:
    """``H <= 40 and H % 2 == 0`` for many sizes between two bounds that follow a short rule; empty where there is none."""
    if len(items) < 5:
        return ""
    first, last = items[0], items[-1]
    members = mask(items)
    for period in range(2, min(MAX_SPACING, len(items))):
        tail = _folded(members, period)
        residues = tuple(bits(tail))
        if len(residues) * 4 > len(items) or len(residues) == period:
            continue
        if periodic(period, tail, last + 1) >> first << first == members:
            skipped = any(size % period in residues for size in range(max(1, first - period), first))
            bounds = f"{first} <= {name} <= {last}" if skipped else f"{name} <= {last}"
            return f"{bounds} and {_residues(f'{name} % {period}', residues, period)}"
    return ""


def _folded(members: int, period: int) -> int:
    """The remainders modulo ``period`` of the members of a set of bits, as bits."""
    length = period
    while length < members.bit_length():
        length *= 2
    while length > period:
        length //= 2
        members = members & ((1 << length) - 1) | members >> length
    return members


def _not_among(name: str, items: Sequence[int]) -> str:
    runs, single = _runs(items)
    parts = [f"not {first} <= {name} <= {last}" for first, last in runs[:MAX_RUNS]]
    if single:
        parts.append(f"{name} != {single[0]}" if len(single) == 1 else f"{name} not in {_listed(single[:MAX_RUNS])}")
    if len(runs) > MAX_RUNS or len(single) > MAX_RUNS:
        parts.append("...")
    return " and ".join(parts)
