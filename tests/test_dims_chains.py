"""Thousands of random chains of size operations against plain integers: values, laws, texts, solution sets, verdicts, joins of branches.

A chain is interpreted twice: on sizes and, column by column, on the integers 1..600 (one symbol) or on a grid (several).
"""

import itertools
import math
import random
from collections.abc import Callable

import pytest

from shapelint.dims import (
    Dim,
    Expr,
    SizeSet,
    Truth,
    affine_floor,
    at_least,
    bounds,
    ceildiv,
    divides,
    dmax,
    dmin,
    equal,
    evaluate,
    floordiv,
    prod,
    solve_eq0,
    solve_ge0,
    substitute,
    sym,
)
from shapelint.dims.profile import law, window
from shapelint.dims.rejoin import rejoin
from shapelint.dims.shortest import nice
from shapelint.dims.values import row as row_of
from shapelint.formulas import scaled
from shapelint.spec import parse_spec

H, N, W = sym("H"), sym("N"), sym("W")
SIZES = range(1, 601)
Column = list[int]


def calculated(text: str, **columns: Column) -> list[float]:
    """A printed size, read by Python at each row. ``/`` is exact, so its floats are whole."""
    written: Callable[..., float] = eval(f"lambda H=0, N=0, W=0: {text}", {"max": max, "min": min, "floor": math.floor})
    return [written(**dict(zip(columns, point, strict=True))) for point in zip(*columns.values(), strict=True)]


def reread(text: str) -> Dim:
    """A printed size, read by the notation for shapes; that has no negative numbers, so the size goes there and back."""
    far = 1 << 40
    (spec,) = parse_spec(f"{text}+{far}".replace(" ", ""))
    return spec.shape[0] - far


# One symbol.

