"""Arguments of a wrong type, for every operator: where a rule refuses None, a tuple of tensors, a lone tensor or a function, torch does so too."""

from collections.abc import Iterator
from typing import Any

import pytest

from shapelint import ops
from shapelint.ops.declare import Operator
from shapelint.ops.examples import Call, Example
from shapelint.ops.kinds import Foreign, T
from shapelint.ops.problems import Problem, ShapeError, Unread
from tests.test_operators import Refused, run_rule, run_torch, runs_here

torch = pytest.importorskip("torch")

OPERATORS = [op for op in ops.table().values() if not op.name.startswith("torch.ops.") and runs_here(op)]


def stands_for(item: Any) -> list[Any]:
    """What a program may pass by mistake."""
    if isinstance(item, T):
        return [None, (item, item), [item, item], 3.5, "same"]
    if isinstance(item, (tuple, list)) and item and all(isinstance(part, T) for part in item):
        return [item[0], (item[0], None), (item[0], 3)]
    if isinstance(item, int) and not isinstance(item, bool):
        return [Foreign("max"), T(3, 4), (Foreign("max"), item)]
    return []


def wrong(example: Example | Call) -> Iterator[Example]:
    """The example with one positional argument of another type."""
    inputs = example.inputs if isinstance(example, Example) else None
    further = example.input_kwargs if isinstance(example, Example) else {}
    for args, others in ((example.args, inputs), (inputs or (), example.args)):
        for at, item in enumerate(args):
            for other in stands_for(item):
                changed = (*args[:at], other, *args[at + 1 :])
                yield Example(changed, example.kwargs, others, further) if args is example.args else Example(example.args, example.kwargs, changed, further)


def is_ours(error: ShapeError) -> bool:
    return error.problem is Problem.HYPER_PARAMETER and (" must be " in error.message or " must hold " in error.message)


def foreign(item: Any) -> Any:
    """The function itself, for torch."""
    if isinstance(item, Foreign):
        return max
    return type(item)(map(foreign, item)) if isinstance(item, (tuple, list)) else item


def accepted(op: Operator) -> list[str]:
    """What a rule refuses and torch takes."""
    found = []
    for example in op.examples(True):
        for tried in wrong(example):
            try:
                run_rule(op, tried)
                continue
            except Unread:
                continue
            except ShapeError as error:
                if not is_ours(error):
                    continue
                said = error.message
            inputs = None if tried.inputs is None else foreign(tried.inputs)
            try:
                run_torch(op, Example(foreign(tried.args), tried.kwargs, inputs, tried.input_kwargs))
            except Refused:
                continue
            found.append(f"{op.name}{tried.args} {tried.inputs}: {said}")
    return found


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.name)
def test_what_the_rule_refuses_torch_refuses(op: Operator) -> None:
    assert not accepted(op)
