"""Every declared operator against torch on CPU: its examples, and hundreds of random calls grown from them.

A random call mutates an example: sizes, axes, ranks, tuple or int forms, flags, known strings. torch and the rule must then
agree on acceptance, on every result shape and on parameter shapes; where the rule's result is not positive (an
empty map), torch may do either, because its back ends disagree about those.
"""

import importlib
import random
import zlib
from typing import Any

import pytest

from shapelint import ops
from shapelint.dims import Expr, evaluate, sym
from shapelint.interp.layers import is_kept, is_left_out
from shapelint.interp.values import External, Instance
from shapelint.ops.declare import Layer, Operator
from shapelint.ops.examples import Example
from shapelint.ops.kinds import ABSENT, Kind, T
from shapelint.ops.problems import ShapeError, Unread

torch = pytest.importorskip("torch")

CALLS = 300
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
TEXTS = ("zeros", "reflect", "replicate", "circular", "same", "valid", "nearest", "linear", "bilinear", "area", "mean", "sum", "none", "constant", "max")
COARSE = {"float": "float32", "int": "int64", "bool": "bool", "complex": "complex64"}
Refused = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError, ZeroDivisionError, AttributeError, OverflowError, KeyError)


def named(op: Operator) -> str:
    return op.name


def torch_object(op: Operator) -> Any:
    package, *path = op.name.split(".")
    found: Any = pytest.importorskip(package)
    if op.name.startswith("torch.ops."):
        pytest.importorskip(path[1])  # a package's own kernels are there once it is imported
    for depth, part in enumerate(path):
        if not hasattr(found, part):
            importlib.import_module(".".join([package, *path[: depth + 1]]))
        found = getattr(found, part)
    return found


def tensor(item: T) -> Any:
    shape = tuple(item.shape or ())
    if item.dtype == "int":
        return torch.randint(0, max(item.high, 1), shape)
    if item.dtype == "bool":
        return torch.rand(shape) > 0.5
    if item.dtype == "float" and item.high == 1:
        return torch.rand(shape)
    return torch.randn(shape, dtype=getattr(torch, COARSE[item.dtype or "float"]))


def real(item: Any) -> Any:
    if isinstance(item, T):
        return tensor(item)
    if isinstance(item, (tuple, list)):
        return type(item)(real(part) for part in item)
    if isinstance(item, Layer):
        return torch_object(item.op)(*real(item.written[0]), **real(item.written[1]))
    if isinstance(item, dict):
        return {name: real(part) for name, part in item.items()}
    return item


def shapes_of(result: Any) -> Any:
    if isinstance(result, torch.Tensor):
        return tuple(result.shape)
    if isinstance(result, (tuple, list)) and not isinstance(result, torch.Size):
        return [shapes_of(part) for part in result]
    if isinstance(result, torch.Size):
        return tuple(result)
    return result if isinstance(result, int) and not isinstance(result, bool) else None


def run_torch(op: Operator, example: Example) -> tuple[Any, Any]:
    """(result shapes, parameter shapes); raises what torch raises."""
    if not runs_here(op):
        pytest.skip("torch needs another device for this operator")
    target = torch_object(op)
    args, kwargs = real(example.args), real(example.kwargs)
    with torch.no_grad():
        if not op.is_module:
            return shapes_of(target(*args, **kwargs)), None
        layer = target(*args, **kwargs)
        lazy = "Lazy" in op.name
        made = {} if lazy else {name: tuple(p.shape) for name, p in layer.named_parameters()}
        if example.inputs is None:
            return None, made
        return shapes_of(layer(*real(example.inputs), **real(example.input_kwargs))), None if lazy else made


def runs_here(op: Operator) -> bool:
    """Whether this machine has the device that the operator copies to."""
    needs = {"cuda": torch.cuda.is_available, "pin_memory": torch.cuda.is_available, "xpu": torch.xpu.is_available}
    return op.name not in {f"torch.Tensor.{name}" for name in needs} or needs[op.short_name]()


def run_rule(op: Operator, example: Example) -> tuple[Any, Any]:
    if not op.is_module:
        return op.call(example.args, example.kwargs), None
    layer = op.construct(example.args, example.kwargs)
    made = layer.parameters()
    if example.inputs is None:
        return None, made
    lazy = "Lazy" in op.name
    return op.apply(layer, example.inputs, example.input_kwargs), None if lazy else made


def is_empty(shape: Any) -> bool:
    """A result, or a part of it, with an axis below 1."""
    if isinstance(shape, tuple):
        return any(isinstance(size, int) and size <= 0 for size in shape)
    return isinstance(shape, list) and any(is_empty(part) for part in shape)


