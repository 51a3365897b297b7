"""Random models on symbolic sizes against torch: no false alarm, exact contracts, exact results, no disagreement with plain ints."""

import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

from shapelint.dims import evaluate
from shapelint.dims.facts import DISAGREEMENTS
from shapelint.interp import Program
from shapelint.interp.contract import Contract, made_contract
from shapelint.interp.events import Refused
from shapelint.interp.natives import PyRaise
from shapelint.interp.values import Tensor
from shapelint.source.files import read_source
from shapelint.source.text import SourceFile
from shapelint.spec import parse_spec

MODELS, PER_TEST = 150, 15
HEAD = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
SIZES = [*((h, 7) for h in range(2, 27)), *((16, w) for w in range(1, 21)), (1, 1), (1, 9), (2, 2), (3, 5), (5, 3), (4, 4), (12, 12), (33, 33)]
REFUSED = (RuntimeError, ValueError, AssertionError, IndexError, TypeError, ZeroDivisionError)

INTS = ["{i} // {k}", "{i} % {k}", "-(-{i} // {k})", "min({i}, {j})", "max({i}, {k})", "({i} + {k} - 1) // {k} * {k}", "{i} - {i} % {k}", "({k} - {i} % {k}) % {k}",
        "{i} - {k}", "{i} * {k}", "abs({i} - {j})", "divmod({i}, {k})[1]", "{i} if {c} else {j}", "int({i} / {k})", "math.ceil({i} / {k})", "({i} >> 1)"]
CONDITIONS = ["{i} % {k}", "{i} % {k} == 0", "{i} < {n}", "{k} < {i} <= {n}", "{i} == {j}", "{m}.shape[-2:] == {o}.shape[-2:]", "{m}.shape != {o}.shape", "{i} in ({k}, {n})",
              "{i} not in ({n}, {k})", "all(s % {k} == 0 for s in {m}.shape[2:])", "any(s < {n} for s in {m}.shape[2:])", "not {i} % {k}", "{i} > {k} and {j} % {k} == 0",
              "{i} < {n} or {j} != {i}", "bool({i} % {k})", "(({i} % {k} == 0) == False)", "min({m}.shape[2:]) < {n}", "({m}.size(2), {k}) == ({j}, {k})"]
KEEPS = [  # operations whose result has the three channels of their operands
    "{conv}({m})", "{tconv}({m})", "F.max_pool2d({m}, {k})", "F.avg_pool2d({m}, {k}, stride=2, padding=1, ceil_mode=True)", "F.interpolate({m}, scale_factor={k})",
    "F.interpolate({m}, scale_factor=0.5)", "F.interpolate({m}, size={o}.shape[2:])", "F.pad({m}, (0, {k}, {k}, -1))", "F.pad({m}, ({k}, 1, 1, {k}), mode='reflect')",
    "F.pad({m}, (0, {e}, 0, 1))", "torch.cat([{m}, {o}], 2)", "torch.cat([{m}, {o}], 1)[:, :3]", "{m} + {o}", "{m} * {o}.mean((2, 3), keepdim=True)", "{m}.transpose(2, 3)",
    "{m}[:, :, :{e}]", "{m}[..., {k}:]", "{m}[:, :, :{o}.shape[2]]", "{m}[..., 1:-1]", "{m}[:, :, ::{k}]", "torch.stack([{m}, {o}], 2).mean(2)", "{m} @ {o}.transpose(2, 3)",
    "{m}.reshape({m}.shape[0], 3, {m}.shape[2] // {k}, {k}, {m}.shape[3]).mean(3)", "{m}.reshape({m}.shape[0], 3, {m}.shape[3], {m}.shape[2])", "{m}.mean(2, keepdim=True)",
    "F.adaptive_avg_pool2d({m}, ({k}, {n}))", "{m}.chunk(2, dim=2)[0]", "F.pixel_shuffle(torch.cat([{m}] * 4, 1), 2)", "F.pixel_unshuffle({m}, 2)[:, :3]", "{m}.expand_as({o})",
    "{m}.repeat(1, 1, {k}, 1)", "({m} if {c} else {o})", "{m}[:, :, {k}].unsqueeze(2)", "{linear}(F.max_pool2d({m}, {k}).flatten(1)).view(2, 3, 2, 4)",
]


