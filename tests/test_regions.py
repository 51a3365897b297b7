"""Regions of several symbols and where statements hold, against plain enumeration."""

import random

import pytest

from shapelint.dims import Dim, SizeSet, Truth, affine_floor, ceildiv, dmax, dmin, evaluate, sym
from shapelint.dims.facts import DISAGREEMENTS, Facts
from shapelint.dims.region import MAX_BOXES, Region
from shapelint.dims.where import condition, holds

H, W, N = sym("H"), sym("W"), sym("N")
GRID = [{"H": h, "W": w} for h in range(1, 26) for w in range(1, 26)]


def random_set(rng: random.Random) -> SizeSet:
    kind = rng.randrange(4)
    if kind == 0:
        return SizeSet.ge(rng.randint(1, 12))
    if kind == 1:
        return SizeSet.interval(rng.randint(1, 8), rng.randint(5, 20))
    if kind == 2:
        return SizeSet.multiples(rng.randint(1, 6))
    return SizeSet.sizes(rng.sample(range(1, 24), rng.randint(0, 5)))


def random_region(rng: random.Random) -> Region:
    boxes = []
    for _ in range(rng.randint(0, 3)):
        boxes.append({name: random_set(rng) for name in ("H", "W") if rng.random() < 0.7})
    return Region(boxes)


def members(region: Region) -> set[tuple[int, int]]:
    return {(point["H"], point["W"]) for point in GRID if point in region}


ALL = members(Region.all())


