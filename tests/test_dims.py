"""Symbolic sizes: known forms and verdicts, unread sizes, scales in doubles, the objects themselves, limits. Random chains stand in test_dims_chains."""

import copy
import itertools
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapelint.dims import (
    Dim,
    SizeSet,
    Truth,
    affine_floor,
    at_least,
    bounds,
    divides,
    dmax,
    dmin,
    equal,
    evaluate,
    floordiv,
    is_unknown,
    prod,
    solve_eq0,
    solve_ge0,
    substitute,
    sym,
    unknown,
    variables,
)
from shapelint.dims.rejoin import rejoin
from shapelint.dims.shortest import nice
from shapelint.formulas import conv_out, conv_transpose_out, pool_out, scaled

H, N, W = sym("H"), sym("N"), sym("W")
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
    (dmin(H, 224) // 2, "min(H//2, 112)"),
    (2 * (dmin(H, 224) // 2), "min(2*(H//2), 224)"),
    (times(dmin(H, 224), 5, lambda x: pool_out(x, 2, 2)), "min(H//32, 7)"),
    ((2 * dmax(H, 3) + 1) // 3, "max((2*H + 1)//3, 2)"),
    (dmin(H, W) // 2, "min(H//2, W//2)"),
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


# Scales in doubles.

def test_a_scale_is_rounded_as_a_double() -> None:
    size = scaled(H, 0.7)
    assert evaluate(size, {"H": 90}) == 62 == substitute(size, {"H": 90})
    assert size is scaled(H, 0.7) and size is not scaled(H, 0.3) and nice(size) == "floor(H*0.7)"
    assert nice(2 * scaled(H + 1, 0.3) * W - 1) == "2*W*floor((H + 1)*0.3) - 1"
    assert pickle.loads(pickle.dumps(size * W)) is size * W and copy.deepcopy(size) is size
    assert substitute(size, {"H": 2 * W}) is scaled(2 * W, 0.7) and variables(size) == {"H"} and bounds(size) == (0, None)
    assert bounds(scaled(dmin(H, 90), 0.7)) == (0, 62)
    assert evaluate(size, {"H": 1 << 2000}) > 0  # beyond the doubles, where no tensor is


def test_questions_about_a_scale_are_exact_where_it_only_grows() -> None:
    size = scaled(H, 0.7)
    assert solve_ge0(size - 5) == SizeSet.ge(8) and solve_eq0(size - 62) == SizeSet.interval(89, 90) and solve_eq0(size - 63) == SizeSet.sizes([91])
    assert solve_ge0(dmin(size, 224) - 100) == SizeSet.ge(143) and solve_ge0(5 - dmax(size, 3)) == SizeSet.interval(1, 8)
    assert equal(scaled(H, 1.7), 2) is Truth.NEVER and equal(size, scaled(H, 0.7)) is Truth.ALWAYS
    assert equal(size * W, 62 * 224) is Truth.SOMETIMES and equal(size, scaled(W, 0.7)) is Truth.SOMETIMES
    for a, b in ((0.7, 0.3), (1.7, 0.6), (0.29, 1.1)):
        left, right = scaled(3 * H // 2 + 1, a), scaled(H, b) + 4
        rows = [(evaluate(left, {"H": x}), evaluate(right, {"H": x})) for x in range(1, 4001)]
        for solved, wanted in ((solve_eq0(left - right), [x == y for x, y in rows]), (solve_ge0(left - right), [x >= y for x, y in rows])):
            assert solved is not None and solved.up_to(4000, 4000) == [x for x, yes in enumerate(wanted, 1) if yes]


def test_samples_of_a_scale_prove_no_always() -> None:
    assert at_least(H, scaled(H, 0.7)) is Truth.ALWAYS  # two straight lines around the difference say so
    assert equal(scaled(H, 0.7), 7 * H // 10) is Truth.SOMETIMES or equal(scaled(H, 0.7), 7 * H // 10) is Truth.UNKNOWN
    assert equal(scaled(H, 0.3) * 10 // 3, H) is not Truth.ALWAYS
    assert solve_eq0(scaled(H, 0.7) - 7 * H // 10) is None


def test_scales_that_stay_as_they_were() -> None:
    assert scaled(H, 0.5) is H // 2 and scaled(H, 1.5) is 3 * H // 2 and scaled(H, 0.0) == 0 and scaled(H, -2.0) is -2 * H
    for scale in (float("inf"), float("nan"), -0.7):
        assert is_unknown(scaled(H, scale))
    assert is_unknown(scaled(unknown(), 0.7))


def test_bounds_of_the_smaller_of_two_sizes() -> None:
    assert bounds(dmin(H, W)) == (1, None) and bounds(dmin(H, W) - 1) == (0, None) and bounds(3 - 2 * dmax(H, W)) == (None, 1)
    assert bounds(dmin(scaled(H, 0.7), 224)) == (0, 224) and bounds(dmin(H * W, 224)) == (1, 224)
    assert at_least(dmin(H, W), 1) is Truth.ALWAYS and at_least(H * W, dmin(H, W)) is not Truth.NEVER
    assert bounds(dmin(H, unknown())) == (None, None)


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
from shapelint.dims.rejoin import rejoin
from shapelint.dims.shortest import nice
from shapelint.formulas import scaled
names = ["H", "W", "N", "C", "a", "b2"]
for name in names if sys.argv[1] == "1" else reversed(names):
    floordiv(sym(name) + 1, 3)
H, W, N, C, a, b = map(sym, names)
parts = [H // 2, W // 3 + 1, N * C, a * (H - 1), dmax(b, W), floordiv(C, N), scaled(H, 0.7), scaled(W, 0.3)]
if sys.argv[1] == "0":
    parts.reverse()
total = 0
for part in parts:
    total = total + part
print(total, "|", nice(prod(parts)), "|", nice(total * (W - 1)), equal(total, prod(parts)))
sets = {"H": SizeSet.multiples(2), "W": SizeSet.multiples(3), "N": SizeSet.sizes([4])}
print(nice(total, sets), "|", nice(prod(parts), sets), "|", rejoin(H + 6 - H % 6, ~SizeSet.multiples(6), H, SizeSet.multiples(6), "H"))
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

def strides_mixed_with_sums() -> Iterator[Dim]:
    for strides in itertools.permutations((2, 3, 5, 7, 11, 13)):
        size: Dim = H
        for stride in strides:
            size = affine_floor(size, 1, stride // 2, stride) + H // stride - size % stride
        yield size


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
    for size in itertools.islice(strides_mixed_with_sums(), 40):
        for answer in (equal(size, H), at_least(size, H), divides(6, size), equal(size * W, 1000)):
            assert isinstance(answer, Truth)
        for solved in (solve_eq0(size - H), solve_ge0(size - 100)):
            assert solved is None or isinstance(solved, SizeSet)
        assert nice(size, {"H": SizeSet.multiples(32)})
        rejoin(size, SizeSet.multiples(17), size + H % 19, ~SizeSet.multiples(17), "H")
    assert solve_ge0(H - 10**9) is None and solve_eq0(H % (1 << 40)) is None


def test_a_codec_of_large_period() -> None:
    down = times(H, 10, lambda x: affine_floor(x, 1, 0, 3))
    out = times(down, 10, lambda x: 3 * x)
    solved = solve_eq0(out - H)
    assert solved == SizeSet.multiples(3**10) and equal(out, H) is Truth.SOMETIMES
    assert solved is not None and solved.describe("H") == "H % 59049 == 0" and nice(out, {"H": solved}) == "H" and nice(down, {"H": solved}) == "H/59049"


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(st.integers(-50, 50), st.integers(-200, 200), st.integers(-12, 12).filter(bool), st.integers(1, 99), st.integers(0, 40))
def test_pieces_of_one_law(a: int, b: int, s: int, period: int, rest: int) -> None:
    """H = period*h + rest put into a formula is the formula at that number."""
    size = (a * H + b) // s + dmax(H % 6, a) - dmin(b, H)
    put = substitute(size, {"H": period * N + rest})
    assert all(evaluate(put, {"N": n}) == evaluate(size, {"H": period * n + rest}) for n in range(1, 30))
