"""Convolution, transposed convolution, pooling and resizing against torch on CPU: every parameter set times every size.

Each layer is declared once and applied once to a symbol; the size that comes out is evaluated at each number. Torch and
the declaration must agree on who refuses and on every size. A size below 1 is returned, not refused: torch may do either.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from shapelint import ops
from shapelint.dims import evaluate, sym
from shapelint.ops.kinds import T
from shapelint.ops.problems import ShapeError

torch = pytest.importorskip("torch")

S = sym("S")
Refused = (RuntimeError, ValueError)
SIZES = range(1, 25)
Parameters = dict[str, Any]


def grid(**choices: Iterable[Any]) -> Iterator[Parameters]:
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


CONV = {"kernel_size": range(1, 6), "stride": range(1, 5), "padding": range(4), "dilation": range(1, 4)}
TRANSPOSED = {"kernel_size": range(1, 5), "stride": range(1, 4), "padding": range(3), "output_padding": range(4), "dilation": range(1, 4)}
MAX_POOL = {"kernel_size": range(1, 6), "stride": range(1, 5), "padding": range(4), "dilation": range(1, 4), "ceil_mode": (False, True)}
AVG_POOL = {"kernel_size": range(1, 6), "stride": range(1, 5), "padding": range(4), "ceil_mode": (False, True)}

CASES: list[tuple[str, dict[str, Iterable[Any]], int]] = [
    ("Conv1d", CONV, 5760), ("Conv2d", dict(CONV, stride=(1, 2, 3), dilation=(1, 2)), 2880), ("ConvTranspose1d", TRANSPOSED, 10368),
    ("ConvTranspose2d", dict(TRANSPOSED, dilation=(1, 2), output_padding=(0, 1)), 3456), ("MaxPool1d", MAX_POOL, 11520),
    ("MaxPool2d", dict(MAX_POOL, stride=(1, 2, 3), dilation=(1, 2)), 5760), ("AvgPool1d", AVG_POOL, 3840), ("AvgPool2d", AVG_POOL, 3840),
]


def test_the_combinations_are_many() -> None:
    assert sum(count for _, _, count in CASES) > 45_000


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize(("name", "choices", "count"), CASES, ids=[case[0] for case in CASES])
def test_every_parameter_at_every_size(name: str, choices: dict[str, Iterable[Any]], count: int) -> None:
    seen, refusals = 0, 0
    for parameters in grid(**choices):
        answers = theirs(name, parameters)
        assert dict(zip(SIZES, answers, strict=True)) == matching(ours(name, parameters), answers), (name, parameters)
        seen += len(answers)
        refusals += answers.count(None)
    assert seen == count
    assert 0 < refusals < count


def leading(name: str) -> tuple[int, ...]:
    """The axes before the one that varies; a spatial axis of 24 suits every parameter."""
    return (1, 1) if name.endswith("1d") else (1, 1, 24)


def arguments(name: str, parameters: Parameters) -> tuple[tuple[Any, ...], Parameters]:
    if "Conv" not in name:
        return (), parameters
    return (1, 1), dict(parameters, bias=False)


def theirs(name: str, parameters: Parameters) -> list[int | None]:
    """Torch's last axis at every size; None where it refuses."""
    args, kwargs = arguments(name, parameters)
    found: list[int | None] = []
    with torch.no_grad():
        try:
            layer = getattr(torch.nn, name)(*args, **kwargs)
        except Refused:
            return [None] * len(SIZES)
        for size in SIZES:
            try:
                found.append(layer(torch.zeros(*leading(name), size)).shape[-1])
            except Refused:
                found.append(None)
    return found


def ours(name: str, parameters: Parameters) -> list[int | None]:
    """The declaration's last axis, found on a symbol; None where the declaration refuses the number."""
    op = ops.lookup(f"torch.nn.{name}")
    assert op is not None
    args, kwargs = arguments(name, parameters)
    try:
        layer = op.construct(args, kwargs)
        symbolic = op.apply(layer, (T.of((*leading(name), S)),), {})
    except ShapeError:
        return [None] * len(SIZES)
    found: list[int | None] = []
    for size in SIZES:
        try:
            number = op.apply(layer, (T.of((*leading(name), size)),), {})
        except ShapeError:
            found.append(None)
        else:
            assert isinstance(number, tuple) and isinstance(symbolic, tuple)
            assert tuple(evaluate(part, {"S": size}) for part in symbolic) == number
            found.append(number[-1])
    return found


def matching(answers: list[int | None], torchs: list[int | None]) -> dict[int, int | None]:
    """Our answers, with torch's refusal in the place of sizes below 1, about which torch's back ends disagree."""
    return {size: None if ours is not None and ours < 1 and real is None else ours for size, ours, real in zip(SIZES, answers, torchs, strict=True)}


SCALES = (0.1, 0.29, 0.3, 0.5, 0.7, 0.75, 0.9, 1 / 3, 2 / 3, 1.1, 1.25, 1.5, 1.7, 2.0, 2.3, 3.14)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("recompute", [None, True])
def test_every_scale_factor_at_every_size(scale: float, recompute: bool | None) -> None:
    op = ops.lookup("torch.nn.functional.interpolate")
    assert op is not None
    options = {"scale_factor": scale, "recompute_scale_factor": recompute}
    symbolic = op.call((T.of((1, 1, S)),), options)
    assert isinstance(symbolic, tuple)
    for size in range(1, 401):
        wanted = evaluate(symbolic[-1], {"S": size})
        number = op.call((T.of((1, 1, size)),), options)
        assert isinstance(number, tuple) and number[-1] == wanted
        try:
            real = torch.nn.functional.interpolate(torch.zeros(1, 1, size), **options).shape[-1]
        except Refused:
            assert wanted < 1
        else:
            assert real == wanted
