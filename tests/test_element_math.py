"""Numbers in small tensors: what is known of them is torch's result, bit for bit."""

import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from shapelint.interp import Program
from shapelint.interp.element_math import BINARY, REDUCTIONS, UNARY, Rough, Unclear, held
from shapelint.interp.values import ListObject
from shapelint.source.decode import parse
from shapelint.source.text import SourceFile

CASES = 400


def numbers(rng: random.Random) -> list[Any]:
    whole = rng.random() < 0.3
    return [rng.randint(-40, 40) if whole else held(rng.choice([rng.uniform(-4, 60), float(rng.randint(0, 9)), rng.uniform(0, 1)])) for _ in range(rng.randint(1, 6))]


def agrees(known: Any, true: Any) -> bool:
    """Equal, or for a rough number as near as it says."""
    return abs(known - true) <= known.slack if isinstance(known, Rough) else known == true or (math.isnan(known) and math.isnan(true))


@pytest.mark.parametrize("name", sorted(UNARY))
def test_functions_of_one_tensor(name: str) -> None:
    rng, seen = random.Random(name), 0
    for _ in range(CASES):
        given = numbers(rng)
        try:
            found = [UNARY[name](number) for number in given]
        except Unclear:
            continue
        tensor = torch.tensor(given)
        true = (getattr(torch, name) if hasattr(torch, name) and callable(getattr(torch, name)) and name not in ("int", "long", "short", "float", "bool") else getattr(torch.Tensor, name))(tensor)
        assert all(map(agrees, found, true.tolist())), (given, found, true)
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", sorted(BINARY))
def test_functions_of_two_operands(name: str) -> None:
    rng, seen = random.Random(name), 0
    for _ in range(CASES):
        left, right = numbers(rng), rng.choice([rng.uniform(0.1, 9), rng.randint(1, 9), 2, 2.0, 0.5])
        function = getattr(torch, name)
        swapped = rng.random() < 0.3 and name not in ("minimum", "maximum", "lt", "le", "gt", "ge", "eq", "ne", "remainder", "floor_divide")
        other = torch.tensor(right) if name in ("minimum", "maximum") or name.startswith("logical") else right
        if swapped and name != "pow":
            other = torch.tensor(right)
        try:
            found = [BINARY[name](held(right), number) if swapped else BINARY[name](number, held(right)) for number in left]
        except Unclear:
            continue
        true = function(other, torch.tensor(left)) if swapped else function(torch.tensor(left), other)
        assert all(map(agrees, found, true.tolist())), (left, right, swapped, found, true)
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", sorted(REDUCTIONS))
def test_reductions(name: str) -> None:
    rng = random.Random(name)
    for _ in range(CASES):
        given = numbers(rng)
        try:
            found = REDUCTIONS[name](given)
        except Unclear:
            continue
        assert agrees(found, getattr(torch, name)(torch.tensor(given)).item()), given


def known(program: str, name: str = "found") -> Any:
    source = SourceFile("t.py", program, parse(program))
    run = Program([str(Path.cwd())]).enter(source)
    value = run.scope.table[name]
    return list(value.table["items"]) if isinstance(value, ListObject) else value


PROGRAMS = [
    "found = (torch.round(torch.log((torch.arange(13) * 36.44 + 24) / 24) / math.log(2.49)) * 8).int().tolist()",
    "found = torch.diff(torch.tensor([d for d in (0, 1, 3, 6)])).int().tolist()",
    "found = torch.unique(torch.tensor([3, 1, 3, 2])).tolist()",
    "found = [len(torch.unique(torch.tensor([3, 1, 3, 2]))), int(torch.tensor([3., 9.]).max().item()) + 1]",
    "found = [x.item() for x in torch.linspace(0, 0.25, 6)]",
    "found = (1 - torch.arange(4.) / 8).tolist()",
    "found = torch.cat([torch.tensor([0]), torch.tensor([4, 5]).cumsum(0)]).tolist()",
    "found = torch.ones(3, dtype=torch.long).sum().item()",
    "t = torch.zeros(3)\nt[1] = 2\nfound = 0\nassert t.sum() == 2.0",
    "found = 3 if torch.tensor(5) > 4 else 4",
    "found = torch.arange(6).view(2, 3)[1].tolist()",
    "found = torch.stack([torch.tensor(4), torch.tensor(5)]).tolist()",
    "found = float(torch.tensor([2.5]))",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_compute_with_them(program: str) -> None:
    there: dict[str, Any] = {}
    whole = f"import math\nimport torch\n{program}\n"
    exec(whole, there)
    assert known(whole) == there["found"]


def test_what_is_too_near_to_call_is_not_known() -> None:
    third = UNARY["log"](held(20.0))
    with pytest.raises(Unclear):
        BINARY["lt"](third, held(float(third)))
    with pytest.raises(Unclear):
        UNARY["floor"](BINARY["div"](third, held(float(third))))


def test_a_change_in_place_ends_the_knowledge() -> None:
    from shapelint.interp.values import Unknown

    assert isinstance(known("import torch\nt = torch.arange(3)\nv = t.view(3)\nt.mul_(2)\nfound = v[1].item()\n"), Unknown)
