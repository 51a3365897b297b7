"""Symbolic sizes against plain integers: values, texts, solution sets and verdicts of random chains of operations, and known forms."""

import copy
import itertools
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    is_unknown,
    nice,
    prod,
    solve_eq0,
    solve_ge0,
    substitute,
    sym,
    unknown,
    variables,
)
from shapelint.dims.profile import law
from shapelint.formulas import conv_out, conv_transpose_out, pool_out

H, N, W = sym("H"), sym("N"), sym("W")
SIZES = range(1, 301)
NAMES = {"H": H, "N": N, "W": W, "max": dmax, "min": dmin}
Values = list[int]


def reread(text: str) -> Dim:
    """A printed size as an expression again."""
    found: Dim = eval(text, dict(NAMES))
    return found


# One symbol: (size, its values at 1..300), step by step.

Step = Callable[[random.Random, list[Dim], list[Values]], tuple[Dim, Values]]


def one_symbol_step(rng: random.Random, sizes: list[Dim], rows: list[Values]) -> tuple[Dim, Values]:
    i = rng.randrange(len(sizes)) if rng.random() < 0.4 else len(sizes) - 1
    j = rng.randrange(len(sizes))
    size, row, other, other_row = sizes[i], rows[i], sizes[j], rows[j]
    a, b, s, c = rng.choice((1, 1, 1, 2, 3)), rng.randint(-9, 40), rng.choice((1, 2, 2, 3, 4, 5, 7, 8, 32)), rng.randint(-4, 4)
    step = rng.randrange(9)
    if step == 0:
        return affine_floor(size, a, b, s, c), [(a * x + b) // s + c for x in row]
    if step == 1:
        return ceildiv(size, s), [-(-x // s) for x in row]
    if step == 2:
        return size * s + c, [x * s + c for x in row]
    if step == 3:
        return size + other, [x + y for x, y in zip(row, other_row, strict=True)]
    if step == 4:
        return size - other, [x - y for x, y in zip(row, other_row, strict=True)]
    if step == 5:
        return dmax(size, other), [max(x, y) for x, y in zip(row, other_row, strict=True)]
    if step == 6:
        return dmin(other, size), [min(x, y) for x, y in zip(row, other_row, strict=True)]
    if step == 7:
        return dmin(dmax(size, c), b), [min(max(x, c), b) for x in row]
    return size % s, [x % s for x in row]


def chain(rng: random.Random, length: int) -> tuple[list[Dim], list[Values]]:
    sizes: list[Dim] = [H]
    rows: list[Values] = [list(SIZES)]
    for _ in range(length):
        size, row = one_symbol_step(rng, sizes, rows)
        sizes.append(size)
        rows.append(row)
    return sizes, rows


@pytest.mark.parametrize("seed", range(20))
def test_chains_of_one_symbol_are_exact(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        for size, row in zip(*chain(rng, rng.randint(3, 9)), strict=True):
            check_values(size, row)
            check_texts(size, row)
            check_solutions(size, row, rng.choice(row))


def check_values(size: Dim, row: Values) -> None:
    assert [evaluate(size, {"H": x}) for x in SIZES] == row
    low, high = bounds(size)
    assert low is None or low <= min(row)
    assert high is None or high >= max(row)
    if isinstance(size, Expr):
        assert substitute(size, {"H": 17}) == row[16]


def check_texts(size: Dim, row: Values) -> None:
    for text in (str(size), nice(size)):
        written = eval(f"lambda H: {text}")
        assert [written(x) for x in SIZES] == row, text
        assert equal(reread(text), size) is Truth.ALWAYS, text


def check_solutions(size: Dim, row: Values, target: int) -> None:
    for solved, wanted, asked in (
        (solve_eq0(size - target), [x == target for x in row], equal(size, target)),
        (solve_ge0(size - target), [x >= target for x in row], at_least(size, target)),
    ):
        if solved is None:
            assert law(size - target) is None and asked in (Truth.SOMETIMES, Truth.UNKNOWN), size  # its period is over the limit
            continue
        assert [x in solved for x in SIZES] == wanted, size
        assert asked is (Truth.NEVER if not solved else Truth.ALWAYS if solved == SizeSet.all() else Truth.SOMETIMES)


# Several symbols, with products and symbolic divisors, on a grid.

GRID = [dict(zip("HNW", point, strict=True)) for point in itertools.product((1, 2, 3, 5, 8, 13), repeat=3)]
Formula = Callable[[dict[str, int]], int]


def several_symbols_step(rng: random.Random, pairs: list[tuple[Dim, Formula]]) -> tuple[Dim, Formula] | None:
    (size, f), (other, g) = rng.choice(pairs), rng.choice(pairs)
    a, b, s, c = rng.choice((1, 1, 2, 3)), rng.randint(-9, 9), rng.choice((2, 2, 3, 4, 5, 8)), rng.randint(-3, 3)
    step = rng.randrange(8)
    if step == 0:
        return affine_floor(size, a, b, s, c), lambda p: (a * f(p) + b) // s + c
    if step <= 2:
        return size * other, lambda p: f(p) * g(p)
    if step == 3:
        return size + other, lambda p: f(p) + g(p)
    if step == 4:
        return size - other, lambda p: f(p) - g(p)
    if step == 5:
        return dmax(size, other), lambda p: max(f(p), g(p))
    if step == 6:
        return dmin(size, other * c), lambda p: min(f(p), g(p) * c)
    return (floordiv(size, other), lambda p: f(p) // g(p)) if other != 0 else None


def on_grid(formula: Formula) -> list[int | None]:
    def value(point: dict[str, int]) -> int | None:
        try:
            return formula(point)
        except ZeroDivisionError:
            return None
    return [value(point) for point in GRID]


@pytest.mark.parametrize("seed", range(12))
def test_chains_of_several_symbols_keep_their_values_and_verdicts(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        pairs: list[tuple[Dim, Formula]] = [(H, lambda p: p["H"]), (N, lambda p: p["N"]), (W, lambda p: p["W"])]
        for _ in range(rng.randint(2, 7)):
            made = several_symbols_step(rng, pairs)
            pairs += [made] if made is not None else []
        grids = [on_grid(formula) for _, formula in pairs]
        for (size, _), grid in zip(pairs, grids, strict=True):
            check_grid(size, grid)
        for _ in range(5):
            i, j = rng.randrange(len(pairs)), rng.randrange(len(pairs))
            check_verdicts(pairs[i][0], grids[i], pairs[j][0], grids[j])
            target = rng.choice([x for x in grids[i] if x is not None] or [0])
            check_verdicts(pairs[i][0], grids[i], target, [target] * len(GRID))


def check_grid(size: Dim, grid: list[int | None]) -> None:
    texts = [eval(f"lambda H, N, W: {text}") for text in (str(size), nice(size))]
    low, high = bounds(size)
    for point, value in zip(GRID, grid, strict=True):
        if value is not None:
            assert evaluate(size, point) == value
            assert (low is None or low <= value) and (high is None or high >= value)
            assert all(text(**point) == value for text in texts), size
    assert equal(reread(nice(size)), size) is Truth.ALWAYS


def check_verdicts(left: Dim, values: list[int | None], right: Dim, others: list[int | None]) -> None:
    both = [(a, b) for a, b in zip(values, others, strict=True) if a is not None and b is not None]
    for answer, seen in (
        (equal(left, right), {a == b for a, b in both}), (at_least(left, right), {a >= b for a, b in both}),
        (divides(right, left), {a % b == 0 for a, b in both if b}),
    ):
        assert answer is not Truth.ALWAYS or False not in seen, (left, right)
        assert answer is not Truth.NEVER or True not in seen, (left, right)


# Known forms.

def times(size: Dim, count: int, step: Callable[[Dim], Dim]) -> Dim:
    for _ in range(count):
        size = step(size)
    return size


@pytest.mark.parametrize(("size", "text"), [
    (pool_out(H, 3, 2, ceil_mode=True), "H//2"),
    (pool_out(H, 2, 2), "H//2"),
    (times(H, 5, lambda x: pool_out(x, 2, 2)), "H//32"),
    (times(H, 4, lambda x: conv_out(x, 3, 2, 1)), "(H + 15)//16"),
    (2 * times(H, 4, lambda x: pool_out(x, 2, 2)), "2*(H//16)"),
    (conv_out(H, 3), "H - 2"),
    (conv_out(H, 3, padding=1), "H"),
    (conv_transpose_out(H, 2, 2), "2*H"),
    (conv_transpose_out(times(H, 3, lambda x: conv_out(x, 3, 2, 1)), 3, 2, 1, 1), "2*((H + 7)//8)"),
    (pool_out(conv_out(conv_out(conv_out(H, 11, 4, 2), 1), 1), 3, 2), "(H - 7)//8"),
    (H + (32 - H % 32) % 32, "32*((H + 31)//32)"),
    (3 * H // 4, "3*H//4"),
    (H - H // 2, "(H + 1)//2"),
    (H // 2 + (H + 1) // 2, "H"),
    (H // 4 - 3, "H//4 - 3"),
    (16 * (H // 4 - 3) * (W // 4 - 3), "16*(H//4 - 3)*(W//4 - 3)"),
    (N * H * W // 49, "N*H*W//49"),
    ((N * (H + 1) * W - N * W) // H, "N*W"),
    (36 * N * 16 // 400, "36*N//25"),
    (dmin(H, 224), "min(H, 224)"),
    (dmax(H, W), "max(H, W)"),
    (dmax(H, 1), "H"),
    (dmax(H, H // 2 * 2), "H"),
    (5 - H // 2, "5 - H//2"),
    (-(H // 2), "-(H//2)"),
    (H // N, "H//N"),
    ((H + 1) // (N + 1) * 2, "2*((H + 1)//(N + 1))"),
    (prod((N, 64, H, W)), "64*N*H*W"),
])
def test_sizes_are_written_the_way_a_person_does(size: Dim, text: str) -> None:
    assert nice(size) == text


def unet(size: Dim, levels: int) -> list[tuple[Dim, Dim]]:
    """The sizes that meet at each concatenation of a padded U-Net, from the deepest."""
    skips = []
    for _ in range(levels):
        skips.append(size)
        size = pool_out(size, 2, 2)
    met = []
    for skip in reversed(skips):
        met.append((skip, conv_transpose_out(size, 2, 2)))
        size = conv_transpose_out(size, 2, 2)
    return met


def test_a_unet_of_four_levels_needs_multiples_of_16() -> None:
    joins = [solve_eq0(a - b) for a, b in unet(H, 4)]
    assert [sizes.describe("H") for sizes in joins if sizes is not None] == ["H % 16 <= 7", "H % 16 <= 3", "H % 16 <= 1", "H % 16 == 0"]
    valid = SizeSet.all()
    for sizes in joins:
        assert sizes is not None
        valid &= sizes
    assert valid == SizeSet.multiples(16)
    assert (valid.min(), valid.prev(225), valid.next(225), valid.period, valid.residues, valid.exceptions) == (16, 224, 240, 16, (0,), ())


def test_smallest_sizes_of_known_networks() -> None:
    densenet = times(affine_floor(H, 1, 3, 32), 1, lambda x: x)
    alexnet = pool_out(pool_out(pool_out(conv_out(H, 11, 4, 2), 3, 2), 3, 2), 3, 2)
    for size, least in ((densenet, 29), (alexnet, 63), (H // 32, 32)):
        assert solve_ge0(size - 1) == SizeSet.ge(least)


def test_products_that_must_be_a_constant() -> None:
    features = 512 * (H // 32) * (W // 32)
    assert equal(features, 25088) is Truth.SOMETIMES
    assert equal(features, 25089) is Truth.NEVER
    assert equal(features, 512 * 10007 * 10009) is Truth.SOMETIMES
    assert equal((4 * H - 2) * (W + 3), 6 * 4) is Truth.SOMETIMES
    assert equal((4 * H + 2) * (W + 3), 24) is Truth.SOMETIMES
    assert equal((4 * H + 2) * (W + 3), 20) is Truth.NEVER
    assert equal(H * H, 196) is Truth.SOMETIMES
    assert equal(H * H, 197) is Truth.NEVER


def test_divisibility() -> None:
    area = 16 * (H // 4 - 3) * (W // 4 - 3)
    assert divides(16, area) is Truth.ALWAYS
    assert area // (H // 4 - 3) is 16 * (W // 4 - 3)
    assert divides(49, H * W) is Truth.SOMETIMES
    assert divides(8, 8 * N * H + 4) is Truth.NEVER
    assert divides(4, 2 * N * H + 1) is Truth.NEVER
    assert divides(N, 3 * N * H) is Truth.ALWAYS
    assert equal((H // 7) * (W // 7) * 49, H * W) is Truth.SOMETIMES
    assert divides(0, 3) is Truth.NEVER


def test_factors_that_can_be_zero_do_not_cancel() -> None:
    half = H // 2
    assert equal(half * N, half * W) is Truth.SOMETIMES
    assert equal(half * (N + 1), half * N) is Truth.SOMETIMES  # H = 1
    assert equal(H * (N + 1), H * N) is Truth.NEVER
    assert at_least(half * (N + 1), half * N) is Truth.ALWAYS
    assert at_least(half * N, half * (N + 1)) is Truth.SOMETIMES
    assert equal(half * ((W + 1) // 2 + W // 2), half * W) is Truth.ALWAYS


def test_identities_of_several_symbols() -> None:
    assert equal((H + W) * (H - W), H * H - W * W) is Truth.ALWAYS
    assert equal(N * ((H + 1) // 2 + H // 2), H * N) is Truth.ALWAYS
    assert equal(2 * H, 2 * W + 1) is Truth.NEVER
    assert (H + 1) * W - W is H * W


# Unread sizes.

def test_an_unread_size_answers_nothing_until_it_cancels() -> None:
    left, right = unknown(), unknown()
    for size in (left, 2 * left, left * H, left + H, left // 2, dmax(left, 3), left * right, H // left, left % 5):
        assert is_unknown(size)
        for answer in (equal(size, 4), equal(size, right + 1), at_least(size, 0), divides(3, size), equal(size, H)):
            assert answer is Truth.UNKNOWN
    assert equal(left, left) is Truth.ALWAYS
    assert left - left == 0 and left * H - H * left == 0
    assert left * H // left is H
    assert equal(left + H, H + 1 + left) is Truth.NEVER
    assert equal((left + 1) * (left - 1), left * left - 1) is Truth.ALWAYS
    assert left * 0 == 0 and not is_unknown(left + H - left)
    assert solve_eq0(left - 1) is None and bounds(left) == (None, None)
    with pytest.raises(KeyError):
        evaluate(left, {})


# The objects themselves.

def test_the_same_sum_is_the_same_object() -> None:
    assert H + W is W + H and 2 * H - H is H and (H + 1) * 2 is 2 * H + 2
    assert (H // 2) // 2 is H // 4 and (H // 2 + 1) // 3 is (H + 2) // 6 and (2 * H + 6) // 4 is (H + 3) // 2
    assert pickle.loads(pickle.dumps(16 * (H // 4 - 3) * W)) is 16 * (H // 4 - 3) * W
    size = unknown()
    assert copy.deepcopy([size, H // 2 + size]) == [size, H // 2 + size]
    first, second = pickle.loads(pickle.dumps((size, size + 1)))
    assert second - first == 1


def test_substitution_is_simultaneous() -> None:
    assert substitute(H - 2 * W, {"H": W, "W": H}) is W - 2 * H
    assert substitute((H // 2) * N // W, {"H": 8, "W": 4}) is N
    assert variables(H * N // 2 + unknown()) == {"H", "N"}
    with pytest.raises(KeyError):
        evaluate(H + W, {"H": 1})
    with pytest.raises(TypeError):
        bool(equal(H, 1))


def test_text_does_not_depend_on_hashes_or_on_what_was_made_before() -> None:
    program = """
import sys
from shapelint.dims import *
names = ["H", "W", "N", "C", "a", "b2"]
for name in names if sys.argv[1] == "1" else reversed(names):
    floordiv(sym(name) + 1, 3)
H, W, N, C, a, b = map(sym, names)
parts = [H // 2, W // 3 + 1, N * C, a * (H - 1), dmax(b, W), floordiv(C, N)]
if sys.argv[1] == "0":
    parts.reverse()
total = 0
for part in parts:
    total = total + part
print(total, "|", nice(prod(parts)), "|", nice(total * (W - 1)), equal(total, prod(parts)))
"""
    root = str(Path(__file__).parent.parent)
    texts = {
        subprocess.run(
            [sys.executable, "-c", program, order], env={"PYTHONHASHSEED": seed, "PYTHONPATH": root}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1", "77") for order in ("0", "1")
    }
    assert len(texts) == 1


# Limits.

def test_a_limit_gives_unknown_and_never_an_error() -> None:
    size: Dim = H
    for i in range(60):
        size = floordiv(3 * size + i, 7) + floordiv(2 * size, 5) + dmax(size, W + i)
    assert is_unknown(size) and equal(size, H) is Truth.UNKNOWN and len(str(size)) < 100_000
    powers: Dim = H
    for i in range(200):
        powers = powers * (W + i)
    assert at_least(powers * 2, powers) in (Truth.ALWAYS, Truth.UNKNOWN)
    mixed: Dim = H
    for stride in (2, 3, 5, 7, 11, 13):
        mixed = mixed + affine_floor(mixed, 1, 1, stride)
    assert equal(mixed, 100) is Truth.NEVER
    for answer in (equal(H % 65521, W % 65519), equal(H % (1 << 40), 5), equal(H * W, 2**61 - 1), equal(10**300 * H, 5), at_least(H, 10**9)):
        assert isinstance(answer, Truth)
    assert at_least(H, 10**9) is Truth.SOMETIMES
    assert solve_ge0(H - 10**9) is None and solve_eq0(H % (1 << 40)) is None


def test_a_codec_of_large_period() -> None:
    down = times(H, 10, lambda x: affine_floor(x, 1, 0, 3))
    assert solve_eq0(times(down, 10, lambda x: 3 * x) - H) == SizeSet.multiples(3**10)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.integers(-50, 50), st.integers(-200, 200), st.integers(-12, 12).filter(bool), st.integers(1, 99), st.integers(0, 40))
def test_pieces_of_one_law(a: int, b: int, s: int, period: int, rest: int) -> None:
    """H = period*h + rest put into a formula is the formula at that number."""
    size = (a * H + b) // s + dmax(H % 6, a) - dmin(b, H)
    put = substitute(size, {"H": period * N + rest})
    assert all(evaluate(put, {"N": n}) == evaluate(size, {"H": period * n + rest}) for n in range(1, 30))
