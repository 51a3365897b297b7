"""Twice the program costs about twice the work: what grows faster is a join, a walk or a list that is made anew for each item.

Work is what Python executes, counted in lines, so that a busy machine changes nothing.
"""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from shapelint.interp import Program
from shapelint.source.files import read_source
from shapelint.source.text import SourceFile

NET = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {make}
    def forward(self, x):
        {run}
        return x
net = Net()
{use}
"""
CALL = "net(torch.randn(1, 8, 4, 4))"


def net(make: str, run: str, use: str = CALL) -> str:
    return NET.format(make=make.replace("\n", "\n        "), run=run.replace("\n", "\n        "), use=use)


PROGRAMS = {
    "a chain of layers": net("self.all = nn.Sequential(*[nn.Conv2d(8, 8, 1) for _ in range(COUNT)])", "x = self.all(x)"),
    "layers appended to a list": net("self.all = nn.ModuleList()\nfor i in range(COUNT):\n    self.all.append(nn.Conv2d(8, 8, 1))", "for l in self.all:\n    x = l(x)"),
    "layers by name": net("for i in range(COUNT):\n    setattr(self, f'l{i}', nn.Conv2d(8, 8, 1))", "for i in range(COUNT):\n    x = getattr(self, f'l{i}')(x)"),
    "nested blocks, walked": net("self.all = nn.Sequential(*[nn.Sequential(nn.ReLU()) for _ in range(COUNT)])", "x = self.all(x)", f"net.eval()\nlist(net.modules())\n{CALL}"),
    "dense connections summed": net("self.all = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(COUNT)])", "out = 0\nfor l in self.all:\n    out = out + l(x)"),
    "statements": "import torch\nx = torch.randn(4)\n" + "x = torch.relu(x)\n" * 4,
    "a list": "xs = []\nfor i in range(COUNT):\n    xs.append(i * 2)\n",
    "a dict": "d = {}\nfor i in range(COUNT):\n    d[str(i)] = i\ntotal = sum(d.values())\n",
    "paths that leave a loop": "import torch\ndef f(x):\n    for i in range(COUNT):\n        x = x + 1\n        if x.sum() > i:\n            return x\n    return x\nf(torch.randn(4))\n",
    "undecided branches": "import torch\nx = torch.randn(4)\nfor i in range(COUNT):\n    if x.sum() > i:\n        x = x + 1\n    else:\n        x = x * 2\n",
}


def work(text: str, folder: Path) -> int:
    """Lines of Python that the interpreter executes for a program."""
    path = folder / "program.py"
    path.write_text(text)
    source = read_source(str(path))
    assert isinstance(source, SourceFile)
    program, lines = Program([str(folder)]), 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        program.run(source)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_work_grows_with_the_program(name: str, tmp_path: Path) -> None:
    def of(count: int) -> int:
        text = PROGRAMS[name]
        return work(text.replace("COUNT", str(count)) if "COUNT" in text else text * (count // 4), tmp_path)

    of(4)  # tables are filled
    small, middle, large = of(40), of(80), of(160)
    assert large - middle <= 2.3 * (middle - small), f"{small}, {middle}, {large} lines"


def test_work_that_grows_faster_is_seen(tmp_path: Path) -> None:
    text = "xs = list(range(COUNT))\nfor i in xs:\n    for j in xs:\n        k = i + j\n"
    small, middle, large = (work(text.replace("COUNT", str(count)), tmp_path) for count in (10, 20, 40))
    assert large - middle > 3 * (middle - small)
