"""``x[...]`` against torch: thousands of random index expressions, and the rules for placing index tensors one by one."""

import random
from typing import Any

import pytest

from shapelint.dims import Expr, evaluate, sym, unknown
from shapelint.ops.indexing import index, slice_length
from shapelint.ops.kinds import UNREAD, T
from shapelint.ops.problems import Problem, ShapeError, Unread

torch = pytest.importorskip("torch")

EXPRESSIONS = 6000
Refused = (RuntimeError, ValueError, TypeError, IndexError)


def real(item: Any) -> Any:
    if isinstance(item, T):
        shape = tuple(item.shape or ())
        return torch.rand(shape) > 0.5 if item.dtype == "bool" else torch.zeros(shape, dtype=torch.int64)
    return item


def random_item(rng: random.Random, shape: tuple[int, ...]) -> Any:
    size = rng.choice(shape) if shape else 3
    roll = rng.random()
    if roll < 0.2:
        return rng.randint(-size - 1, size) if rng.random() < 0.15 else rng.randint(-size, size - 1)
    if roll < 0.5:
        return slice(*(None if rng.random() < 0.4 else rng.randint(-size - 2, size + 2) for _ in range(2)), rng.choice((None, 1, 2, 3, rng.randint(-1, 4))))
    if roll < 0.6:
        return None
    if roll < 0.7:
        return Ellipsis
    if roll < 0.83:
        return T(*rng.choice(((), (1,), (2,), (3,), (2, 3), (3, 1))), dtype="int", high=1)
    if roll < 0.9:
        start, length = rng.randrange(len(shape) + 1), rng.randrange(3)
        return T(*(s if rng.random() < 0.95 else s + 1 for s in shape[start : start + length]), dtype="bool")
    if roll < 0.97:
        return [rng.randint(-size, size - 1) for _ in range(rng.choice((1, 2, 3)))] if rng.random() < 0.7 else [rng.random() < 0.5 for _ in range(size)]
    return rng.random() < 0.5


def matches(ours: Any, theirs: tuple[int, ...]) -> bool:
    return len(ours) == len(theirs) and all((isinstance(a, Expr) and a.unread) or a == b for a, b in zip(ours, theirs, strict=True))


def test_random_expressions_agree_with_torch() -> None:
    rng = random.Random(11)
    accepted = refused = 0
    for _ in range(EXPRESSIONS):
        shape = tuple(rng.choice((1, 2, 3, 4, 5)) for _ in range(rng.choice((0, 1, 2, 3, 3, 4))))
        items = tuple(random_item(rng, shape) for _ in range(rng.choice((1, 1, 2, 2, 3, 4))))
        if items.count(Ellipsis) > 1:
            continue
        try:
            ours: Any = index(shape, items)
        except ShapeError as error:
            assert error.problem is Problem.INDEX
            ours = None
        masks = sum(isinstance(item, (T, list, bool)) for item in items)
        try:
            theirs = tuple(torch.zeros(shape)[tuple(map(real, items))].shape)
        except Refused as error:
            unread = ours is not None and masks > 1  # whether two masks choose equally many is not a matter of shapes
            assert ours is None or unread, f"{shape}[{items}]: torch refuses ({error}) but the rule says {ours}"
            refused += 1
            continue
        assert ours is not None, f"{shape}[{items}]: the rule refuses but torch gives {theirs}"
        assert matches(ours, theirs), f"{shape}[{items}]: the rule says {ours}, torch {theirs}"
        accepted += 1
    assert accepted > 2000 and refused > 500


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((0,), (3, 4, 5)),
        ((..., 0), (2, 3, 4)),
        ((None, ..., None), (1, 2, 3, 4, 5, 1)),
        ((slice(None), T(7, dtype="int")), (2, 7, 4, 5)),
        ((slice(None), T(7, dtype="int"), T(6, 1, dtype="int")), (2, 6, 7, 5)),
        ((T(7, dtype="int"), slice(None), T(7, dtype="int")), (7, 3, 5)),
        ((0, slice(None), T(7, dtype="int")), (3, 7, 5)),
        ((T(7, dtype="int"), 0, T(7, dtype="int")), (7, 5)),
        ((T(7, dtype="int"), None, T(7, dtype="int")), (7, 1, 4, 5)),
        ((slice(None), T(dtype="int")), (2, 4, 5)),
        (([0, 1, 1], slice(1, None)), (3, 2, 4, 5)),
        (([True, False],), (1, 3, 4, 5)),
    ],
)
def test_index_tensors_stand_where_torch_puts_them(items: Any, expected: tuple[int, ...]) -> None:
    assert index((2, 3, 4, 5), items) == expected
    assert tuple(torch.zeros(2, 3, 4, 5)[tuple(map(real, items))].shape) == expected


def test_mask_replaces_its_axes_by_one_unread_size() -> None:
    found = index((2, 3, 4), [T(2, 3, dtype="bool")])
    assert len(found) == 2 and isinstance(found[0], Expr) and found[0].unread and found[1] == 4


@pytest.mark.parametrize(
    ("shape", "items"),
    [((2, 3), (0, 0, 0)), ((2, 3), (2,)), ((2, 3), (0, -4)), ((2, 3), ([0, 2],)), ((2, 3), (T(3, dtype="bool"),)), ((), (0,)), ((2, 3), (slice(0, 1, 0),)),
     ((2, 3), (T(2, dtype="int"), T(3, dtype="int"))), ((2, 3), (T(2),))],
)
def test_refusals_name_the_index(shape: Any, items: Any) -> None:
    with pytest.raises(ShapeError) as caught:
        index(shape, items)
    assert caught.value.problem is Problem.INDEX
    with pytest.raises(Refused):
        torch.zeros(shape)[tuple(torch.zeros(2) if isinstance(item, T) and item.dtype == "float" else real(item) for item in items)]


def test_slices_of_symbols_are_exact() -> None:
    size = sym("L")
    for start, stop, step in [(1, None, None), (None, -1, None), (None, 5, None), (-3, None, None), (2, -2, 2), (None, None, 3), (0, 100, 7)]:
        found = slice_length(size, start, stop, step)
        for value in range(1, 40):
            assert evaluate(found, {"L": value}) == len(range(value)[start:stop:step])


def test_slice_up_to_a_size_is_that_size() -> None:
    size, other = sym("L"), unknown()
    assert slice_length(size, None, size) is size
    assert slice_length(other, None, other) is other
    assert slice_length(size + 2, None, size) is size


def test_what_was_not_read_is_not_guessed() -> None:
    assert slice_length(8, unknown(), None).unread  # type: ignore[union-attr]
    assert slice_length(8, None, UNREAD).unread  # type: ignore[union-attr]
    with pytest.raises(Unread):
        index((2, 3), [UNREAD])
    with pytest.raises(Unread):
        index((2, 3), [T.of(None, "int")])


def test_symbolic_indices_refuse_only_what_never_fits() -> None:
    size = sym("L")
    assert index((size, 4), [5]) == (4,)
    assert index((size, 4), [size - 1]) == (4,)
    with pytest.raises(ShapeError):
        index((size, 4), [size])