def agrees(ours: Any, theirs: Any) -> bool:
    if ours is None:
        return True
    if isinstance(ours, Expr):
        return ours.unread
    if isinstance(ours, tuple):
        return isinstance(theirs, tuple) and len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    return bool(ours == theirs)


def verdict(op: Operator, example: Example) -> str | None:
    """None when rule and torch agree, else what differs."""
    shown = f"{op.name}{describe(example)}"
    try:
        ours, made = run_rule(op, example)
        refusal = None
    except ShapeError as error:
        ours, made, refusal = None, None, error
    except Unread:
        return None
    if refusal is None and is_empty(ours):
        return None
    try:
        theirs, real_made = run_torch(op, example)
    except torch.linalg.LinAlgError:
        return None  # the numbers do not suit, whatever the shapes
    except Refused as error:
        return None if refusal is not None else f"{shown}: torch refuses ({str(error)[:150]}) but the rule says {ours}"
    if refusal is not None:
        return f"{shown}: the rule refuses ({refusal.problem.value}: {refusal.message}) but torch gives {theirs}"
    if not agrees(ours, theirs):
        return f"{shown}: the rule says {ours}, torch {theirs}"
    if made is not None and real_made is not None and made != real_made:
        return f"{shown}: parameters {made}, torch {real_made}"
    return None


def describe(example: Example) -> str:
    def listed(args: Any, kwargs: Any) -> str:
        return ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])

    applied = "" if example.inputs is None else f"({listed(example.inputs, example.input_kwargs)})"
    return f"({listed(example.args, example.kwargs)}){applied}"