@pytest.mark.parametrize("seed", range(8))
def test_algebra_equals_sets_of_points(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        one, other = random_region(rng), random_region(rng)
        a, b = members(one), members(other)
        assert members(one & other) == a & b
        assert members(one | other) == a | b
        assert members(~one) == ALL - a
        assert members(one - other) == a - b
        assert members(one.simplest()) == a
        assert one.subset(one | other) and (one & other).subset(one)
        if one.subset(other):
            assert a <= b
        assert {h for h, _ in a} <= {h for h in range(1, 26) if h in one.sizes("H")}
        assert bool(one) == bool(one.boxes)
        described = {(p["H"], p["W"]) for p in GRID if eval(one.describe(), {}, dict(p))}
        assert described == a, one.describe()


@pytest.mark.parametrize("seed", range(4))
def test_nearest_and_diagonal_are_members(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        region = random_region(rng)
        values = {"H": rng.randint(1, 25), "W": rng.randint(1, 25)}
        found = region.nearest(values)
        assert all(sizes in region for sizes in found) and bool(found) == bool(region)
        if found and members(region):
            distance = sum(abs(found[0][k] - values[k]) for k in values)
            assert distance <= min(sum(abs(p[k] - values[k]) for k in values) for p in GRID if p in region)
        assert {s for s in range(1, 26) if s in region.diagonal("HW")} == {s for s in range(1, 26) if {"H": s, "W": s} in region}
        least = region.smallest(["H", "W"])
        assert (least is None) == (not region) and (least is None or least in region)


def chain(rng: random.Random, size: Dim) -> Dim:
    """What layers make of one axis."""
    for _ in range(rng.randint(0, 3)):
        kind = rng.randrange(5)
        if kind == 0:
            size = affine_floor(size, 1, rng.randint(-4, 2), rng.choice((1, 2, 3)), 1)
        elif kind == 1:
            size = size * rng.choice((1, 2, 3))
        elif kind == 2:
            size = dmax(size, rng.randint(0, 3))
        elif kind == 3:
            size = ceildiv(size, 2)
        else:
            size = dmin(size, 12)
    return size


def statement(rng: random.Random) -> tuple[str, Dim, Dim]:
    relation = rng.choice(("==", "!=", ">=", "<", "|", "1<="))
    form = rng.randrange(6)
    a, b = chain(rng, H), chain(rng, W)
    if form == 0:
        return relation, chain(rng, H), a
    if form == 1:
        return relation, a, rng.randint(1, 12)
    if form == 2:
        return ("==", a * b * rng.randint(1, 3), rng.choice((0, 1, 4, 6, 12, 25, 36)))
    if form == 3:
        k, m = rng.randint(1, 4), rng.randint(1, 4)
        return ("==", H * W, (H // k) * k * (W // m) * m)
    if form == 4:
        return (">=", a * b, rng.choice((0, 1)))
    return ("|", rng.choice((2, 3, 4, 6, 9)), a * b)


@pytest.mark.parametrize("seed", range(10))
def test_where_statements_hold_equals_enumeration(seed: int) -> None:
    rng = random.Random(seed)
    decided = 0
    for _ in range(60):
        relation, left, right = statement(rng)
        found = condition(relation, left, right, Region.all())
        if found is None:
            continue
        decided += 1
        for point in GRID:
            plain = {"!=": "==", "<": ">="}.get(relation, relation)
            expected = holds(plain, evaluate(left, point), evaluate(right, point)) != (plain != relation)
            assert (point in found.yes) == expected, (relation, left, right, point)
            assert (point in found.no) == (not expected)
            assert found.test(point) == expected
    assert decided > 30, "most of them can be decided"


@pytest.mark.parametrize("seed", range(10))
def test_facts_keep_the_sizes_that_pass_every_requirement(seed: int) -> None:
    rng = random.Random(seed)
    before = DISAGREEMENTS[0]
    for _ in range(20):
        facts, alive = Facts(), {(p["H"], p["W"]) for p in GRID}
        for _ in range(4):
            relation, left, right = statement(rng)
            if relation in ("!=", "<"):
                continue
            found = condition(relation, left, right, facts.region)
            passing = {(p["H"], p["W"]) for p in GRID if holds(relation, evaluate(left, p), evaluate(right, p))}
            answer = facts.require(Truth.SOMETIMES, relation, left, right)
            if found is None:
                continue
            if answer is Truth.NEVER:
                assert not alive & passing
                break
            if answer is Truth.ALWAYS:
                assert alive <= passing
            alive &= passing
            assert members(facts.region) == alive
        for finding in (*facts.findings, *facts.fresh):
            assert all(finding.excludes(p) != finding.test(p) for p in GRID if p in finding.before)
    assert DISAGREEMENTS[0] == before


def test_a_joint_axis_is_equal_or_one() -> None:
    facts = Facts()
    answer, size = facts.require_joint(2 * (H // 2), H)
    assert answer is Truth.SOMETIMES and evaluate(size, {"H": 8}) == 8
    (finding,) = facts.fresh
    assert [h for h in range(1, 12) if {"H": h} in facts.region] == [1, *range(2, 12, 2)]
    assert [h for h in range(1, 12) if {"H": h} in finding.silent] == [1]


def test_a_wrong_decision_is_silence_and_is_counted() -> None:
    from shapelint.dims.facts import Finding

    facts, before = Facts(), DISAGREEMENTS[0]
    wrong = Finding("==", H, 5, Region.all(), Region.of("H", SizeSet.sizes([7])), lambda values: values["H"] == 5)
    assert facts._narrowed(wrong) is Truth.UNKNOWN
    assert DISAGREEMENTS[0] == before + 1 and facts.region is Region.all() and not facts.fresh
    DISAGREEMENTS[0] = before


def test_too_many_boxes_become_one_that_is_marked() -> None:
    scattered = Region([{"H": SizeSet.sizes([i]), "W": SizeSet.sizes([i])} for i in range(1, 2 * MAX_BOXES)])
    assert len(scattered.boxes) == 1 and not scattered.complete
    assert all({"H": i, "W": i} in scattered for i in range(1, 2 * MAX_BOXES))
    assert not Region.all().subset(scattered)


def test_three_symbols() -> None:
    found = condition("==", N * (H // 2) * (W // 3), 6, Region.all())
    assert found is not None
    points = [{"N": n, "H": h, "W": w} for n in range(1, 8) for h in range(1, 16) for w in range(1, 22)]
    assert all((p in found.yes) == (p["N"] * (p["H"] // 2) * (p["W"] // 3) == 6) for p in points)