class Model:
    """One random model; ``source`` is its text."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.layers: list[str] = []
        self.maps, self.lines = ["x"], ["def forward(self, x):"]
        for _ in range(self.random.randint(2, 5)):
            self.lines += [f"    {line}" for line in self.statement(2)]
        self.lines.append(f"    return {self.operation(self.random.choice(self.maps))}")
        made = ["def __init__(self):", "    super().__init__()", *(f"    self.l{i} = {layer}" for i, layer in enumerate(self.layers))]
        self.source = "class Net(nn.Module):\n" + "\n".join(f"    {line}" for line in (*made, *self.lines)) + "\n"

    def layer(self, text: str) -> str:
        self.layers.append(text)
        return f"self.l{len(self.layers) - 1}"

    def filled(self, template: str, map_: str = "", depth: int = 1) -> str:
        pick = self.random
        base = [f"{m}.{size}" for m in self.maps for size in ("shape[2]", "shape[3]", "size(-1)")]
        parts: dict[str, Callable[[], Any]] = {
            "i": lambda: pick.choice(base), "j": lambda: pick.choice(base), "k": lambda: pick.randint(2, 4), "n": lambda: pick.randint(5, 24),
            "m": lambda: map_ or pick.choice(self.maps), "o": lambda: pick.choice(self.maps),
            "e": lambda: self.filled(pick.choice(INTS), depth=0) if depth else pick.choice(base),
            "c": lambda: self.filled(pick.choice(CONDITIONS), depth=0) if depth else f"{pick.choice(base)} % 2",
            "conv": lambda: self.layer(f"nn.Conv2d(3, 3, {pick.randint(1, 5)}, stride={pick.randint(1, 3)}, padding={pick.randint(0, 2)})"),
            "tconv": lambda: self.layer(f"nn.ConvTranspose2d(3, 3, {pick.randint(2, 4)}, stride=2)"),
            "linear": lambda: self.layer(f"nn.Linear({3 * pick.choice((2, 4, 6, 8, 9, 12))}, 24)"),
        }
        return template.format(**{name: part() for name, part in parts.items() if f"{{{name}}}" in template})

    def operation(self, map_: str = "") -> str:
        return self.filled(self.random.choice(KEEPS), map_)

    def change(self) -> str:
        map_ = self.random.choice(self.maps)
        return f"{map_} = {self.operation(map_)}"

    def statement(self, depth: int) -> list[str]:
        kind = self.random.choice(["new", "new", "change", *["if", "else", "raise", "assert", "return", "loop", "while", "try", "stored", "walrus"] * (depth > 0)])
        test = self.filled("{c}")
        if kind == "new":
            text = self.operation()
            self.maps.append(f"m{len(self.maps)}")
            return [f"{self.maps[-1]} = {text}"]
        known, body = len(self.maps), []
        for line in self.statement(depth - 1) if depth > 1 and self.random.random() < 0.4 else [self.change()]:
            body.append(f"    {line}")
        del self.maps[known:]
        other = f"    {self.change()}"
        return {
            "change": lambda: [self.change()], "if": lambda: [f"if {test}:", *body], "else": lambda: [f"if {test}:", *body, "else:", other],
            "raise": lambda: [f"if {test}:", "    raise ValueError('size')"], "assert": lambda: [f"assert {test}"], "return": lambda: [f"if {test}:", f"    return {self.operation()}"],
            "loop": lambda: ["for _ in range(2):", *body], "while": lambda: [self.filled("while {m}.shape[2] > {n}:", "x"), "    x = F.max_pool2d(x, 2)"],
            "try": lambda: ["try:", *body, "except RuntimeError:", other], "stored": lambda: [f"flag = {test}", self.change(), "if flag:", *body],
            "walrus": lambda: [self.filled("if (rest := {i} % {k}):"), self.filled("    {m} = F.pad({m}, (0, 0, 0, rest))")],
        }[kind]()


class _Empties(TorchFunctionMode):
    """Whether a map without elements came up: torch's back ends disagree about those, so no verdict on them counts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        for part in found if isinstance(found, (tuple, list)) else (found,):
            self.seen = self.seen or (isinstance(part, torch.Tensor) and part.numel() == 0)
        return found