def step(rng: random.Random, sizes: list[Dim], rows: list[Column]) -> tuple[Dim, Column]:
    i = rng.randrange(len(sizes)) if rng.random() < 0.4 else len(sizes) - 1
    j = rng.randrange(len(sizes))
    size, row, other, others = sizes[i], rows[i], sizes[j], rows[j]
    a, b, s, c = rng.choice((1, 1, 1, 2, 3)), rng.randint(-9, 40), rng.choice((1, 2, 2, 3, 4, 5, 7, 8, 32)), rng.randint(-4, 4)
    kind = rng.randrange(11)
    if kind == 0:  # convolution, pooling
        return affine_floor(size, 1, b, s, c), [(x + b) // s + c for x in row]
    if kind == 1:  # resizing by a short fraction
        return affine_floor(size, a, 0, s, 0), [a * x // s for x in row]
    if kind == 2:
        return ceildiv(size, s), [-(-x // s) for x in row]
    if kind == 3:  # transposed convolution
        return size * s + c, [x * s + c for x in row]
    if kind == 4:
        return size + other, [x + y for x, y in zip(row, others, strict=True)]
    if kind == 5:
        return size - other, [x - y for x, y in zip(row, others, strict=True)]
    if kind == 6:
        return dmax(size, other), [max(x, y) for x, y in zip(row, others, strict=True)]
    if kind == 7:
        return dmin(other, size), [min(x, y) for x, y in zip(row, others, strict=True)]
    if kind == 8:
        return dmin(dmax(size, c), b), [min(max(x, c), b) for x in row]
    if kind == 9:  # padding to a multiple
        return size + (s - size % s) % s, [x + -x % s for x in row]
    return size % s, [x % s for x in row]


def chain(rng: random.Random, length: int) -> tuple[list[Dim], list[Column]]:
    sizes: list[Dim] = [H]
    rows = [list(SIZES)]
    for _ in range(length):
        size, row = step(rng, sizes, rows)
        sizes.append(size)
        rows.append(row)
    return sizes, rows


@pytest.mark.parametrize("seed", range(40))
def test_chains_of_one_symbol_are_exact(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(100):
        sizes, rows = chain(rng, rng.randint(3, 9))
        for size, row in zip(sizes, rows, strict=True):
            check_values(rng, size, row)
        i = rng.randrange(1, len(sizes))
        for size, row in ((sizes[-1], rows[-1]), (sizes[i], rows[i])):
            check_text(size, row)
        solved = check_solutions(rng, sizes[-1], rows[-1], rng.choice(rows[-1]))
        check_restricted(rng, sizes[i], rows[i], rng.choice([*solved, SizeSet.multiples(rng.choice((2, 3, 4, 16, 32))), a_set(rng)]))


def check_values(rng: random.Random, size: Dim, row: Column) -> None:
    assert row_of(size, SIZES) == row
    low, high = bounds(size)
    assert low is None or low <= min(row)
    assert high is None or high >= max(row)
    for x in rng.sample(SIZES, 5):
        assert evaluate(size, {"H": x}) == row[x - 1] == substitute(size, {"H": x})
    found = law(size)
    if found is not None:
        period, growth, start = found
        for x in rng.sample(range(start, start + 600), 5):
            assert evaluate(size, {"H": x + period}) == evaluate(size, {"H": x}) + growth, size


def check_text(size: Dim, row: Column) -> None:
    for text in {str(size), nice(size)}:
        assert calculated(text, H=list(SIZES)) == row, text
        if isinstance(size, Expr):
            again = reread(text)
            assert row_of(again, SIZES) == row, text
            assert equal(again, size) is (Truth.UNKNOWN if solve_eq0(again - size) is None else Truth.ALWAYS), text


def check_solutions(rng: random.Random, size: Dim, row: Column, target: int) -> list[SizeSet]:
    found = []
    for solved, wanted, asked in (
        (solve_eq0(size - target), [x == target for x in row], equal(size, target)),
        (solve_ge0(size - target), [x >= target for x in row], at_least(size, target)),
    ):
        if solved is None:
            assert over_the_limit(size - target), size
            assert (asked is not Truth.NEVER or not any(wanted)) and (asked is not Truth.ALWAYS or all(wanted)), size
            continue
        within = [x for x, member in zip(SIZES, wanted, strict=True) if member]
        assert solved.up_to(600, 600) == within, size
        check_neighbours(rng, solved, within)
        if solved.complete:
            assert asked is (Truth.NEVER if not solved else Truth.ALWAYS if solved == SizeSet.all() else Truth.SOMETIMES)
        found.append(solved)
    return found


def over_the_limit(size: Dim) -> bool:
    """Whether ``size`` has no law, or one whose window costs too much."""
    found = law(size)
    return found is None or window(size, 1, found[2] - 1 + found[0]) is None


def check_neighbours(rng: random.Random, solved: SizeSet, within: Column) -> None:
    for x in (1, rng.choice(SIZES)):
        later = [y for y in within if y >= x]
        following = solved.next(x)
        assert following == later[0] if later else following is None or following > 600
        assert solved.prev(x) == max((y for y in within if y <= x), default=None)
    assert solved.min() == solved.next(1)


def a_set(rng: random.Random) -> SizeSet:
    start, period = rng.randint(1, 20), rng.randint(1, 12)
    return SizeSet(start, rng.randrange(1 << start) & ~1, period, rng.randrange(1 << period))


def some_of(sizes: SizeSet) -> Column:
    """Members up to 600, and a few far behind."""
    far = [sizes.next(x) for x in (601, 5_000, 99_991, 1_000_003, 1 << 40)]
    return (sizes.up_to(600, 600) or []) + [x for x in far if x is not None]


def check_restricted(rng: random.Random, size: Dim, row: Column, sizes: SizeSet) -> None:
    text = nice(size, {"H": sizes})
    points = some_of(sizes)
    wanted = row_of(size, points)
    assert calculated(text, H=points) == wanted, (size, sizes, text)
    assert len(text) <= len(nice(size)) or text.count("H") < nice(size).count("H"), (size, sizes, text)
    if "H" in text:
        again = reread(text)
        assert row_of(again, points) == wanted, (size, sizes, text)
    elif len(points) == 1:
        assert text == str(wanted[0])


def scaled_step(rng: random.Random, sizes: list[Dim], rows: list[Column]) -> tuple[Dim, Column]:
    if rng.random() < 0.6:
        return step(rng, sizes, rows)
    scale = rng.choice((0.1, 0.3, 0.7, 1 / 3, 1.1, 1.7, 3.14))
    return scaled(sizes[-1], scale), [math.floor(float(x) * scale) for x in rows[-1]]


@pytest.mark.parametrize("seed", range(10))
def test_chains_with_scales_are_exact(seed: int) -> None:
    rng = random.Random(seed)
    decided = 0
    for _ in range(60):
        sizes: list[Dim] = [H]
        rows = [list(SIZES)]
        for _ in range(rng.randint(2, 6)):
            size, row = scaled_step(rng, sizes, rows)
            sizes.append(size)
            rows.append(row)
        for size, row in zip(sizes, rows, strict=True):
            check_values(rng, size, row)
            assert calculated(nice(size), H=list(SIZES)) == row == calculated(str(size), H=list(SIZES))
        members = a_set(rng)
        assert calculated(nice(sizes[-1], {"H": members}), H=some_of(members)[:600]) == row_of(sizes[-1], some_of(members)[:600])
        target = rng.choice(rows[-1])
        for solved, wanted, asked in (
            (solve_eq0(sizes[-1] - target), [x for x, value in zip(SIZES, rows[-1], strict=True) if value == target], equal(sizes[-1], target)),
            (solve_ge0(sizes[-1] - target), [x for x, value in zip(SIZES, rows[-1], strict=True) if value >= target], at_least(sizes[-1], target)),
        ):
            decided += solved is not None
            assert solved is None or solved.up_to(600, 600) == wanted
            assert asked is not Truth.NEVER or not wanted
            assert asked is not Truth.ALWAYS or len(wanted) == 600
    assert decided >= 60


# Branches.

@pytest.mark.parametrize("seed", range(10))
def test_a_size_found_for_two_branches_is_right_on_both(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        sizes, _ = chain(rng, rng.randint(1, 4))
        left, right, on_left = rng.choice(sizes), rng.choice(sizes), a_set(rng)
        on_right = rng.choice((~on_left, a_set(rng) - on_left, a_set(rng)))
        found = rejoin(left, on_left, right, on_right, "H")
        if found is not None:
            for size, on in ((left, on_left), (right, on_right)):
                points = some_of(on)
                assert row_of(found, points) == row_of(size, points), (left, on_left, right, on_right, found)


@pytest.mark.parametrize("seed", range(10))
def test_a_rounded_line_is_found_again_from_two_branches(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        m, a, b, s, k = rng.randint(1, 9), rng.choice((1, 1, 2, 3)), rng.randint(-9, 20), rng.choice((1, 2, 3, 4, 8, 16)), rng.choice((2, 3, 4, 5, 8))
        line = m * affine_floor(H, a, b, s) + rng.randint(-5, 5)
        off = ceildiv(H, k) - H // k  # 0 at multiples of k, else 1
        other = rng.choice((H, -H, 3, H // 3))
        wrong = rng.choice((1, -2, 7))
        there, elsewhere = SizeSet.multiples(k), ~SizeSet.multiples(k)
        found = rejoin(line + wrong * off, there, line + wrong * (1 - off), elsewhere, "H")
        assert found is not None and equal(found, line) is Truth.ALWAYS, (line, k)
        shared = rejoin(N * (line + wrong * off), there, N * (line + wrong * (1 - off)), elsewhere, "H")
        assert shared is not None and equal(shared, N * line) is Truth.ALWAYS
        assert rejoin(line, SizeSet.all(), line + 1 + off, there, "H") is None
        assert rejoin(W + line, there, W + line + other - other, elsewhere, "H") is W + line


# Several symbols, on a grid whose points make many factors 0.

POINTS = list(itertools.product((1, 2, 4, 7, 32), repeat=3))
GRID = {name: [point[i] for point in POINTS] for i, name in enumerate("HNW")}
Cells = list["int | None"]


def at(cells: Cells, others: Cells, value: Callable[[int, int], int]) -> Cells:
    return [None if x is None or y is None or (value is quotient and y == 0) else value(x, y) for x, y in zip(cells, others, strict=True)]


def quotient(x: int, y: int) -> int:
    return x // y


def step_of_several(rng: random.Random, pairs: list[tuple[Dim, Cells]]) -> tuple[Dim, Cells] | None:
    (size, x), (other, y) = rng.choice(pairs), rng.choice(pairs)
    a, b, s, c = rng.choice((1, 1, 2, 3)), rng.randint(-9, 9), rng.choice((2, 2, 3, 4, 5, 8)), rng.randint(-3, 3)
    kind = rng.randrange(9)
    if kind <= 1:
        return affine_floor(size, a, b, s, c), at(x, x, lambda u, _: (a * u + b) // s + c)
    if kind <= 3:
        return size * other, at(x, y, lambda u, v: u * v)
    if kind == 4:
        return size + other, at(x, y, lambda u, v: u + v)
    if kind == 5:
        return size - other, at(x, y, lambda u, v: u - v)
    if kind == 6:
        return dmax(size, other), at(x, y, max)
    if kind == 7:
        return dmin(size, other * c), at(x, y, lambda u, v: min(u, v * c))
    return (floordiv(size, other), at(x, y, quotient)) if other != 0 else None


@pytest.mark.parametrize("seed", range(20))
def test_chains_of_several_symbols_keep_their_values_and_verdicts(seed: int) -> None:
    rng, same = random.Random(seed), []
    for _ in range(60):
        pairs: list[tuple[Dim, Cells]] = [(sym(name), list(GRID[name])) for name in "HNW"]
        for _ in range(rng.randint(2, 7)):
            made = step_of_several(rng, pairs)
            pairs += [made] if made is not None else []
        for size, cells in rng.sample(pairs[3:], min(3, len(pairs) - 3)):
            check_grid(rng, size, cells)
            same.append(equal(reread(nice(size)), size))
        for _ in range(3):
            (left, x), (right, y) = rng.choice(pairs), rng.choice(pairs)
            check_verdicts(left, x, right, y)
            target = rng.choice([u for u in x if u is not None] or [0])
            check_verdicts(left, x, target, [target] * len(POINTS))
    assert set(same) <= {Truth.ALWAYS, Truth.UNKNOWN} and same.count(Truth.UNKNOWN) * 50 <= len(same)


def check_grid(rng: random.Random, size: Dim, cells: Cells) -> None:
    texts = {str(size), nice(size)}
    sets = {name: rng.choice((SizeSet.multiples(2), SizeSet.sizes([4]), SizeSet.ge(3), SizeSet(1, 0, 5, 4), SizeSet.multiples(32))) for name in "HW"}
    narrow = nice(size, sets)
    low, high = bounds(size)
    for text in (*texts, narrow):
        kept = [(point, value) for point, value in zip(POINTS, cells, strict=True)
                if value is not None and (text != narrow or (point[0] in sets["H"] and point[2] in sets["W"]))]
        columns = {name: [point[i] for point, _ in kept] for i, name in enumerate("HNW")}
        assert calculated(text, **columns) == [value for _, value in kept], (size, sets, text)
    for point, value in zip(POINTS, cells, strict=True):
        if value is not None:
            assert evaluate(size, dict(zip("HNW", point, strict=True))) == value
            assert (low is None or low <= value) and (high is None or high >= value)


def check_verdicts(left: Dim, values: Cells, right: Dim, others: Cells) -> None:
    both = [(a, b) for a, b in zip(values, others, strict=True) if a is not None and b is not None]
    for answer, seen in (
        (equal(left, right), {a == b for a, b in both}), (at_least(left, right), {a >= b for a, b in both}),
        (divides(right, left), {a % b == 0 for a, b in both if b}),
    ):
        assert answer is not Truth.ALWAYS or False not in seen, (left, right)
        assert answer is not Truth.NEVER or True not in seen, (left, right)


# Restricted texts as a person expects them.

@pytest.mark.parametrize(("size", "sizes", "text"), [
    (H // 16, {"H": SizeSet.multiples(16)}, "H/16"),
    (2 * (H // 16), {"H": SizeSet.multiples(16)}, "H/8"),
    (16 * (H // 16), {"H": SizeSet.multiples(16)}, "H"),
    (H % 16, {"H": SizeSet.multiples(16)}, "0"),
    (dmax(H - 3, 1), {"H": SizeSet.ge(4)}, "H - 3"),
    (dmax(H // 2, 3), {"H": SizeSet.multiples(2)}, "max(H/2, 3)"),
    (4 * ceildiv(H, 4), {"H": SizeSet.ge(4)}, "4*((H + 3)//4)"),
    (3 * H // 4, {"H": SizeSet.multiples(4)}, "3*H/4"),
    (5 - H // 2, {"H": SizeSet.multiples(2)}, "5 - H/2"),
    (16 * ((H + 4) // 16) - 188, {"H": SizeSet.ge(188)}, "16*((H + 4)//16) - 188"),
    (H // 32, {"H": SizeSet.interval(224, 255)}, "7"),
    (H // 3, {"H": SizeSet.sizes([9])}, "3"),
    (512 * (H // 32) * (W // 32), {"H": SizeSet.multiples(32), "W": SizeSet.multiples(32)}, "512*(H/32)*(W/32)"),
    (512 * (H // 32) * (W // 32), {"H": SizeSet.multiples(32), "W": SizeSet.sizes([64])}, "32*H"),
    (N * 16 * (H // 16), {"H": SizeSet.multiples(16)}, "N*H"),
    (H // 2 + W // 2, {"H": SizeSet.multiples(2)}, "H/2 + W//2"),
    (W - H // 2 - 3, {"H": SizeSet.multiples(2)}, "W - H/2 - 3"),
    (3**10 * (H // 3**10), {"H": SizeSet.multiples(3**10)}, "H"),
    (H // 2, {"H": SizeSet.empty()}, "H//2"),
    (H // 2, {"W": SizeSet.multiples(2)}, "H//2"),
    (scaled(H, 0.7), {"H": SizeSet.sizes([90])}, "62"),
])
def test_on_a_set_of_sizes_the_text_is_shorter(size: Dim, sizes: dict[str, SizeSet], text: str) -> None:
    assert nice(size, sizes) == text


@pytest.mark.parametrize(("left", "on_left", "right", "on_right", "text"), [
    (H + 4 - H % 4, ~SizeSet.multiples(4), H, SizeSet.multiples(4), "4*((H + 3)//4)"),
    (H - 1, ~SizeSet.multiples(2), H, SizeSet.multiples(2), "2*(H//2)"),
    (H // 2, SizeSet.multiples(2), (H + 1) // 2, ~SizeSet.multiples(2), "(H + 1)//2"),
    (224, SizeSet.ge(224), H, SizeSet.interval(1, 223), "min(H, 224)"),
    (H, SizeSet.ge(7), 7, SizeSet.interval(1, 6), "max(H, 7)"),
    (H + 2, ~SizeSet.multiples(3), H, SizeSet.multiples(3), "(H + 1)//3 + 3*((H + 2)//3) - H//3"),
    (64 * (H // 2) * W, SizeSet.multiples(2), 64 * ((H + 1) // 2) * W, ~SizeSet.multiples(2), "64*W*((H + 1)//2)"),
    (H, SizeSet.multiples(2), 2 * H, ~SizeSet.multiples(2), None),
    (H, SizeSet.ge(5), H + 1, SizeSet.ge(4), None),
    (H * W, SizeSet.ge(5), H * N, SizeSet.interval(1, 4), None),
])
def test_known_branches(left: Dim, on_left: SizeSet, right: Dim, on_right: SizeSet, text: str | None) -> None:
    for found in (rejoin(left, on_left, right, on_right, "H"), rejoin(right, on_right, left, on_left, "H")):
        assert (None if found is None else nice(found)) == text


def test_padding_to_a_multiple_comes_back_as_the_object_it_is() -> None:
    assert rejoin(H + 4 - H % 4, ~SizeSet.multiples(4), H, SizeSet.multiples(4), "H") is -4 * floordiv(-H, 4)
    assert prod((4, ceildiv(H, 4))) is -4 * floordiv(-H, 4)
