"""Sets of sizes against Python's sets on 1..2000: algebra, neighbours, wording, limits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapelint.dims import SizeSet

ALL = range(1, 2001)
MODEST = settings(derandomize=True, max_examples=150, deadline=None, database=None)


@st.composite
def pairs(draw: st.DrawFn) -> "tuple[SizeSet, set[int]]":
    """A set as the engine holds it, and its members up to 2000."""
    kind = draw(st.integers(0, 6))
    if kind == 0:
        least = draw(st.integers(-3, 300))
        return SizeSet.ge(least), {x for x in ALL if x >= least}
    if kind == 1:
        least, length = draw(st.integers(-3, 300)), draw(st.integers(-2, 200))
        return SizeSet.interval(least, least + length), {x for x in ALL if least <= x <= least + length}
    if kind == 2:
        of = draw(st.integers(1, 24))
        return SizeSet.multiples(of), {x for x in ALL if x % of == 0}
    if kind == 3:
        items = draw(st.sets(st.integers(-2, 90), max_size=8))
        return SizeSet.sizes(items), {x for x in items if x >= 1}
    start, period = draw(st.integers(1, 40)), draw(st.integers(1, 24))
    head, tail = draw(st.integers(0, 2**start - 1)) & ~1, draw(st.integers(0, 2**period - 1))
    members = {x for x in ALL if (head >> x if x < start else tail >> x % period) & 1}
    return SizeSet(start, head, period, tail), members


def members(sizes: SizeSet) -> set[int]:
    return {x for x in ALL if x in sizes}


@MODEST
@given(pairs(), pairs())
def test_operations_are_those_of_sets(left: "tuple[SizeSet, set[int]]", right: "tuple[SizeSet, set[int]]") -> None:
    (a, in_a), (b, in_b) = left, right
    assert members(a) == in_a
    assert members(a & b) == in_a & in_b
    assert members(a | b) == in_a | in_b
    assert members(a - b) == in_a - in_b
    assert members(~a) == set(ALL) - in_a
    assert a.subset(b) == (in_a <= in_b)
    assert (a == b) == (in_a == in_b)
    assert bool(a) == bool(in_a)


@MODEST
@given(pairs(), st.integers(-2, 400))
def test_neighbours_by_brute_force(pair: "tuple[SizeSet, set[int]]", size: int) -> None:
    sizes, within = pair
    assert sizes.min() == min(within, default=None)
    assert sizes.next(size) == min((x for x in within if x >= size), default=None)
    assert sizes.prev(size) == max((x for x in within if x <= size), default=None)
    assert sizes.up_to(size, 2000) == sorted(x for x in within if x <= size)
    assert sizes.up_to(2000, len(within)) == sorted(within) and (not within or sizes.up_to(2000, len(within) - 1) is None)
    assert sizes.finite == (max(within, default=0) < 1900)


@MODEST
@given(pairs())
def test_one_form_for_one_set(pair: "tuple[SizeSet, set[int]]") -> None:
    sizes, within = pair
    for same in (~~sizes, sizes | sizes, sizes & SizeSet.all(), sizes | SizeSet.empty(), SizeSet(sizes.start, sizes.head, sizes.period, sizes.tail)):
        assert same == sizes and hash(same) == hash(sizes)
        assert (same.period, same.residues, same.exceptions) == (sizes.period, sizes.residues, sizes.exceptions)
    by_law = {x for x in ALL if x >= (sizes.min() or 1) and x % sizes.period in sizes.residues}
    assert by_law ^ set(sizes.exceptions) == within


@MODEST
@given(pairs())
def test_the_description_is_the_condition(pair: "tuple[SizeSet, set[int]]") -> None:
    sizes, within = pair
    text = sizes.describe("H")
    if not within:
        assert text == "no H"
        return
    assert "..." not in text
    condition = eval(f"lambda H: {text}")
    assert {x for x in ALL if condition(x)} == within, text


@pytest.mark.parametrize(("sizes", "text"), [
    (SizeSet.all(), "H >= 1"), (SizeSet.empty(), "no H"), (SizeSet.ge(75), "H >= 75"), (SizeSet.interval(32, 35), "32 <= H <= 35"),
    (SizeSet.interval(1, 4), "H <= 4"), (SizeSet.multiples(16), "H % 16 == 0"),
    (SizeSet.multiples(16) & SizeSet.ge(20), "H >= 32 and H % 16 == 0"),
    (SizeSet(1, 0, 8, 0b1111), "H % 8 <= 3"), (SizeSet(1, 0, 8, 0b11110000), "H % 8 >= 4"),
    (SizeSet(1, 0, 32, 0xE0000001), "H % 32 in {0, 29, 30, 31}"),
    (SizeSet(1, 0, 8, 0b11111011), "H % 8 != 2"), (SizeSet.sizes([5]), "H == 5"),
    (SizeSet.sizes([5, 9]), "H in {5, 9}"), (~SizeSet.sizes([5]), "H != 5"),
    (SizeSet.multiples(4) | SizeSet.sizes([1]), "H % 4 == 0 or H == 1"), (SizeSet.multiples(4) - SizeSet.sizes([8]), "H % 4 == 0 and H != 8"),
])
def test_descriptions_read_well(sizes: SizeSet, text: str) -> None:
    assert sizes.describe("H") == text


def test_beyond_the_limit_a_set_says_that_it_is_wider() -> None:
    left, right = SizeSet.multiples(65521) & SizeSet.ge(10), SizeSet.multiples(65519)
    for wide in (left & right, left | right, left - right):
        assert not wide.complete
    assert not (left & right).subset(SizeSet.multiples(65521))
    assert 65521 * 65519 in left & right and 65521 in left | right and 65521 in left - right
    assert not SizeSet.ge(1 << 30).complete and not SizeSet.multiples(1 << 30).complete
    assert SizeSet.multiples(65521).complete and SizeSet.multiples(65521).min() == 65521


def test_large_sets_are_described_in_time() -> None:
    """Attention over relative positions leaves tens of thousands of irregular sizes: their description costs no more than a pass over them."""
    import time

    ragged = SizeSet.sizes(size for size in range(1, 100_000) if size % 7 in (1, 3) or size % 1000 == 5)
    start = time.process_time()
    text = ragged.describe("H")
    assert time.process_time() - start < 2 and text.endswith("...")
    even = SizeSet.sizes(range(2, 100_000, 2))
    assert even.describe("H") == "H <= 99998 and H % 2 == 0"