def outcomes(source: str) -> Iterator[tuple[int, int, "tuple[int, ...] | None"]]:
    """What torch makes of the sizes that keep every map's elements; None for a refusal."""
    scope: dict[str, Any] = {}
    exec(compile(HEAD + source, "net.py", "exec"), scope)
    net = scope["Net"]().eval()
    for height, width in SIZES:
        shape: tuple[int, ...] | None
        with torch.no_grad(), _Empties() as empties, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                shape = tuple(net(torch.zeros(2, 3, height, width)).shape)
            except REFUSED as error:
                shape, empties.seen = None, empties.seen or "greater than 0" in str(error)
        if not empties.seen:
            yield height, width, shape


def analysed(source: str, folder: Path) -> tuple[Contract, Any, list[Refused]]:
    """The contract, the result, and what torch refuses for certain."""
    path = folder / "net.py"
    path.write_text(HEAD + source)
    file = read_source(str(path))
    assert isinstance(file, SourceFile)
    run = Program([str(folder)]).enter(file)
    m = run.m
    results: list[Any] = []
    raised: list[PyRaise] = []

    def call() -> None:
        net = m.call(run.scope.table["Net"], [], {})
        try:
            results.append(m.call(net, [Tensor(parse_spec("N 3 H W")[0].shape, "float")], {}))
        except PyRaise as error:
            raised.append(error)

    run.guarded(call)
    refused = [event for event in m.events if isinstance(event, Refused) and event.application.certain]
    stopped = bool(raised) and raised[0].place is not None
    return made_contract(m, ("N", "H", "W"), bool(refused) or stopped, bool(results) or stopped), results[0] if results else None, refused


def judge(source: str, folder: Path) -> bool:
    """Hold one model against torch. Whether its contract is complete."""
    before = DISAGREEMENTS[0]
    contract, result, refused = analysed(source, folder)
    assert DISAGREEMENTS[0] == before
    for height, width, shape in outcomes(source):
        values = {"N": 2, "H": height, "W": width}
        at = f"{height}x{width}: torch gives {shape}"
        assert shape is None or not refused, f"{at}, a false alarm: {refused[0].error.message}"
        member, silent = values in contract.accepted, values in contract.broadcasts
        assert not contract.complete or (member or silent) == (shape is not None), f"{at}, the contract is {contract.text}"
        assert member or silent or shape is None, f"{at}, the sizes are at most {contract.text}"
        if shape is not None and member and isinstance(result, Tensor) and result.shape is not None:
            assert len(result.shape) == len(shape), f"{at}, not {result.shape}"
            for size, actual in zip(result.shape, shape, strict=True):
                assert (not isinstance(size, int) and size.unread) or evaluate(size, values) == actual, f"{at}, not {result.shape}"
    return contract.complete


@pytest.mark.parametrize("first", range(0, MODELS, PER_TEST))
def test_random_models_agree_with_torch(first: int, tmp_path: Path) -> None:
    complete = 0
    for seed in range(first, first + PER_TEST):
        source = Model(seed).source
        try:
            complete += judge(source, tmp_path)
        except AssertionError as error:
            raise AssertionError(f"model {seed}: {error}\n{source}") from error
    assert complete >= PER_TEST // 10, "too few models are understood: the comparison says little"