class Mutator:
    """Random neighbours of an example."""

    def __init__(self, op: Operator, pool: list[Example], rng: random.Random) -> None:
        self.op, self.pool, self.rng = op, pool, rng

    def grow(self) -> Example:
        base = self.rng.choice(self.pool)
        args, kwargs = list(base.args), dict(base.kwargs)
        inputs, input_kwargs = list(base.inputs) if base.inputs is not None else None, dict(base.input_kwargs)
        for _ in range(self.rng.choice((1, 1, 2, 2, 3))):
            choice = self.rng.random()
            if choice < 0.12:
                self.add_keyword(args, kwargs)
            elif inputs is not None and inputs and choice < 0.5:
                place = self.rng.randrange(len(inputs))
                inputs[place] = self.change(inputs[place])
            elif input_kwargs and choice < 0.6:
                name = self.rng.choice(sorted(input_kwargs))
                input_kwargs[name] = self.change(input_kwargs[name])
            elif kwargs and (not args or choice < 0.75):
                name = self.rng.choice(sorted(kwargs))
                kwargs[name] = self.change(kwargs[name])
            elif args:
                place = self.rng.randrange(len(args))
                args[place] = self.change(args[place])
        return Example(tuple(args), kwargs, None if inputs is None else tuple(inputs), input_kwargs)

    def add_keyword(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        free = [p for p in self.op.params[len(args) :] if p.name not in kwargs and not p.variadic and not p.collects and not p.required and p.default is not ABSENT and p.kind is not Kind.IGNORED]
        if free:
            param = self.rng.choice(free)
            kwargs[param.name] = self.change(param.default)

    def change(self, value: Any) -> Any:
        rng = self.rng
        if isinstance(value, T):
            return self.change_tensor(value)
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return rng.choice((value + 1, value - 1, value * 2, rng.choice(SIZES), rng.choice((0, -1, 1)), value))
        if isinstance(value, float):
            return rng.choice((value, value * 2, value / 2, 0.5, 1.5))
        if isinstance(value, str):
            return rng.choice(TEXTS) if rng.random() < 0.8 else value
        if isinstance(value, (tuple, list)) and value:
            items = list(value)
            place = rng.randrange(len(items))
            if rng.random() < 0.1 and len(items) > 1 and not isinstance(items[0], T):
                items.pop(place)
            else:
                items[place] = self.change(items[place])
            return type(value)(items)
        return value

    def change_tensor(self, value: T) -> T:
        shape, rng = list(value.shape or ()), self.rng
        roll = rng.random()
        if shape and roll < 0.75:
            place = rng.randrange(len(shape))
            old = shape[place]
            assert isinstance(old, int)
            shape[place] = max(1, rng.choice((old + 1, old - 1, old * 2, rng.choice(SIZES), 1)))
        elif shape and roll < 0.85:
            shape.pop(rng.randrange(len(shape)))
        elif roll < 0.95:
            shape.insert(rng.randrange(len(shape) + 1), rng.choice((1, 2, 3)))
        return T.of(tuple(shape), value.dtype, value.high)


OPERATORS = ops.operators()


@pytest.mark.parametrize("op", OPERATORS, ids=named)
def test_signature_is_torchs(op: Operator) -> None:
    import inspect

    try:
        theirs = inspect.signature(torch_object(op))
    except (ValueError, TypeError):
        return  # built in C: the examples check names and order
    names = [p.name for p in theirs.parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    ours = [p.name for p in op.params if not p.variadic]
    if any(p.kind is p.VAR_POSITIONAL for p in theirs.parameters.values()):
        return
    common = [name for name in names if name in ours]
    assert [name for name in ours if name in names] == common, "parameters in another order than torch's"
    missing = [name for name in names if name not in ours and name not in ("device", "dtype", "layout", "requires_grad", "pin_memory", "generator", "out", "memory_format")]
    if op.is_module:
        assert not missing, f"parameters torch has and the declaration lacks: {missing}"


@pytest.mark.parametrize("op", OPERATORS, ids=named)
def test_examples(op: Operator) -> None:
    accepted, refused = op.examples(good=True), op.examples(good=False)
    assert accepted, "an operator needs at least one accepted example"
    for example in accepted:
        assert verdict(op, example) is None
        run_torch(op, example)
    for example in refused:
        with pytest.raises(Refused):
            run_torch(op, example)
        with pytest.raises(ShapeError) as caught:
            run_rule(op, example)
        assert caught.value.problem is example.problem, caught.value.message


@pytest.mark.parametrize("op", OPERATORS, ids=named)
def test_random_calls_agree_with_torch(op: Operator) -> None:
    rng = random.Random(zlib.crc32(op.name.encode()))
    mutator = Mutator(op, op.examples(good=True) + op.examples(good=False), rng)
    torch.manual_seed(0)
    differences = []
    for _ in range(CALLS):
        difference = verdict(op, mutator.grow())
        if difference is not None:
            differences.append(difference)
    assert not differences, f"{len(differences)} of {CALLS} differ:\n" + "\n".join(differences[:12])


@pytest.mark.parametrize("op", OPERATORS, ids=named)
def test_symbols_agree_with_numbers(op: Operator) -> None:
    """Replacing one input size by a symbol must not change a result once the symbol gets that size back."""
    rng = random.Random(7)
    for example in op.examples(good=True):
        carrier = example.inputs if op.is_module else example.args
        places = [(i, j) for i, item in enumerate(carrier or ()) if isinstance(item, T) for j in range(len(item.shape or ()))]
        for i, j in rng.sample(places, min(4, len(places))):
            assert carrier is not None
            changed = list(carrier)
            shape = list(changed[i].shape)
            size = shape[j]
            shape[j] = sym("S")
            changed[i] = T.of(tuple(shape), changed[i].dtype, changed[i].high)
            symbolic = Example(example.args, example.kwargs, tuple(changed), example.input_kwargs) if op.is_module else Example(tuple(changed), example.kwargs, None, {})
            try:
                ours = run_rule(op, symbolic)[0]
            except Unread:
                continue
            assert agrees(numbers(ours, size), run_rule(op, example)[0]), f"{op.name}{describe(symbolic)}: {ours}"


def numbers(result: Any, size: int) -> Any:
    if isinstance(result, Expr):
        return result if result.unread else evaluate(result, {"S": size})
    if isinstance(result, tuple):
        return tuple(numbers(part, size) for part in result)
    return [numbers(part, size) for part in result] if isinstance(result, list) else result


@pytest.mark.parametrize("op", [op for op in OPERATORS if op.is_module], ids=named)
def test_a_layer_keeps_the_arguments_that_torch_keeps(op: Operator) -> None:
    """As attributes of the same name; a parameter that is left out is None."""
    for example in op.examples(good=True):
        layer, made = torch_object(op)(*real(example.args), **real(example.kwargs)), Instance(External(op.name))
        made.hidden["layer"] = op.construct(list(example.args), dict(example.kwargs))
        given = dict(zip([param.name for param in op.params], example.args, strict=False)) | example.kwargs
        for param in op.params:
            if is_kept(op, param):
                assert getattr(layer, param.name) == given.get(param.name, param.default), param.name
        assert not [name for name in ("weight", "bias") if is_left_out(made, name) and getattr(layer, name, ABSENT) is not None]
